package door_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"

	"github.com/bavn/bavn/services/intake/internal/mail/door"
)

// mailbox is an IMAP server that signs in by XOAUTH2 alone, as Google's and Microsoft's do.
type mailbox struct {
	user *imapmemserver.User

	mu      sync.Mutex
	token   string   // the one that counts
	refused []string // what others showed
}

// visitor is one connection.
type visitor struct {
	*imapmemserver.UserSession // nil before they are signed in
	box                        *mailbox
}

func (v *visitor) Close() error {
	if v.UserSession == nil {
		return nil
	}
	return v.UserSession.Close()
}

func (*visitor) Login(string, string) error { return imapserver.ErrAuthFailed }

func (*visitor) AuthenticateMechanisms() []string { return []string{"XOAUTH2"} }

func (v *visitor) Authenticate(mechanism string) (sasl.Server, error) {
	if mechanism != "XOAUTH2" {
		return nil, imapserver.ErrAuthFailed
	}
	return &exchange{visitor: v}, nil
}

// exchange is the mechanism as the server sees it: one message, or an error that the client has to acknowledge.
type exchange struct {
	visitor *visitor
	failed  bool
}

func (x *exchange) Next(response []byte) (challenge []byte, done bool, err error) {
	box := x.visitor.box
	box.mu.Lock()
	defer box.mu.Unlock()
	switch {
	case x.failed && len(response) == 0:
		return nil, false, imapserver.ErrAuthFailed
	case x.failed:
		return nil, false, fmt.Errorf("an error is answered %q, want nothing", response)
	case string(response) == "user=desk@hospital.example\x01auth=Bearer "+box.token+"\x01\x01":
		x.visitor.UserSession = imapmemserver.NewUserSession(box.user)
		return nil, true, nil
	}
	x.failed, box.refused = true, append(box.refused, string(response))
	return []byte(`{"status":"401","schemes":"bearer"}`), false, nil
}

// R4: a mailbox that wants XOAUTH2 is read with a token that was got for it, and a token that is refused is replaced by a fresh
// one.
func TestAMailboxIsReadWithATokenOfOAuth2(t *testing.T) {
	t.Parallel()
	box := &mailbox{user: imapmemserver.NewUser("desk@hospital.example", "no password"), token: "second"}
	if err := box.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	box.deliver(t, "one")
	var asked sync.Map
	issued := 0
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		box.mu.Lock()
		defer box.mu.Unlock()
		issued++
		asked.Store(r.FormValue("grant_type")+" "+r.FormValue("refresh_token"), true)
		token := map[bool]string{true: "first", false: "second"}[issued == 1]
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600})
	}))
	t.Cleanup(tokens.Close)
	host, port := box.serve(t)
	e := open(t, func(cfg *door.Config) {
		cfg.Addresses = []string{"desk@hospital.example=nsp"}
		cfg.IMAP.Host, cfg.IMAP.Port, cfg.IMAP.TLS, cfg.IMAP.Poll = host, port, "none", time.Second
		cfg.IMAP.Address, cfg.IMAP.Username = "desk@hospital.example", "desk@hospital.example"
		cfg.IMAP.OAuth = door.OAuthConfig{
			TokenURL: tokens.URL, ClientID: "bavn", ClientSecret: "secret", RefreshToken: "refresh", Scopes: []string{"IMAP"},
		}
		cfg.IMAP.Delete = true
	})
	e.eventually("the mail that was there is kept", func() bool { return e.kept("nsp") == 1 })
	box.deliver(t, "two")
	e.eventually("the mail that comes is kept", func() bool { return e.kept("nsp") == 2 })
	box.mu.Lock()
	defer box.mu.Unlock()
	if len(box.refused) != 1 || !strings.Contains(box.refused[0], "Bearer first") {
		t.Errorf("refused were %q, want the first token once", box.refused)
	}
	if _, right := asked.Load("refresh_token refresh"); !right {
		t.Error("the token was not got with the mailbox's refresh token")
	}
}

func (b *mailbox) deliver(t *testing.T, id string) {
	t.Helper()
	if _, err := b.user.Append("INBOX", literal{strings.NewReader(fmt.Sprintf(words, id))}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

// literal is a mail as the server takes it.
type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func (b *mailbox) serve(t *testing.T) (host string, port int) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &visitor{box: b}, nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}}, InsecureAuth: true,
	})
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends when it is closed
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	host, written, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if port, err = strconv.Atoi(written); err != nil {
		t.Fatal(err)
	}
	return host, port
}
