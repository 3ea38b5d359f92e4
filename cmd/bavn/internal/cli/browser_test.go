package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/demo"
	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/platform/clock"
)

// pick is what a person does in the browser: follow the link, pick a name, be sent back.
func pick(t *testing.T, link, person string) {
	t.Helper()
	address, err := url.Parse(link)
	if err != nil {
		t.Error(err)
		return
	}
	form := address.Query()
	form.Set("person", person)
	address.RawQuery = ""
	browser := http.Client{Timeout: 10 * time.Second}
	response, err := browser.PostForm(address.String(), form)
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(page), "back to the terminal") {
		t.Errorf("the browser shows %s: %s, %v", response.Status, page, err)
	}
}

func TestABrowserSignsInForTheCommandsThatFollow(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	folder := suite.Folder(t.TempDir())
	server := httptest.NewUnstartedServer(nil)
	addresses := suite.Addresses{
		Gateway: "http://127.0.0.1:1", Issuer: "http://" + server.Listener.Addr().String(),
		Intake: "127.0.0.1:1", Triage: "127.0.0.1:1", Notify: "127.0.0.1:1", Reporting: "127.0.0.1:1",
		Persons: demo.Persons(),
	}
	content, err := json.Marshal(addresses)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(string(folder), "addresses.json"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	issuer, err := folder.Issuer(addresses, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = issuer.Handler()
	server.Start()
	t.Cleanup(server.Close)

	shown, screen := io.Pipe()
	s := newSession(Globals{Dir: string(folder), Desk: "nsp"}, terminal.Screen{Out: screen}, io.Discard)
	picked := make(chan struct{})
	go func() {
		defer close(picked)
		lines := bufio.NewScanner(shown)
		for lines.Scan() {
			if link := strings.TrimSpace(lines.Text()); strings.HasPrefix(link, "http") {
				pick(t, link, "mette")
			}
		}
	}()
	if err := (&Login{Wait: time.Minute}).Run(ctx, s); err != nil {
		t.Fatal(err)
	}
	if err := screen.Close(); err != nil {
		t.Fatal(err)
	}
	<-picked
	kept, err := readLogin(folder)
	if err != nil {
		t.Fatal(err)
	}
	if claims, err := client.ReadClaims(kept.Token); err != nil || claims.Person != "mette" {
		t.Errorf("signed in as %+v, %v", claims, err)
	}
	if me, err := s.me(ctx); me != "mette" || err != nil {
		t.Errorf("the commands that follow act as %q, %v", me, err)
	}
}
