package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/mail"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// personByMail is the id of the person with an address; empty where nobody has it.
func (c *Commands) personByMail(ctx context.Context, desk, address string) (string, error) {
	if address == "" {
		return "", nil
	}
	person, err := store.New(c.Pool).PersonByEmail(ctx, store.PersonByEmailParams{Desk: desk, Email: address})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return person, pg.Translate(err)
}

// register makes the sender a person of the desk: contact data lies nowhere else (R27, R147). Two mails of the same stranger at
// the same moment make one person. What no person wrote gets one without an address, so that nobody ever writes back to it (RFC
// 3834).
func (h *MailHandler) register(ctx context.Context, l *letter) error {
	address := l.mail.From.Address
	if _, err := netmail.ParseAddress(address); err != nil || len(address) > 254 || l.mail.Kind != mail.Person {
		address = ""
	}
	local, _, _ := strings.Cut(l.mail.From.Address, "@")
	person := &intakev1.Person{
		DisplayName: bounded(cmp.Or(l.mail.From.Name, local, domain.MailTexts(l.desk.LanguageCode).Unknown), 120),
		Email:       address,
	}
	id := "mail-" + uuid.NewSHA1(l.item.Inbound, []byte("person")).String()
	person.Name = domain.PersonName(l.item.Desk, id)
	call := request.Request{Desk: l.item.Desk, Method: "CreatePerson", ID: requestFor(l.item, "person")}
	err := pg.InPipeline(ctx, h.Commands.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		q := store.New(p)
		if err := q.LockAddress(ctx, l.item.Desk+" "+cmp.Or(address, id)); err != nil {
			return err
		}
		if address != "" {
			known, err := q.PersonByEmail(ctx, store.PersonByEmailParams{Desk: l.item.Desk, Email: address})
			if err == nil {
				id = known
				return nil
			}
			if !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}
		return insertPerson(ctx, p, call, person, h.Commands.Clock.Now())
	})
	if err != nil && !pg.IsUniqueViolation(err, "persons_pkey") { // made by an attempt before this one
		return fmt.Errorf("register a sender: %w", err)
	}
	h.Commands.Wake.Committed()
	l.person = id
	return nil
}
