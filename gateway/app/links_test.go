package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
)

var token = strings.Repeat("aB3_-", 20)

// linked answers for notify: one open link, and what was followed.
func linked(t *testing.T, followed *[]*notifyv1.FollowLinkRequest) doubles {
	t.Helper()
	link := func(name string) *notifyv1.Link {
		return &notifyv1.Link{
			Name: name, Purpose: notifyv1.LinkPurpose_LINK_PURPOSE_SOLUTION, Ticket: "desks/nsp/tickets/ASCP00000042",
			State: notifyv1.LinkState_LINK_STATE_OPEN, LanguageCode: "da", DeskDisplayName: "National <Service> Desk",
			Choices: []notifyv1.LinkChoice{notifyv1.LinkChoice_LINK_CHOICE_ACCEPT, notifyv1.LinkChoice_LINK_CHOICE_REJECT},
		}
	}
	return doubles{
		getLink: func(ctx context.Context, r *notifyv1.GetLinkRequest) (*notifyv1.Link, error) {
			if p, _ := auth.FromContext(ctx); p.Person != "" || p.Service != "gateway" {
				t.Errorf("%+v asks about a link, want the gateway alone", p)
			}
			if !strings.HasSuffix(r.GetName(), token) {
				return nil, fault.New(codes.NotFound, fault.NotFound)
			}
			return link(r.GetName()), nil
		},
		followLink: func(_ context.Context, r *notifyv1.FollowLinkRequest) (*notifyv1.Link, error) {
			*followed = append(*followed, r)
			if strings.Contains(r.GetName(), "desks/au/") {
				return nil, fault.New(codes.FailedPrecondition, fault.FailedPrecondition)
			}
			answered := link(r.GetName())
			answered.State, answered.Choice = notifyv1.LinkState_LINK_STATE_USED, r.GetChoice()
			return answered, nil
		},
	}
}

// Link scanners: whoever opens a link, by GET or HEAD and however often, changes nothing. Only the form behind the button acts.
func TestALinkActsByItsFormAndNeverByBeingOpened(t *testing.T) {
	t.Parallel()
	var followed []*notifyv1.FollowLinkRequest
	h := newHouse(t, linked(t, &followed))
	path := "/l/nsp/" + token
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		for _, query := range []string{"", "?answer=accept", "?answer=reject"} {
			got := h.do(request{method: method, path: path + query, anonymous: true})
			if got.status != http.StatusOK || got.header.Get("Cache-Control") != "no-store" ||
				got.header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(got.header.Get("X-Robots-Tag"), "noindex") {
				t.Errorf("%s %s: %d, %v", method, query, got.status, got.header)
			}
			if method == http.MethodGet {
				sound(t, path, got.body)
				if !strings.Contains(got.body, `<html lang="da">`) || !strings.Contains(got.body, "Ja, fejlen er væk") ||
					!strings.Contains(got.body, "National &lt;Service&gt; Desk") {
					t.Errorf("the page says %s", got.body)
				}
			}
		}
	}
	if len(followed) != 0 {
		t.Fatalf("opening the link was taken for %v", followed)
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for _, body := range []string{"answer=reject&comment=Den+virker+ikke", "answer=reject&comment=Den+virker+ikke"} {
		got := h.do(request{method: http.MethodPost, path: path, body: body, header: form, anonymous: true})
		if got.status != http.StatusOK || !strings.Contains(got.body, "Sagen er åbnet igen") || strings.Contains(got.body, "<form") {
			t.Errorf("the answer is met with %d: %s", got.status, got.body)
		}
	}
	if len(followed) != 2 || followed[0].GetRequestId() != followed[1].GetRequestId() ||
		followed[0].GetComment() != "Den virker ikke" ||
		followed[0].GetChoice() != notifyv1.LinkChoice_LINK_CHOICE_REJECT {
		t.Errorf("notify was asked %v", followed)
	}
}

func TestWhatIsNoLinkOrNoAnswerIsSaidInWords(t *testing.T) {
	t.Parallel()
	var followed []*notifyv1.FollowLinkRequest
	h := newHouse(t, linked(t, &followed))
	danish := map[string]string{"Accept-Language": "da", "Content-Type": "application/x-www-form-urlencoded"}
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		says               string
	}{
		"unknown":   {http.MethodGet, "/l/nsp/" + token + "x", "", http.StatusNotFound, "Linket findes ikke"},
		"no answer": {http.MethodPost, "/l/nsp/" + token, "answer=perhaps", http.StatusBadRequest, "<h1>"},
		"by query":  {http.MethodPost, "/l/nsp/" + token + "?answer=accept", "x=y", http.StatusBadRequest, "<h1>"},
		"refused":   {http.MethodPost, "/l/au/" + token, "answer=accept", http.StatusConflict, "<p role=\"status\">"},
	} {
		got := h.do(request{method: c.method, path: c.path, body: c.body, header: danish, anonymous: true})
		if got.status != c.status || !strings.Contains(got.body, c.says) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if len(followed) != 1 {
		t.Errorf("notify was asked %d times, want for the refused one alone", len(followed))
	}
}

func TestATextMessageIsTakenByTheNamesThatProvidersUse(t *testing.T) {
	t.Parallel()
	var got []*notifyv1.ReceiveTextRequest
	h := newHouse(t, doubles{receiveText: func(_ context.Context, r *notifyv1.ReceiveTextRequest) (*notifyv1.ReceiveTextResponse,
		error,
	) {
		got = append(got, r)
		if r.GetToken() != "word" {
			return nil, fault.New(codes.NotFound, fault.NotFound)
		}
		return &notifyv1.ReceiveTextResponse{}, nil
	}})
	for _, c := range []struct {
		path, kind, body string
		status           int
	}{
		{"/sms/nsp/word", "application/x-www-form-urlencoded", "From=%2B4512345678&Body=OK+4711", http.StatusNoContent},
		{"/sms/nsp/word", "application/json", `{"sender":"4512345678","text":"OK 4711"}`, http.StatusNoContent},
		{"/sms/nsp/guess", "application/json", `{"sender":"4512345678","text":"OK 4711"}`, http.StatusNotFound},
		{"/sms/nsp/word", "application/json", `{"text":"OK"}`, http.StatusBadRequest},
	} {
		answer := h.do(request{
			method: http.MethodPost, path: c.path, body: c.body, header: map[string]string{"Content-Type": c.kind}, anonymous: true,
		})
		if answer.status != c.status {
			t.Errorf("%s: %d, want %d", c.body, answer.status, c.status)
		}
	}
	for _, r := range got {
		if r.GetSender() != "+4512345678" || r.GetText() != "OK 4711" || r.GetParent() != "desks/nsp" {
			t.Errorf("notify was given %v", r)
		}
	}
}
