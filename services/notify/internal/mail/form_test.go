package mail_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/mail"
)

// sent is the mail as it arrives.
func (w *world) sent(t *testing.T, m domain.Dispatch) mailsink.Message {
	t.Helper()
	if got := w.Send(t.Context(), []domain.Dispatch{m}); got[0] != domain.Accepted {
		t.Fatalf("it came to %+v", got[0])
	}
	all := w.sink.Messages(mailsink.Filter{})
	return all[len(all)-1]
}

func TestAMailIsTextAndHTMLOfTheSameWordsAndSomebodysWordsNeverBecomeMarkup(t *testing.T) {
	t.Parallel()
	m := message("1")
	m.Body = "Hej Jørgen,\n\n> <script>alert(1)</script>\n> se https://evil.example/\n\n" +
		"Følg sagen her:\nhttps://desk.example/sag\n\n--\nSag 42\n"
	m.Actions = []domain.Action{{Label: "Fejlen er væk", URL: "https://desk.example/l/nsp/abc?answer=accept"}}
	got := newWorld(t, nil).sent(t, m)
	for _, want := range []string{
		"> <script>alert(1)</script>",
		"Fejlen er væk:\nhttps://desk.example/l/nsp/abc?answer=accept\n", "\n--\nSag 42",
	} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, got.Text)
		}
	}
	for _, want := range []string{
		`<html lang="da">`, `<blockquote`, "&lt;script&gt;alert(1)&lt;/script&gt;", "se https://evil.example/</blockquote>",
		`<a href="https://desk.example/sag"`, `<a href="https://desk.example/l/nsp/abc?answer=accept"`, "Hej Jørgen,",
	} {
		if !strings.Contains(got.HTML, want) {
			t.Errorf("the HTML lacks %q:\n%s", want, got.HTML)
		}
	}
	for _, never := range []string{"<script", "<img", "<link", `href="https://evil`} {
		if strings.Contains(got.HTML, never) {
			t.Errorf("the HTML holds %q:\n%s", never, got.HTML)
		}
	}
	if strings.Index(got.HTML, "Sag 42") < strings.Index(got.HTML, "abc?answer") {
		t.Error("what can be done stands below the signature")
	}
}

func TestAMailIsSignedByDKIMAndWhoChangesItIsFoundOut(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(_ *mailsink.Config, c *mail.Config) {
		c.DKIM = mail.DKIMConfig{Domain: "bavn.example", Selector: "s1", Key: file}
	})
	asked := ""
	verify := func(raw []byte) error {
		found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
			asked = name
			return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
		}})
		if err != nil || len(found) != 1 {
			t.Fatalf("%d signatures, %v", len(found), err)
		}
		return found[0].Err
	}
	got := w.sent(t, message("1"))
	if err := verify(got.Raw); err != nil || asked != "s1._domainkey.bavn.example" {
		t.Errorf("the signature of %s: %v", asked, err)
	}
	for _, change := range [][2]string{{"Slut", "Stop"}, {"desk@bavn.example", "evil@bavn.example"}} {
		if err := verify(bytes.Replace(got.Raw, []byte(change[0]), []byte(change[1]), 1)); err == nil {
			t.Errorf("with %q for %q it still verifies", change[1], change[0])
		}
	}
}

func TestAnAnswerGoesToAnAddressThatSaysWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for replyTo, want := range map[string]string{
		"Desk <answers@bavn.example>": "answers+t.nsp.", // one address for all desks
		"Desk <{desk}@bavn.example>":  "<nsp+t.nsp.",    // each has its own
	} {
		w := newWorld(t, func(_ *mailsink.Config, c *mail.Config) { c.ReplyTo = replyTo })
		references, err := mailref.New(mailref.Config{Keys: []string{strings.Repeat("ab", 32)}})
		if err != nil {
			t.Fatal(err)
		}
		w.References = references
		m := message("1")
		m.Reference = mailref.Reference{Kind: mailref.Ticket, Desk: "nsp", ID: "ASCP00000042"}
		got := w.sent(t, m).Header.Get("Reply-To")
		if found, err := references.Find(got); err != nil || found != m.Reference || !strings.Contains(got, want) {
			t.Errorf("Reply-To %q leads to %v, %v", got, found, err)
		}
	}
}

func TestWhatIsAboutNoDeskIsNotAnsweredToOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *mailsink.Config, c *mail.Config) { c.ReplyTo = "{desk}@bavn.example" })
	if got := w.sent(t, message("1")).Header.Get("Reply-To"); got != "" {
		t.Errorf("an answer goes to %q", got)
	}
}
