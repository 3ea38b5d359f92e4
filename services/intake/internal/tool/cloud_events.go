package tool

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/bavn/bavn/services/intake/internal/domain"
)

// What a CloudEvent says in its data to be an alarm. The event's source and subject say which; without a subject, its source and
// type.
type cloudAlarm struct {
	Status      string `json:"status"` // "firing", "resolved"; a type that ends in one of them says it too
	Title       string `json:"title"`
	Description string `json:"description"`
	Severity    string `json:"severity"`
}

// readCloudEvent reads one event, structured or binary (CloudEvents 1.0, HTTP binding).
func readCloudEvent(d Delivery) (*domain.News, error) {
	event, err := cloudevents.NewEventFromHTTPRequest(&http.Request{Header: d.Header, Body: io.NopCloser(bytes.NewReader(d.Body))})
	if err != nil {
		return nil, fmt.Errorf("read CloudEvent: %w", err)
	}
	if err := event.Validate(); err != nil {
		return nil, fmt.Errorf("read CloudEvent: %w", err)
	}
	if event.Time().IsZero() {
		return nil, fmt.Errorf("read CloudEvent: it does not say when it happened")
	}
	var said cloudAlarm
	if len(event.Data()) > 0 {
		if err := event.DataAs(&said); err != nil {
			return nil, fmt.Errorf("read CloudEvent's data: %w", err)
		}
	}
	alarm := domain.Alarm{Sounding: true, Began: event.Time().UTC()}
	if said.Status == "resolved" || said.Status == "" && strings.HasSuffix(event.Type(), ".resolved") {
		alarm = domain.Alarm{Ended: event.Time().UTC()}
	}
	alarm.Severity = said.Severity
	what := strings.TrimSuffix(strings.TrimSuffix(event.Type(), ".resolved"), ".firing")
	which := event.Source() + "\n" + cmp.Or(event.Subject(), what)
	return &domain.News{
		Issue: digest([]byte(which)), Said: event.Time().UTC().Truncate(time.Microsecond), Alarm: &alarm,
		Title: cmp.Or(said.Title, event.Type()+" "+event.Subject()), Description: said.Description,
	}, nil
}
