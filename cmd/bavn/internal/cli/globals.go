package cli

import (
	"time"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

const (
	outputJSON = "json"
	defaultDir = ".bavn"
)

// Globals are the flags of every command.
type Globals struct {
	Dir    string `default:".bavn" env:"BAVN_DIR" placeholder:"DIR" help:"Folder of the suite that 'bavn dev' runs (${default})."`
	Desk   string `default:"nsp" env:"BAVN_DESK" placeholder:"DESK" help:"The desk that short names are of (${default})."`
	Output string `short:"o" default:"text" enum:"text,json" placeholder:"text|json" help:"For people or for scripts (${default})."`
	As     string `env:"BAVN_AS" placeholder:"PERSON" help:"Act as this person for one command; development only."`

	Token    string        `env:"BAVN_TOKEN" placeholder:"TOKEN" help:"Bearer token; instead of signing in."`
	Language string        `env:"BAVN_LANGUAGE" enum:",da,sv,en" default:"" placeholder:"da|sv|en" help:"Of refusals; else LANG."`
	Patience time.Duration `env:"BAVN_PATIENCE" default:"10s" placeholder:"TIME" help:"Repeat unanswered calls for (${default})."`

	Intake    string `env:"BAVN_INTAKE" placeholder:"HOST:PORT" help:"Address of intake, if not that of --dir."`
	Triage    string `env:"BAVN_TRIAGE" placeholder:"HOST:PORT" help:"Address of triage, if not that of --dir."`
	Notify    string `env:"BAVN_NOTIFY" placeholder:"HOST:PORT" help:"Address of notify, if not that of --dir."`
	Reporting string `env:"BAVN_REPORTING" placeholder:"HOST:PORT" help:"Address of reporting, if not that of --dir."`
	Traces    string `env:"BAVN_TRACES" placeholder:"URL" help:"Address of the trace collector, if not that of --dir."`
	CA        string `name:"ca" env:"BAVN_CA" placeholder:"FILE" help:"CA of the services' certificates, if not that of --dir."`
}

func (g Globals) folder() suite.Folder { return suite.Folder(g.Dir) }

// override puts the given addresses over those of the folder.
func (g Globals) override(a suite.Addresses) suite.Addresses {
	for _, address := range []struct {
		given string
		used  *string
	}{
		{g.Intake, &a.Intake}, {g.Triage, &a.Triage}, {g.Notify, &a.Notify}, {g.Reporting, &a.Reporting}, {g.Traces, &a.Traces},
	} {
		if address.given != "" {
			*address.used = address.given
		}
	}
	return a
}
