package door

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/mail"
)

var dialers = map[string]func(address string, options *imapclient.Options) (*imapclient.Client, error){
	"none": imapclient.DialInsecure, "starttls": imapclient.DialStartTLS, "implicit": imapclient.DialTLS,
}

// kept marks what we have, where mails stay in the folder. Whether a person has read them there is none of our business.
const kept imap.Flag = "$BavnKept"

// readMailbox reads the folder until ctx ends; what breaks the connection is waited for.
func (d *Door) readMailbox(ctx context.Context) error {
	pause := time.Second
	for {
		began := d.clock.Now()
		err := d.readUntilBroken(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // told to stop
		}
		if d.clock.Now().Sub(began) > time.Minute {
			pause = time.Second
		}
		d.logger.WarnContext(ctx, "the mailbox cannot be read: trying again", slog.Any("error", err), slog.Duration("pause", pause))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, time.Minute)
	}
}

// readUntilBroken reads what is there, then what comes.
func (d *Door) readUntilBroken(ctx context.Context) error {
	came := make(chan struct{}, 1)
	client, err := d.connect(ctx, came)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }() // it is broken, or we leave
	stop := context.AfterFunc(ctx, func() { _ = client.Close() })
	defer stop()
	selected, err := client.Select(d.cfg.IMAP.Mailbox, nil).Wait()
	if err != nil {
		return fmt.Errorf("open %s: %w", d.cfg.IMAP.Mailbox, err)
	}
	mark, err := d.mark(selected)
	if err != nil {
		return err
	}
	for {
		if err := d.readNew(ctx, client, mark); err != nil {
			return err
		}
		if err := d.awaitMail(ctx, client, came); err != nil {
			return err
		}
	}
}

// mark is the flag by which a mail is known as kept.
func (d *Door) mark(selected *imap.SelectData) (imap.Flag, error) {
	if d.cfg.IMAP.Delete {
		return imap.FlagDeleted, nil
	}
	for _, flag := range selected.PermanentFlags {
		if flag == imap.FlagWildcard || flag == kept {
			return kept, nil
		}
	}
	return "", errors.New("the server keeps no keywords of ours: set imap.delete")
}

func (d *Door) connect(ctx context.Context, came chan<- struct{}) (*imapclient.Client, error) {
	cfg := d.cfg.IMAP
	roots, err := certificates(cfg.CA)
	if err != nil {
		return nil, err
	}
	client, err := dialers[cfg.TLS](net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port)), &imapclient.Options{
		Dialer:    &net.Dialer{Timeout: d.cfg.Timeout},
		TLSConfig: &tls.Config{ServerName: cfg.Host, RootCAs: roots, MinVersion: tls.VersionTLS12},
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				select {
				case came <- struct{}{}:
				default:
				}
			}
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("connect to the mailbox: %w", err)
	}
	if err := d.signIn(ctx, client); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

func (d *Door) signIn(ctx context.Context, client *imapclient.Client) error {
	cfg := d.cfg.IMAP
	var err error
	if cfg.OAuth.TokenURL == "" {
		err = client.Login(cfg.Username, cfg.Password).Wait()
	} else {
		var token *oauth2.Token
		if token, err = cfg.OAuth.token(ctx); err == nil {
			err = client.Authenticate(&xoauth2{username: cfg.Username, token: token.AccessToken})
		}
	}
	if err != nil {
		return fmt.Errorf("sign in to the mailbox: %w", err)
	}
	return nil
}

// token is a fresh one: a connection lasts longer than a token anyway.
func (c OAuthConfig) token(ctx context.Context) (*oauth2.Token, error) {
	if c.RefreshToken == "" {
		application := clientcredentials.Config{
			ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: c.TokenURL, Scopes: c.Scopes,
		}
		return application.Token(ctx)
	}
	user := oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret, Scopes: c.Scopes, Endpoint: oauth2.Endpoint{TokenURL: c.TokenURL},
	}
	return user.TokenSource(ctx, &oauth2.Token{RefreshToken: c.RefreshToken}).Token()
}

// xoauth2 is the mechanism of Google and Microsoft, which go-sasl does not have.
type xoauth2 struct{ username, token string }

