package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

const (
	// watchedAtOnce is how many resources one stream may name.
	watchedAtOnce = 64
	// textsTimeout bounds the search for events that triage has told of before.
	textsTimeout = 3 * time.Second
)

// quoted are the words of a template that are texts of the event, by the text's name. A note is quoted only from an event that
// is about a public one.
var quoted = map[string]string{
	"reason": "ticket.reason", "note": "ticket.note", "plan": "ticket.plan", "message": "ticket.message",
}

// quotes reports whether a message says what was written with its event, and its reader may read that.
func quotes(row store.Notification, editions map[string]*edition) bool {
	if domain.Sight(row.Sight) < domain.SeesEvent || row.Letter != nil || row.EventType == "ticket.internal_note_added" {
		return false
	}
	if template := editions[row.ProfileVersion].template(row.Template); template != nil {
		words := make([]string, 0, len(quoted))
		for _, word := range quoted {
			words = append(words, word)
		}
		return template.Uses(words...)
	}
	return domain.ReasonOf[row.Template]
}

// texts reads again the events whose texts a message quotes, by event and name. An erased one is not there any more (R147).
func (c *Commands) texts(
	ctx context.Context, rows []store.Notification, editions map[string]*edition,
) (map[string]map[string]string, error) {
	texts, wanted := map[string]map[string]string{}, map[string]map[string]bool{}
	var types []string
	for _, row := range rows {
		if !quotes(row, editions) {
			continue
		}
		ticket := domain.TicketName(row.Desk, row.Ticket)
		if wanted[ticket] == nil {
			wanted[ticket] = map[string]bool{}
		}
		wanted[ticket][domain.EventRef(row.Desk, row.Ticket, row.EventRevision)] = true
		types = append(types, row.EventType)
	}
	for some := range slices.Chunk(tickets(wanted), watchedAtOnce) {
		if err := c.readTexts(ctx, some, distinct(types), wanted, texts); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func tickets(wanted map[string]map[string]bool) []string {
	names := make([]string, 0, len(wanted))
	for name := range wanted {
		names = append(names, name)
	}
	return names
}

var errAllRead = errors.New("all events are read")

func (c *Commands) readTexts(
	ctx context.Context, tickets, types []string, wanted map[string]map[string]bool, texts map[string]map[string]string,
) error {
	missing := 0
	for _, name := range tickets {
		missing += len(wanted[name])
	}
	ctx, cancel := context.WithTimeout(asNotify(ctx), textsTimeout)
	defer cancel()
	err := c.Events.Follow(ctx, feed.Position{}, feed.Filter{Resources: tickets, Types: types}, nil, func(a feed.Arrival) error {
		if a.Event == nil || !wanted[a.Event.Record.GetResource()][a.Event.Ref()] {
			return nil
		}
		texts[a.Event.Ref()] = map[string]string{}
		for name := range quoted {
			if text, there := a.Event.Text(name); there {
				texts[a.Event.Ref()][name] = text.GetText()
			}
		}
		if missing--; missing == 0 {
			return errAllRead
		}
		return nil
	})
	if errors.Is(err, errAllRead) {
		return nil
	}
	return fmt.Errorf("read texts of events: %w", err)
}
