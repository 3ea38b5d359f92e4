package linkpage

import notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"

// words are what the page says in one language.
type words struct {
	solution, page         string // titles, with the case's number
	askSolution, askPage   string
	accept, reject, take   string
	comment                string
	accepted, rejected     string
	taken                  string
	expired, unknown, away string
	nothing                string // the title of what is no link
}

var texts = map[string]words{
	"da": {
		solution: "Er fejlen væk? Sag %s", page: "Tilkald om sag %s",
		askSolution: "Vælg det, der passer. Intet sker, før du trykker.", askPage: "Tager du sagen? Intet sker, før du trykker.",
		accept: "Ja, fejlen er væk", reject: "Nej, fejlen er der stadig", take: "Jeg tager den",
		comment: "Hvad er der stadig galt?", accepted: "Tak. Løsningen er godtaget.",
		rejected: "Tak. Sagen er åbnet igen, og vi arbejder videre.", taken: "Tak. Ingen andre tilkaldes.",
		expired: "Dette link er for gammelt. Log på for at svare.", unknown: "Linket findes ikke. Måske er det ikke kopieret helt.",
		away: "Det lykkedes ikke lige nu. Prøv igen om lidt.", nothing: "Linket findes ikke",
	},
	"sv": {
		solution: "Är felet borta? Ärende %s", page: "Larm om ärende %s",
		askSolution: "Välj det som stämmer. Inget händer förrän du trycker.",
		askPage:     "Tar du ärendet? Inget händer förrän du trycker.",
		accept:      "Ja, felet är borta", reject: "Nej, felet finns kvar", take: "Jag tar det",
		comment: "Vad är fortfarande fel?", accepted: "Tack. Lösningen är godkänd.",
		rejected: "Tack. Ärendet är öppnat igen och vi arbetar vidare.", taken: "Tack. Ingen annan larmas.",
		expired: "Den här länken är för gammal. Logga in för att svara.",
		unknown: "Länken finns inte. Kanske kopierades den inte helt.",
		away:    "Det gick inte just nu. Försök igen om en stund.", nothing: "Länken finns inte",
	},
	"en": {
		solution: "Is the fault gone? Case %s", page: "Call-out about case %s",
		askSolution: "Choose what is true. Nothing happens before you press.",
		askPage:     "Do you take the case? Nothing happens before you press.",
		accept:      "Yes, the fault is gone", reject: "No, the fault is still there", take: "I take it",
		comment: "What is still wrong?", accepted: "Thank you. The solution is accepted.",
		rejected: "Thank you. The case is open again, and we go on.", taken: "Thank you. Nobody else is called.",
		expired: "This link is too old. Sign in to answer.", unknown: "There is no such link. Perhaps not all of it was copied.",
		away: "It did not work just now. Please try again in a moment.", nothing: "No such link",
	},
}

// thanks is what is said of an answer that was given.
func (w words) thanks(choice notifyv1.LinkChoice) string {
	return map[notifyv1.LinkChoice]string{
		notifyv1.LinkChoice_LINK_CHOICE_ACCEPT: w.accepted, notifyv1.LinkChoice_LINK_CHOICE_REJECT: w.rejected,
		notifyv1.LinkChoice_LINK_CHOICE_ACKNOWLEDGE: w.taken,
	}[choice]
}

// label is what a button says.
func (w words) label(choice notifyv1.LinkChoice) string {
	return map[notifyv1.LinkChoice]string{
		notifyv1.LinkChoice_LINK_CHOICE_ACCEPT: w.accept, notifyv1.LinkChoice_LINK_CHOICE_REJECT: w.reject,
		notifyv1.LinkChoice_LINK_CHOICE_ACKNOWLEDGE: w.take,
	}[choice]
}
