package app_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/gateway/app"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/fault"
)

// twoEvents sends two bookmarks and then waits for the stream to end.
func twoEvents(_ *eventv1.WatchRequest, s grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
	for _, token := range []string{"one", "two"} {
		err := s.Send(&eventv1.WatchResponse{Payload: &eventv1.WatchResponse_Bookmark{Bookmark: &eventv1.Bookmark{ResumeToken: token}}})
		if err != nil {
			return err
		}
	}
	<-s.Context().Done()
	return s.Context().Err()
}

func TestTheFeedIsALineOfJSONForEachEventUntilTheGatewayLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{watch: twoEvents}, func(cfg *app.Config) { cfg.HTTP.RequestTimeout = time.Millisecond })
	response := h.send(request{path: "/v1/desks/nsp/events:watch?resumeToken=zero&filter.types=ticket.resolved"})
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for _, token := range []string{"one", "two"} {
		var line struct {
			Result struct{ Bookmark struct{ ResumeToken string } }
		}
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &line) != nil || line.Result.Bookmark.ResumeToken != token {
			t.Fatalf("line %q, want the bookmark %s", lines.Text(), token)
		}
	}
	must(t, h.stop())
	if !lines.Scan() || !strings.Contains(lines.Text(), `"error"`) || !strings.Contains(lines.Text(), "UNAVAILABLE") {
		t.Errorf("the last line is %q, want an error that says: come back", lines.Text())
	}
	if lines.Scan() {
		t.Errorf("more after the end: %q", lines.Text())
	}
}

func TestABrowserGetsTheFeedAsServerSentEvents(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{watch: twoEvents})
	response := h.send(request{path: "/v1/desks/nsp/events:watch", header: map[string]string{"Accept": "text/event-stream"}})
	defer response.Body.Close()
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("content type %q", kind)
	}
	reader := bufio.NewReader(response.Body)
	for range 2 {
		data, err := reader.ReadString('\n')
		must(t, err)
		if !strings.HasPrefix(data, `data: {"result":`) {
			t.Errorf("got %q", data)
		}
		if blank, err := reader.ReadString('\n'); err != nil || blank != "\n" {
			t.Errorf("an event ends with an empty line, got %q, %v", blank, err)
		}
	}
}

func TestARefusedStreamIsAnOrdinaryRefusal(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{watch: func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
		return fault.New(codes.InvalidArgument, fault.InvalidResumeToken).Field("resume_token", "resume_token")
	}})
	got := h.do(request{path: "/v1/desks/nsp/events:watch?resumeToken=foreign"})
	if got.status != http.StatusBadRequest || got.refusal(t).reason() != "INVALID_RESUME_TOKEN" {
		t.Errorf("%d %s", got.status, got.body)
	}
}
