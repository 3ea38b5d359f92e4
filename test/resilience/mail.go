package resilience

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/test/house"
)

const (
	toTheDesk = "nsp@" + suite.MailDomain
	// mailWithin is how long a mail server waits for one mail to be taken, and mailAgain when it tries the next time.
	mailWithin = 20 * time.Second
	mailAgain  = 100 * time.Millisecond
)

// handMail is one attempt to hand a mail over. Only a nil error says that it was accepted.
func handMail(ctx context.Context, address, from, mail string) error {
	conn, err := (&net.Dialer{Timeout: mailWithin}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Now().Add(mailWithin)); err != nil {
		return errors.Join(err, conn.Close())
	}
	client, err := smtp.NewClient(conn, "127.0.0.1")
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	defer func() { _ = client.Close() }() // what it has accepted, it has accepted
	if err := errors.Join(client.Mail(from), client.Rcpt(toTheDesk)); err != nil {
		return err
	}
	body, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := body.Write([]byte(mail)); err != nil {
		return err
	}
	return body.Close()
}

// deliver tries until a mail is accepted, as mail servers do; what is refused for good is the error.
func deliver(ctx context.Context, address, from, mail string) (attempts int, err error) {
	for {
		attempts++
		err := handMail(ctx, address, from, mail)
		if refused, ok := errors.AsType[*textproto.Error](err); err == nil || ok && refused.Code >= 500 {
			return attempts, err
		}
		if err := pause(ctx, mailAgain); err != nil {
			return attempts, err
		}
	}
}

// kind is what a mail of the storm must become.
type kind int

const (
	newTicket kind = iota
	largeTicket
	bounce
	malformed
	reply
	again
	kinds
)

// mailStorm is mail servers that send all kinds of mails to a desk.
type mailStorm struct {
	house   *house.House
	servers int
	think   time.Duration
	bases   []string // numbers of tickets that gerda reported, to which answers go

	mu       sync.Mutex
	accepted map[kind]int // mails, each counted once however often it was sent
	attempts int
}

const gerda = "gerda@hospital.example"

// mailOf is the nth mail and the sender of its envelope.
func (s *mailStorm) mailOf(n int) (k kind, from, mail string) {
	k = kind(n % int(kinds))
	person := fmt.Sprintf("p%d@hospital.example", n/60) // fewer than a flood
	headers := func(author, subject string) string {
		return strings.Join([]string{
			"From: " + author, "To: " + toTheDesk, "Subject: " + subject, fmt.Sprintf("Message-ID: <%d@storm.example>", n),
			"Content-Type: text/plain; charset=utf-8",
		}, "\r\n") + "\r\n\r\n"
	}
	switch k {
	case largeTicket: // kept as a blob
		return k, person, headers(person, fmt.Sprint("Stor ", n)) + strings.Repeat(strings.Repeat("x", 998)+"\r\n", 300)
	case bounce:
		return k, "", headers("MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender") + "It was not delivered.\r\n"
	case malformed:
		return k, person, fmt.Sprintf("\r\n\r\nno header at all, mail %d\r\n", n)
	case reply:
		return k, gerda, headers(gerda, "Om "+s.bases[n%len(s.bases)]) + fmt.Sprintf("Svar %d.\r\n", n)
	case again:
		_, from, mail := s.mailOf(n - int(again))
		return k, from, mail
	default:
		return k, person, headers(person, fmt.Sprint("Sag ", n)) + "Den er sort.\r\n"
	}
}

// blow sends until stop. Every mail that was begun is accepted in the end.
func (s *mailStorm) blow(ctx context.Context, stop <-chan struct{}) error {
	s.accepted = map[kind]int{}
	servers, ctx := errgroup.WithContext(ctx)
	for server := range s.servers {
		servers.Go(func() error {
			for round := server; !ended(stop); round += s.servers {
				for n := round * int(kinds); n < (round+1)*int(kinds); n++ {
					if err := s.sendOne(ctx, n); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return servers.Wait()
}

func (s *mailStorm) sendOne(ctx context.Context, n int) error {
	k, from, mail := s.mailOf(n)
	attempts, err := deliver(ctx, s.house.Addresses().MailIn, from, mail)
	if err != nil {
		return fmt.Errorf("mail %d is not accepted: %w", n, err)
	}
	s.mu.Lock()
	s.accepted[k]++
	s.attempts += attempts
	s.mu.Unlock()
	return pause(ctx, s.think)
}
