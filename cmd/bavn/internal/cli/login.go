package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/suite"
)

// login is who signed in, as the folder keeps it.
type login struct {
	// Person of the development issuer: a fresh token is made for each command.
	Person string `json:"person,omitempty"`
	// Token of any other issuer.
	Token string `json:"token,omitempty"`
}

func loginFile(folder suite.Folder) string { return folder.Path("login.json") }

func readLogin(folder suite.Folder) (login, error) {
	var l login
	content, err := os.ReadFile(loginFile(folder))
	if err == nil {
		err = json.Unmarshal(content, &l)
	}
	if err != nil {
		return login{}, fmt.Errorf("read who signed in: %w", err)
	}
	return l, nil
}

func writeLogin(folder suite.Folder, l login) error {
	content, err := json.Marshal(l)
	if err == nil {
		err = os.WriteFile(loginFile(folder), content, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep who signed in: %w", err)
	}
	return nil
}

// Login signs in.
type Login struct {
	Person string        `arg:"" optional:"" help:"One of the demo persons of 'bavn dev'. Left out: sign in with the browser."`
	Wait   time.Duration `default:"3m" help:"How long to wait for the browser (${default})."`
}

// Run keeps the person, or the token that the browser brought.
func (c *Login) Run(ctx context.Context, s *session) error {
	if c.Person == "" {
		token, err := s.browserToken(ctx, c.Wait)
		if err != nil {
			return err
		}
		if err := writeLogin(s.folder(), login{Token: token}); err != nil {
			return err
		}
		s.Printf("signed in\n")
		return nil
	}
	if _, err := s.folder().Token(c.Person, time.Minute); err != nil {
		return s.unknownPerson(c.Person, err)
	}
	if err := writeLogin(s.folder(), login{Person: c.Person}); err != nil {
		return err
	}
	s.Printf("signed in as %s\n", c.Person)
	return nil
}

func (s *session) unknownPerson(person string, cause error) error {
	a, err := s.folder().Addresses()
	if err != nil {
		return failure.New(failure.Unavailable, "`bavn dev` starts one", "no suite has run in %s", s.Dir)
	}
	hint := "known are"
	for _, p := range a.Persons {
		hint += " " + p.ID
	}
	return failure.New(failure.NotFound, hint, "sign in as %s: %w", person, cause)
}

// Logout forgets.
type Logout struct{}

// Run removes what Login kept.
func (*Logout) Run(s *session) error {
	if err := os.Remove(loginFile(s.folder())); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget who signed in: %w", err)
	}
	return nil
}

// Token prints a token.
type Token struct {
	Person string        `arg:"" optional:"" help:"One of the demo persons; left out, who signed in."`
	Life   time.Duration `default:"1h" help:"How long it is valid (${default})."`
}

// Run prints the token alone, so that $(bavn token mette) can be used.
func (c *Token) Run(ctx context.Context, s *session) error {
	if c.Person != "" {
		token, err := s.folder().Token(c.Person, c.Life)
		if err != nil {
			return s.unknownPerson(c.Person, err)
		}
		s.Printf("%s\n", token)
		return nil
	}
	tokens, err := s.tokens()
	if err != nil {
		return err
	}
	token, err := tokens.Token(ctx)
	if err != nil {
		return err
	}
	if token == "" {
		return failure.New(failure.NotPermitted, "`bavn token mette`, or `bavn login mette` before", "nobody is signed in")
	}
	s.Printf("%s\n", token)
	return nil
}