var _ sasl.Client = (*xoauth2)(nil)

// Start says it all.
func (x *xoauth2) Start() (mechanism string, initial []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.username + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers what is wrong with nothing, so that the server ends the exchange with its error.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

func certificates(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // the system's
	}
	written, err := os.ReadFile(file) //nolint:gosec // a setting
	if err != nil {
		return nil, fmt.Errorf("read the mailbox's CA: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(written) {
		return nil, fmt.Errorf("read the mailbox's CA: %s holds no certificate", file)
	}
	return roots, nil
}

// awaitMail returns when something may have come.
func (d *Door) awaitMail(ctx context.Context, client *imapclient.Client, came <-chan struct{}) error {
	poll := time.After(d.cfg.IMAP.Poll)
	if !client.Caps().Has(imap.CapIdle) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll:
			return client.Noop().Wait()
		}
	}
	idle, err := client.Idle()
	if err != nil {
		return fmt.Errorf("wait for mail: %w", err)
	}
	select {
	case <-ctx.Done():
	case <-came:
	case <-poll:
	case <-client.Closed():
		return errors.New("the server closed the connection")
	}
	if err := idle.Close(); err != nil {
		return fmt.Errorf("wait for mail: %w", err)
	}
	return errors.Join(ctx.Err(), idle.Wait())
}

// readNew keeps what is not marked, one mail after the other, and marks each when it is kept. Another replica may keep the same:
// then the second is a duplicate.
func (d *Door) readNew(ctx context.Context, client *imapclient.Client, mark imap.Flag) error {
	found, err := client.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{mark, imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return fmt.Errorf("look for mail: %w", err)
	}
	for _, uid := range found.AllUIDs() {
		if err := d.readOne(ctx, client, uid); err != nil {
			return err
		}
		add := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{mark}, Silent: true}
		if err := client.Store(imap.UIDSetNum(uid), add, nil).Close(); err != nil {
			return fmt.Errorf("mark what is kept: %w", err)
		}
	}
	if d.cfg.IMAP.Delete && len(found.AllUIDs()) > 0 {
		return client.Expunge().Close()
	}
	return nil
}

// readOne keeps one mail; of one that is too large, what it says of itself.
func (d *Door) readOne(ctx context.Context, client *imapclient.Client, uid imap.UID) error {
	sizes, err := client.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{RFC822Size: true}).Collect()
	if err != nil {
		return fmt.Errorf("look at a mail: %w", err)
	}
	if len(sizes) == 0 {
		return nil // deleted meanwhile
	}
	section := &imap.FetchItemBodySection{Peek: true}
	tooLarge := sizes[0].RFC822Size > d.cfg.MaxBytes
	if tooLarge {
		section.Specifier = imap.PartSpecifierHeader
	}
	fetch := client.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}})
	defer func() { _ = fetch.Close() }() // its error is seen below, or the mail is kept
	message := fetch.Next()
	if message == nil {
		return fetch.Close()
	}
	for {
		item := message.Next()
		if item == nil {
			return fetch.Close()
		}
		body, is := item.(imapclient.FetchItemDataBodySection)
		if !is || body.Literal == nil {
			continue
		}
		route := d.routes[strings.ToLower(d.cfg.IMAP.Address)]
		if err := d.keep(ctx, route, body.Literal, tooLarge); err != nil {
			return err
		}
	}
}

func (d *Door) keep(ctx context.Context, route Route, from io.Reader, tooLarge bool) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	if !tooLarge {
		return d.receive(ctx, route, "Delivered-To: "+d.cfg.IMAP.Address+"\r\n", from)
	}
	headers, err := io.ReadAll(io.LimitReader(from, held))
	if err != nil {
		return fmt.Errorf("read the headers of a mail: %w", err)
	}
	_, err = d.commands.Receive(ctx, command.Inbound{
		Desk: route.Desk, Route: route.Group, Channel: commonv1.Channel_CHANNEL_MAIL, Source: command.MailSource,
		Key: mail.Key(headers), MediaType: command.HeadersOnly, Original: headers,
	})
	return err
}
