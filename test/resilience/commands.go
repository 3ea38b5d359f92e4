package resilience

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// commandsTookEffectOnce holds every answered command against the events of triage: exactly one has its request id as its
// cause, and the answer's etag is that of the revision it made. No other request id made an event of a ticket.
func commandsTookEffectOnce(ctx context.Context, e *evidence) (finding, error) {
	caused := map[string][]*event{} // by request id
	for _, event := range e.events["triage"] {
		if strings.Contains(event.resource, "/tickets/") && event.GetType() != "ticket.opened" {
			id := event.GetCause().GetRequestId()
			caused[id] = append(caused[id], event)
		}
	}
	remembered, err := remembered(ctx, e)
	if err != nil {
		return finding{}, err
	}
	var f finding
	for _, a := range e.answered {
		answer, is := a.answer.(*triagev1.Ticket)
		if !is {
			continue
		}
		f.examined++
		events := caused[a.id]
		delete(caused, a.id)
		if len(events) != 1 {
			f.mind("%v was answered, and %d events have it as their cause", a, len(events))
			continue
		}
		event := events[0]
		if event.resource != answer.GetName() || event.GetType() != a.emits || !isOf(answer.GetEtag(), event.hash) {
			f.mind("%v was answered with %s, etag %s, and made %s", a, answer.GetName(), answer.GetEtag(), event.ref())
		}
		if note := fmt.Sprintf("%s@%d", event.resource, event.revision); remembered[a.id] != note {
			f.mind("%v made %s, and is remembered as %q", a, note, remembered[a.id])
		}
	}
	for id, events := range caused {
		f.mind("%s was made by the request id %q, whose call was not answered", events[0].ref(), id)
	}
	return f, nil
}

// isOf reports whether an etag is of a revision with this hash.
func isOf(etag string, hash []byte) bool {
	beginning, err := base64.RawURLEncoding.DecodeString(etag)
	return err == nil && len(beginning) > 0 && bytes.HasPrefix(hash, beginning)
}

// remembered is what triage keeps of request ids, as resource@revision.
func remembered(ctx context.Context, e *evidence) (map[string]string, error) {
	rows, err := e.DB("triage").Query(ctx, `SELECT request_id::text, string_agg(resource || '@' || revision, ', ')
		FROM requests GROUP BY 1`)
	if err != nil {
		return nil, fmt.Errorf("read request ids: %w", err)
	}
	return textByText(rows)
}

// notesAreThereOnce counts the texts that calls brought along: each is unique, and must be there once.
func notesAreThereOnce(ctx context.Context, e *evidence) (finding, error) {
	rows, err := e.DB("triage").Query(ctx, `SELECT text, string_agg(resource, ', ') FROM event_texts
		WHERE text LIKE 'Words of %' GROUP BY 1`)
	if err != nil {
		return finding{}, fmt.Errorf("read notes: %w", err)
	}
	notes, err := textByText(rows)
	if err != nil {
		return finding{}, err
	}
	var f finding
	for _, a := range e.answered {
		answer, is := a.answer.(*triagev1.Ticket)
		if !is || a.note == "" {
			continue
		}
		f.examined++
		if notes[a.note] != answer.GetName() {
			f.mind("%v wrote to %s, and its text is at %q", a, answer.GetName(), notes[a.note])
		}
		delete(notes, a.note)
	}
	for text, at := range notes {
		f.mind("%q at %s is of a call that was not answered", text, at)
	}
	return f, nil
}

// answeredAlike reports what the clients found themselves.
func answeredAlike(_ context.Context, e *evidence) (finding, error) {
	return finding{examined: e.doubled, wrong: e.unlike}, nil
}

// textByText reads rows of two texts.
func textByText(rows pgx.Rows) (map[string]string, error) {
	texts := map[string]string{}
	var key, value string
	_, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		texts[key] = value
		return nil
	})
	return texts, err
}
