package phone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// Courier hands text messages, or calls, to a provider. It is safe for concurrent use.
type Courier struct {
	provider Provider
	fields   map[string]string
	ending   map[string]string
	client   *http.Client
}

// New makes a courier. It does not connect.
func New(cfg Config, provider Provider) (*Courier, error) {
	c := &Courier{provider: provider, client: &http.Client{
		Timeout: cfg.Timeout,
		// A redirect would be a second request: who knows whether the first was taken.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if err := errors.Join(json.Unmarshal([]byte(provider.Fields), &c.fields), json.Unmarshal([]byte(provider.EndBody),
		&c.ending)); err != nil {
		return nil, fmt.Errorf("set up the provider %s: %w", provider.URL, err)
	}
	return c, nil
}

// Address is the person's telephone number.
func (*Courier) Address(person *intakev1.Person) string { return person.GetPhone() }

// Send hands messages to the provider, one after the other, and says what came of each. One of which it is not known whether it
// was taken is in doubt, for good: nobody is called twice for a lost answer.
func (c *Courier) Send(ctx context.Context, messages []domain.Dispatch) []domain.Attempt {
	attempts := make([]domain.Attempt, len(messages))
	for i, m := range messages {
		if ctx.Err() != nil {
			attempts[i] = domain.Attempt{Reason: domain.ReasonNoAnswer}
			continue
		}
		attempts[i] = c.hand(ctx, m)
	}
	return attempts
}

func (c *Courier) hand(ctx context.Context, m domain.Dispatch) domain.Attempt {
	answer, err := c.post(ctx, c.provider.URL, c.fields, map[string]string{
		"{to}": m.Address, "{text}": m.Body, "{sender}": c.provider.Sender, "{id}": m.MessageID,
	})
	switch {
	case neverLeft(err):
		return domain.Attempt{Reason: domain.ReasonNoAnswer}
	case err != nil:
		return domain.Attempt{Reason: domain.ReasonPhoneInDoubt, Final: true}
	}
	defer answer.Body.Close()
	status := answer.StatusCode
	switch {
	case status >= 200 && status < 300:
		return domain.Attempt{Reply: domain.Accepted.Reply, Final: true, Ref: c.ref(answer.Body)}
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return domain.Attempt{Reason: domain.ReasonHTTP(status)} // it says itself that it did nothing
	case status >= 500:
		return domain.Attempt{Reason: domain.ReasonPhoneInDoubt, Final: true}
	default:
		return domain.Attempt{Reason: domain.ReasonHTTP(status), Final: true}
	}
}

// neverLeft reports whether nothing can have reached the provider: there was no connection.
func neverLeft(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// End ends a call that rings, by the provider's own id.
func (c *Courier) End(ctx context.Context, ref string) error {
	if c.provider.EndURL == "" {
		return nil
	}
	answer, err := c.post(ctx, strings.ReplaceAll(c.provider.EndURL, "{ref}", url.PathEscape(ref)), c.ending, nil)
	if err != nil {
		return fmt.Errorf("end a call: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 500 {
		return fmt.Errorf("end a call: the provider says %d", answer.StatusCode)
	}
	return nil
}

func (c *Courier) post(ctx context.Context, to string, fields, values map[string]string) (*http.Response, error) {
	filled := make(map[string]string, len(fields))
	for name, value := range fields {
		filled[name] = fill(value, values)
	}
	body, kind := "", "application/json"
	if c.provider.Format == "form" {
		form := url.Values{}
		for name, value := range filled {
			form.Set(name, value)
		}
		body, kind = form.Encode(), "application/x-www-form-urlencoded"
	} else {
		written, err := json.Marshal(filled)
		if err != nil {
			return nil, err
		}
		body = string(written)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", kind)
	switch {
	case c.provider.Token != "":
		request.Header.Set("Authorization", "Bearer "+c.provider.Token)
	case c.provider.Username != "":
		request.SetBasicAuth(c.provider.Username, c.provider.Password)
	}
	return c.client.Do(request)
}

// fill puts the values into a field, all at once: what a value says is not looked at again.
func fill(field string, values map[string]string) string {
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, name, value)
	}
	return strings.NewReplacer(pairs...).Replace(field)
}

// maxAnswer is as much of an answer as is read.
const maxAnswer = 64 << 10

// ref is the provider's own id of what it took; empty where it gives none.
func (c *Courier) ref(body io.Reader) string {
	var answer map[string]any
	if err := json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(&answer); err != nil {
		return ""
	}
	if ref, ok := answer[c.provider.RefField].(string); ok {
		return ref
	}
	return ""
}
