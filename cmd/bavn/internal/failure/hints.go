package failure

import (
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
)

// advice is what a person can do about a refusal, in the languages that refusals come in.
type advice map[string]string

// hints are by reason. A reason is missing here where its text, fields and rules say already what to do.
var hints = map[string]advice{
	fault.TokenMissing: {
		"en": "say who you are: `bavn login mette`, or --as mette for this one command",
		"da": "sig, hvem du er: `bavn login mette`, eller --as mette for denne ene kommando",
		"sv": "säg vem du är: `bavn login mette`, eller --as mette för bara det här kommandot",
	},
	fault.TokenExpired: {
		"en": "sign in again: `bavn login`",
		"da": "log ind igen: `bavn login`",
		"sv": "logga in igen: `bavn login`",
	},
	fault.TokenInvalid: {
		"en": "the token is not of this installation: `bavn login`, and check --dir and BAVN_TOKEN",
		"da": "tokenet er ikke fra denne installation: `bavn login`, og se efter --dir og BAVN_TOKEN",
		"sv": "token hör inte till den här installationen: `bavn login`, och kontrollera --dir och BAVN_TOKEN",
	},
	fault.PermissionDenied: {
		"en": "`bavn membership list --person YOU` shows your roles",
		"da": "`bavn membership list --person DIG` viser dine roller",
		"sv": "`bavn membership list --person DU` visar dina roller",
	},
	fault.StaleETag: {
		"en": "look at it again before you decide: `bavn ticket show`",
		"da": "se på den igen, før du beslutter dig: `bavn ticket show`",
		"sv": "titta på det igen innan du bestämmer dig: `bavn ticket show`",
	},
	fault.RequestIDReused: {
		"en": "leave --request-id out",
		"da": "udelad --request-id",
		"sv": "utelämna --request-id",
	},
	"NOTHING_TO_TAKE": {
		"en": "what came outside working hours enters the pile when they begin; `bavn ticket take NUMBER` takes it sooner",
		"da": "hvad der kom uden for åbningstid, kommer i bunken, når den begynder; `bavn ticket take NUMMER` tager det før",
		"sv": "det som kom utanför arbetstid hamnar i kön när den börjar; `bavn ticket take NUMMER` tar det tidigare",
	},
	"FACTS_MISSING": {
		"en": "`bavn ticket guide NUMBER` shows what is asked; `bavn ticket answer` and `bavn ticket categorise` say it",
		"da": "`bavn ticket guide NUMMER` viser, hvad der spørges om; `bavn ticket answer` og `bavn ticket categorise` angiver det",
		"sv": "`bavn ticket guide NUMMER` visar vad som frågas; `bavn ticket answer` och `bavn ticket categorise` anger det",
	},
	"OFFER_PENDING": {
		"en": "`bavn ticket accept`, `decline` or `withdraw` the offer first",
		"da": "afslut først tilbuddet: `bavn ticket accept`, `decline` eller `withdraw`",
		"sv": "avsluta först erbjudandet: `bavn ticket accept`, `decline` eller `withdraw`",
	},
	"NOT_A_MEMBER": {
		"en": "`bavn membership list --person PERSON` shows where a person works",
		"da": "`bavn membership list --person PERSON` viser, hvor en person arbejder",
		"sv": "`bavn membership list --person PERSON` visar var en person arbetar",
	},
	"ALREADY_TAKEN": {
		"en": "`bavn ticket show` says who has it; `bavn ticket assign` gives it to another",
		"da": "`bavn ticket show` siger, hvem der har den; `bavn ticket assign` giver den til en anden",
		"sv": "`bavn ticket show` säger vem som har det; `bavn ticket assign` ger det till någon annan",
	},
}

// Hints that depend on more than the reason.
var (
	notRunning = advice{
		"en": "is it running? `bavn dev` starts everything; --dir, --triage and the like say where",
	}
	otherDesk = advice{
		"en": "--desk says at which desk to look",
		"da": "--desk siger, ved hvilken desk der skal kigges",
		"sv": "--desk säger vid vilken desk man ska titta",
	}
)

// hint is the advice for a refusal. A service that gave no reason was not reached, which our own libraries say in English. What
// was not found is at another desk, unless it is another field of the request that names it.
func hint(code codes.Code, reason, language string, fields map[string]string) string {
	given := hints[reason]
	switch {
	case reason == "" && code == codes.Unavailable:
		given = notRunning
	case reason == fault.NotFound && onlyNamesTheResource(fields):
		given = otherDesk
	}
	return given[language]
}

func onlyNamesTheResource(fields map[string]string) bool {
	for path := range fields {
		if path != "name" && path != "parent" {
			return false
		}
	}
	return true
}
