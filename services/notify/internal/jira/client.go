// Package jira speaks Jira's REST API, as far as a ticket's issue needs it: versions 2 (Data Center, texts as wiki text) and,
// where Jira Cloud has left that behind, 3. https://developer.atlassian.com/server/jira/platform/rest/ and
// …/cloud/jira/platform/rest/v2/.
package jira

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client calls one Jira.
type Client struct {
	HTTP *http.Client
	// Base is the address without the path of the API.
	Base string
	// Credential is "user:token" for basic authentication, or a personal access token.
	Credential string
	Cloud      bool
}

// Error is what Jira, or the way to it, said instead of doing what was asked.
type Error struct {
	// Status of HTTP; 0 where nothing answered.
	Status int
	// RetryAfter is how long Jira asks to be left alone.
	RetryAfter time.Duration
	cause      error
}

// Error never quotes Jira's words, which may quote a ticket's.
func (e *Error) Error() string {
	if e.Status == 0 {
		return "Jira is not reached"
	}
	return "Jira answers " + strconv.Itoa(e.Status)
}

// Unwrap is what broke on the way.
func (e *Error) Unwrap() error { return e.cause }

// Reason is the error in one word of the program.
func (e *Error) Reason() string {
	if e.Status == 0 {
		return "JIRA_UNREACHABLE"
	}
	return "JIRA_" + strconv.Itoa(e.Status)
}

// Down reports whether it is Jira itself that does not work, or does not let us in, and not what was asked of it.
func (e *Error) Down() bool {
	return e.Status == 0 || e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusUnauthorized ||
		e.Status == http.StatusForbidden
}

const largestAnswer = 4 << 20

func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, answer any) error {
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("write Jira's request: %w", err)
		}
		payload = bytes.NewReader(encoded)
	}
	address := strings.TrimSuffix(c.Base, "/") + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, address, payload)
	if err != nil {
		return fmt.Errorf("make Jira's request: %w", err)
	}
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if strings.Contains(c.Credential, ":") {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(c.Credential)))
	} else {
		r.Header.Set("Authorization", "Bearer "+c.Credential)
	}
	response, err := c.HTTP.Do(r)
	if err != nil {
		return &Error{cause: err}
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	switch {
	case err != nil:
		return &Error{cause: err}
	case response.StatusCode < 200 || response.StatusCode > 299:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // 0 where it says nothing, or a date
		return &Error{Status: response.StatusCode, RetryAfter: time.Duration(min(max(seconds, 0), 3600)) * time.Second}
	case answer == nil || len(content) == 0:
		return nil
	}
	if err := json.Unmarshal(content, answer); err != nil {
		return &Error{Status: http.StatusBadGateway, cause: err} // no Jira: somebody's page in front of it
	}
	return nil
}

func issuePath(key, rest string) string { return "/rest/api/2/issue/" + url.PathEscape(key) + rest }
