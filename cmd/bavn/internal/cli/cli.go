// Package cli is the command line: one type per command, its flags as fields, and a Run that reads like what it does.
package cli

import (
	"context"
	"errors"
	"io"

	"github.com/alecthomas/kong"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
)

type grammar struct {
	Globals `group:"global"`

	Dev Dev `cmd:"" group:"run" help:"Run everything on this machine: services, gateway, database, sign-in, mailbox, traces."`

	Ticket        Ticket        `cmd:"" group:"use" help:"What people do with tickets."`
	Call          Call          `cmd:"" group:"use" help:"Who is calling, and what they and others called about."`
	Form          Form          `cmd:"" group:"use" help:"Forms of the desk: what is asked, and whether answers will do."`
	Quick         Quick         `cmd:"" group:"use" help:"Quick tickets and templates."`
	Known         Known         `cmd:"" group:"use" help:"What solved the like before: look, use, propose, review."`
	Watch         Watch         `cmd:"" group:"use" help:"Follow what happens, as it happens."`
	Journey       Journey       `cmd:"" group:"use" help:"Show who held a ticket, when and in which status."`
	Trace         Trace         `cmd:"" group:"use" help:"Draw a ticket's way as a tree, with the requests behind each step."`
	Notifications Notifications `cmd:"" group:"use" help:"Show which messages were sent, and what became of them."`
	Message       Message       `cmd:"" group:"use" help:"What a desk says: send what waits for you, stop a storm, keep the lists."`

	Inbound Inbound `cmd:"" group:"use" help:"What came in by mail, webhook or alert, and what became of it."`

	Announcement Announcement `cmd:"" group:"use" help:"The announcement board: what is planned, what is wrong now, what is over."`

	Duty Duty `cmd:"" group:"use" help:"Who is on duty, and who stands in."`
	Page Page `cmd:"" group:"use" help:"Calls to those on duty."`

	Desk       Desk       `cmd:"" group:"set up" help:"Virtual support organisations."`
	Party      Party      `cmd:"" group:"set up" help:"Legal entities and units that take part in a desk."`
	Group      Group      `cmd:"" group:"set up" help:"People of one party who share a queue."`
	Person     Person     `cmd:"" group:"set up" help:"People and how to reach them."`
	CI         CI         `cmd:"" name:"ci" group:"set up" help:"Configuration items: what tickets are about."`
	Connection Connection `cmd:"" group:"set up" help:"The parties' own tools: Jira, monitoring, any that signs its webhooks."`
	Webhook    Webhook    `cmd:"" group:"set up" help:"Systems that are told what happens."`
	Membership Membership `cmd:"" group:"set up" help:"Who may act for which party."`
	Profile    Profile    `cmd:"" group:"set up" help:"The process of a desk as a file: check, explain, compare, draw."`
	Replay     Replay     `cmd:"" group:"set up" help:"Bring another tool's history in, through the live commands."`

	Figures  Figures  `cmd:"" group:"look" help:"Print a desk's figures."`
	Extract  Extract  `cmd:"" group:"look" help:"Lists of cases that the desk's profile wants regularly."`
	Ledger   Ledger   `cmd:"" group:"look" help:"Reconcile what came in with what became of it and with the originals."`
	Verify   Verify   `cmd:"" group:"look" help:"Prove the hash chain and the party clocks of every ticket."`
	Progress Progress `cmd:"" group:"look" help:"Say how far reporting has heard."`
	Rebuild  Rebuild  `cmd:"" group:"look" help:"Drop what reporting derived and read every feed again, while live."`

	Parked     Parked     `cmd:"" group:"operate" help:"Events that a service could not handle and put aside."`
	BeginEpoch BeginEpoch `cmd:"" group:"operate" help:"Tell a database that it was put back as files, before any service starts."`

	Login   Login   `cmd:"" group:"sign in" help:"Sign in, for all commands that follow."`
	Logout  Logout  `cmd:"" group:"sign in" help:"Forget who signed in."`
	Token   Token   `cmd:"" group:"sign in" help:"Print a token, for curl and scripts."`
	Version Version `cmd:"" group:"sign in" help:"Print the version of this program."`
}

// usage ends the parser's own printing of help without ending the process.
type usage struct{ code int }

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if printed, ok := recover().(usage); ok {
			code = printed.code
		}
	}()
	var g grammar
	parser, err := kong.New(&g,
		kong.Name("bavn"),
		kong.Description("Carry incidents from post to post through a virtual support organisation.\n\n"+failure.Codes),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(usage{code}) }),
		kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 110}),
		kong.ExplicitGroups([]kong.Group{
			{Key: "run", Title: "Run it:"},
			{Key: "use", Title: "Work with it:"},
			{Key: "set up", Title: "Set it up:"},
			{Key: "look", Title: "Look at it as a whole:"},
			{Key: "operate", Title: "Operate it:"},
			{Key: "sign in", Title: "Who you are:"},
			{Key: "work", Title: "Work on a ticket:"},
			{Key: "assess", Title: "What it is, and how grave:"},
			{Key: "between", Title: "Between parties:"},
			{Key: "end", Title: "At the end:"},
			{Key: globalGroup, Title: "Flags of every command:"},
		}),
	)
	if err != nil {
		failure.Print(stderr, err, false)
		return failure.Failed
	}
	command, err := parser.Parse(args)
	if err != nil {
		const hint = "`bavn --help` lists the commands, `bavn COMMAND --help` its flags"
		failure.Print(stderr, failure.New(failure.Usage, hint, "%w", err), false)
		return failure.Usage
	}
	session := newSession(g.Globals, terminal.NewScreen(stdout, g.Output == outputJSON), stderr)
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(session)
	err = errors.Join(err, session.close())
	if err != nil {
		failure.Print(stderr, flat(err), g.Output == outputJSON)
	}
	return failure.Exit(flat(err))
}

// flat takes the one error out of a join of one, so that what it is can be seen.
func flat(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) == 1 { // the outermost only
		return joined.Unwrap()[0]
	}
	return err
}
