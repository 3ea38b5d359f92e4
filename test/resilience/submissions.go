package resilience

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/test/house"
)

// submissionsAreTickets holds what was acknowledged against intake, and intake against triage, both ways: nothing may be lost on
// the way, and nothing may be there that was not acknowledged, because every call was made until it was.
func submissionsAreTickets(ctx context.Context, e *evidence) (finding, error) {
	type row struct{ Submission, Request, Ticket string }
	read := func(service, sql string) (map[string]row, error) {
		rows, err := e.DB(service).Query(ctx, sql, house.Desk)
		if err != nil {
			return nil, fmt.Errorf("read what %s has: %w", service, err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
		if err != nil {
			return nil, fmt.Errorf("read what %s has: %w", service, err)
		}
		bySubmission := make(map[string]row, len(all))
		for _, r := range all {
			bySubmission[r.Submission] = r // a primary key in intake, unique in triage
		}
		return bySubmission, nil
	}
	kept, err := read("intake", `SELECT $1 || '/submissions/' || submission, request_id::text, $1 || '/tickets/' || number
		FROM submissions WHERE 'desks/' || desk = $1 AND outcome = 1`)
	if err != nil {
		return finding{}, err
	}
	opened, err := read("triage", `SELECT $1 || '/submissions/' || submission, '', $1 || '/tickets/' || number FROM tickets
		WHERE 'desks/' || desk = $1`)
	if err != nil {
		return finding{}, err
	}
	var f finding
	acknowledged := map[string]string{} // submission by request id
	for _, a := range e.answered {
		answer, is := a.answer.(*intakev1.Submission)
		if !is {
			continue
		}
		f.examined++
		acknowledged[answer.GetName()] = a.id
		switch k, there := kept[answer.GetName()]; {
		case !there:
			f.mind("%v was answered with %s, and intake has no settled submission of that name", a, answer.GetName())
		case k.Request != a.id || k.Ticket != answer.GetTicket():
			f.mind("%v was answered with %v, and intake has %v", a, answer, k)
		}
	}
	for name, k := range kept {
		if acknowledged[name] == "" {
			f.mind("nobody was told of %s, request id %s", name, k.Request)
		}
		if t, there := opened[name]; !there || t.Ticket != k.Ticket {
			f.mind("%s is %s in intake and %q in triage", name, k.Ticket, t.Ticket)
		}
	}
	for name, t := range opened {
		if _, there := kept[name]; !there {
			f.mind("%s is of %s, which intake does not know", t.Ticket, name)
		}
	}
	submissionEvents(e, len(kept), &f)
	return f, nil
}

// submissionEvents holds that each was received once and settled once.
func submissionEvents(e *evidence, submissions int, f *finding) {
	count := map[string]int{}
	for _, event := range e.events["intake"] {
		count[event.GetType()]++
	}
	for _, typ := range []string{"submission.received", "submission.opened"} {
		if count[typ] != submissions {
			f.mind("there are %d %s of %d submissions", count[typ], typ, submissions)
		}
	}
}
