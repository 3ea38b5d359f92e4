package suite

import (
	"fmt"
	"time"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/devissuer"
)

// CLIClient is the client id of `bavn login` at the development issuer.
const CLIClient = "bavn-cli"

// Issuer opens the issuer of a suite's folder: it signs with the same key, so whoever reads the folder can be any person.
// That is what development is; a production issuer's key is nowhere near.
func (f Folder) Issuer(a Addresses, now clock.Clock) (*devissuer.Issuer, error) {
	issuer, err := devissuer.New(devissuer.Config{
		Issuer: a.Issuer, Persons: a.Persons, Clock: now, KeyFile: f.Path("issuer.key"),
		Clients: []devissuer.Client{
			{ID: "bavn-web", Name: "Bavn", RedirectURIs: []string{a.Gateway + "/auth/callback"}},
			{ID: CLIClient, Name: "bavn, the command line", RedirectURIs: []string{"http://127.0.0.1/callback"}},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("open the development issuer: %w", err)
	}
	return issuer, nil
}

// Token signs a person in without the ceremony.
func (f Folder) Token(person string, life time.Duration) (string, error) {
	a, err := f.Addresses()
	if err != nil {
		return "", err
	}
	issuer, err := f.Issuer(a, clock.System())
	if err != nil {
		return "", err
	}
	return issuer.Token(person, life)
}
