package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
	"github.com/bavn/bavn/cmd/bavn/suite"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	"github.com/bavn/bavn/platform/clock"
)

// session is one command's: where it writes, whom it acts as, what it is connected to.
type session struct {
	Globals
	terminal.Screen
	errs  io.Writer
	clock clock.Clock

	untraced  bool // the command makes very many calls that are all alike
	connected *client.Client
}

func newSession(g Globals, screen terminal.Screen, errs io.Writer) *session {
	return &session{Globals: g, Screen: screen, errs: errs, clock: clock.System()}
}

func (s *session) close() error {
	if s.connected == nil {
		return nil
	}
	return s.connected.Close()
}

// addresses are where the services are.
func (s *session) addresses() (suite.Addresses, error) {
	known, err := s.folder().Addresses()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return suite.Addresses{}, err
	}
	a := s.override(known)
	if a.Intake == "" || a.Triage == "" || a.Notify == "" || a.Reporting == "" {
		return suite.Addresses{}, failure.New(failure.Unavailable,
			"`bavn dev` starts everything; --dir names its folder, or --intake, --triage, --notify and --reporting the services",
			"no suite has run in %s", s.Dir)
	}
	return a, nil
}

// connect opens the connections; they are made when the first call needs them.
func (s *session) connect() (*client.Client, error) {
	if s.connected != nil {
		return s.connected, nil
	}
	a, err := s.addresses()
	if err != nil {
		return nil, err
	}
	roots, err := client.Roots(s.caFile())
	if err != nil {
		return nil, err
	}
	tokens, err := s.tokens()
	if err != nil {
		return nil, err
	}
	s.connected, err = client.Open(client.Config{
		Intake: a.Intake, Triage: a.Triage, Notify: a.Notify, Reporting: a.Reporting,
		Roots: roots, Tokens: tokens, Language: s.language(), Patience: s.Patience,
		Untraced: s.untraced,
	})
	return s.connected, err
}

func (s *session) caFile() string {
	if s.CA != "" {
		return s.CA
	}
	return s.folder().CA()
}

const tokenLife = time.Hour

// tokens say who acts: --as and --token for one command, otherwise who signed in.
func (s *session) tokens() (client.TokenSource, error) {
	switch {
	case s.As != "":
		return s.devTokens(s.As)
	case s.Token != "":
		return client.Static(s.Token), nil
	}
	signedIn, err := readLogin(s.folder())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return client.Static(""), nil // the service says what is missing
	case err != nil:
		return nil, err
	case signedIn.Person != "":
		return s.devTokens(signedIn.Person)
	default:
		return client.Static(signedIn.Token), nil
	}
}

func (s *session) devTokens(person string) (client.TokenSource, error) {
	if a, err := s.folder().Addresses(); err == nil {
		var ids []string
		for _, known := range a.Persons {
			ids = append(ids, known.ID)
		}
		if !slices.Contains(ids, person) {
			return nil, failure.New(failure.NotPermitted, "one of "+strings.Join(ids, ", "), "there is no %q who may sign in", person)
		}
	}
	return &client.Renewed{Clock: s.clock, Life: tokenLife, Make: func(_ context.Context, life time.Duration) (string, error) {
		return s.folder().Token(person, life)
	}}, nil
}

// me is the id of the person that the command acts as.
func (s *session) me(ctx context.Context) (string, error) {
	tokens, err := s.tokens()
	if err != nil {
		return "", err
	}
	token, err := tokens.Token(ctx)
	if err != nil {
		return "", err
	}
	if token == "" {
		return "", failure.New(failure.NotPermitted, "`bavn login freja`, or --as freja for this one command", "nobody is signed in")
	}
	claims, err := client.ReadClaims(token)
	return claims.Person, err
}

func (s *session) language() string {
	if s.Language != "" {
		return s.Language
	}
	for _, variable := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(variable); value != "" {
			if language := strings.ToLower(value[:min(2, len(value))]); language == "da" || language == "sv" {
				return language
			}
			break
		}
	}
	return "en"
}

func (s *session) desk() string { return resource.Desk(s.Desk) }

// ticketIfAny is the name of the ticket that was typed, or empty where none was.
func (s *session) ticketIfAny(typed string) string {
	if typed == "" {
		return ""
	}
	return resource.Ticket(s.Desk, typed)
}

// text is what was typed, in the desk's language unless --text-language says another.
func text(typed, language string) *commonv1.LocalizedText {
	return &commonv1.LocalizedText{Text: typed, LanguageCode: language}
}

// requestID is the one that was given, or a new one.
func requestID(given string) string {
	if given != "" {
		return given
	}
	return uuid.NewString()
}
