package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Watch follows the feed of triage.
type Watch struct {
	Type   []string `placeholder:"TYPE" help:"Only these types, such as ticket.resolved."`
	Ticket []string `placeholder:"NUMBER" help:"Only these tickets."`
	Resume string   `placeholder:"FILE" help:"Keep the place in this file, and go on from there."`
	Once   bool     `help:"End when everything up to now has been shown."`
}

// reconnect is the pause before a stream that broke is opened again.
const reconnect = 500 * time.Millisecond

// Run shows one event per line until Ctrl-C. A stream that breaks is opened again where it was.
func (c *Watch) Run(ctx context.Context, s *session) error {
	token, err := c.readToken()
	if err != nil {
		return err
	}
	for {
		token, err = c.follow(ctx, s, token)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // Ctrl-C is how one stops watching
		}
		if done, err := c.ended(err); done {
			return err
		}
		fmt.Fprintf(s.errs, "bavn: connecting again: %s\n", status.Convert(err).Message())
		select {
		case <-time.After(reconnect):
		case <-ctx.Done():
			return nil
		}
	}
}

// ended tells a stream that is over from one that broke: at the service's shutdown, or when the token had expired and a new
// one can be made.
func (c *Watch) ended(err error) (done bool, result error) {
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, io.EOF), status.Code(err) == codes.Unavailable:
		return false, nil
	default:
		return true, err
	}
}

// follow shows events from token on and returns the last token it got.
func (c *Watch) follow(ctx context.Context, s *session, token string) (string, error) {
	connected, err := s.connect()
	if err != nil {
		return token, err
	}
	filter := &eventv1.Filter{Types: c.Type}
	for _, number := range c.Ticket {
		filter.Resources = append(filter.Resources, resource.Ticket(s.Desk, number))
	}
	stream, err := connected.TicketFeed.Watch(ctx, &eventv1.WatchRequest{Parent: s.desk(), ResumeToken: token, Filter: filter})
	if err != nil {
		return token, err
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return token, err
		}
		if bookmark := message.GetBookmark(); bookmark != nil {
			token = bookmark.GetResumeToken()
			if err := c.writeToken(token); err != nil || c.Once {
				return token, err
			}
			continue
		}
		event := message.GetEvent()
		if err := s.printEvent(event); err != nil {
			return token, err
		}
		token = event.GetResumeToken()
		if err := c.writeToken(token); err != nil {
			return token, err
		}
	}
}

func (c *Watch) readToken() (string, error) {
	if c.Resume == "" {
		return "", nil
	}
	content, err := os.ReadFile(c.Resume)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the place to resume from: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}

// writeToken replaces the file whole: half a token would be no place at all.
func (c *Watch) writeToken(token string) error {
	if c.Resume == "" || token == "" {
		return nil
	}
	next := c.Resume + ".new"
	err := os.WriteFile(next, []byte(token+"\n"), 0o600)
	if err == nil {
		err = os.Rename(next, c.Resume)
	}
	if err != nil {
		return fmt.Errorf("keep the place to resume from: %w", err)
	}
	return nil
}

// printEvent shows an event on one line.
func (s *session) printEvent(e *eventv1.Event) error {
	if s.JSON {
		return s.Line(e)
	}
	r := e.GetRecord()
	line := []string{
		s.Dim(s.Time(r.GetOccurredAt().AsTime())), fmt.Sprintf("%-14s", about(r)),
		fmt.Sprintf("%-28s", r.GetType()), fmt.Sprintf("%-16s", who(r.GetActor())), standingOf(r),
	}
	if text := said(e); text != "" {
		line = append(line, "“"+strings.ReplaceAll(text, "\n", " ")+"”")
	}
	s.Printf("%s\n", strings.TrimRight(strings.Join(line, "  "), " "))
	return nil
}

// about is a ticket's number, or what else changed: "parties/netic".
func about(r *eventv1.Record) string {
	relative := strings.TrimPrefix(r.GetResource(), r.GetDesk()+"/")
	return strings.TrimPrefix(relative, "tickets/")
}

func who(a *eventv1.Actor) string {
	if a.GetParty() == "" {
		return actor(a)
	}
	return actor(a) + "/" + resource.Short(a.GetParty())
}

// standingOf is where the ticket stands after its event; empty for events of anything else.
func standingOf(r *eventv1.Record) string {
	var payload triagev1.TicketEvent
	if r.GetPayload() == nil || r.GetPayload().UnmarshalTo(&payload) != nil {
		return ""
	}
	return statusWord(payload.GetTicket().GetStatus()) + ", " + holder(payload.GetTicket())
}
