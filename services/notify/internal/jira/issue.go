package jira

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Issue is what is said of one that is made.
type Issue struct {
	Project, Type, Summary, Description, Label string
	// Priority is Jira's name of it; empty for Jira's own choice.
	Priority string
}

// Find is the issue with a label; empty where there is none. What was made a moment ago may not be found yet.
func (c *Client) Find(ctx context.Context, project, label string) (key string, err error) {
	path := "/rest/api/2/search"
	if c.Cloud {
		path = "/rest/api/3/search/jql" // the older one is gone there
	}
	var found struct {
		Issues []struct {
			Key string `json:"key"`
		} `json:"issues"`
	}
	query := url.Values{
		"jql":    {`project = "` + project + `" AND labels = "` + label + `" ORDER BY created ASC`},
		"fields": {"key"}, "maxResults": {"1"},
	}
	if err := c.call(ctx, http.MethodGet, path, query, nil, &found); err != nil || len(found.Issues) == 0 {
		return "", err
	}
	return found.Issues[0].Key, nil
}

type named struct {
	Name string `json:"name"`
}

// Create makes an issue.
func (c *Client) Create(ctx context.Context, i Issue) (key string, err error) {
	fields := map[string]any{
		"project": map[string]string{"key": i.Project}, "issuetype": named{i.Type}, "summary": i.Summary,
		"description": i.Description, "labels": []string{i.Label},
	}
	if i.Priority != "" {
		fields["priority"] = named{i.Priority}
	}
	var made struct {
		Key string `json:"key"`
	}
	err = c.call(ctx, http.MethodPost, "/rest/api/2/issue", nil, map[string]any{"fields": fields}, &made)
	return made.Key, err
}

// Status is where an issue stands, by the status's name.
func (c *Client) Status(ctx context.Context, key string) (string, error) {
	var issue struct {
		Fields struct {
			Status named `json:"status"`
		} `json:"fields"`
	}
	err := c.call(ctx, http.MethodGet, issuePath(key, ""), url.Values{"fields": {"status"}}, nil, &issue)
	return issue.Fields.Status.Name, err
}

// Update changes the words and the priority of an issue.
func (c *Client) Update(ctx context.Context, key string, i Issue) error {
	fields := map[string]any{"summary": i.Summary, "description": i.Description}
	if i.Priority != "" {
		fields["priority"] = named{i.Priority}
	}
	return c.call(ctx, http.MethodPut, issuePath(key, ""), nil, map[string]any{"fields": fields}, nil)
}

// ErrNoTransition is why an issue stays where it is: its workflow has no step from there.
var ErrNoTransition = errors.New("the issue's workflow has no transition to that status")

// Move takes an issue to a status, by the transition of its workflow that leads there. Where the transition asks for a
// resolution, it gets one.
func (c *Client) Move(ctx context.Context, key, status, resolution string) error {
	var open struct {
		Transitions []struct {
			ID     string         `json:"id"`
			To     named          `json:"to"`
			Fields map[string]any `json:"fields"`
		} `json:"transitions"`
	}
	path := issuePath(key, "/transitions")
	if err := c.call(ctx, http.MethodGet, path, url.Values{"expand": {"transitions.fields"}}, nil, &open); err != nil {
		return err
	}
	for _, t := range open.Transitions {
		if !strings.EqualFold(t.To.Name, status) {
			continue
		}
		body := map[string]any{"transition": map[string]string{"id": t.ID}}
		if _, asked := t.Fields["resolution"]; asked && resolution != "" {
			body["fields"] = map[string]any{"resolution": named{resolution}}
		}
		return c.call(ctx, http.MethodPost, path, nil, body, nil)
	}
	return ErrNoTransition
}

// Comment writes a comment. mark is its last line; where the attempt is not the first, a comment that bears it is not written
// again.
func (c *Client) Comment(ctx context.Context, key, text, mark string, first bool) error {
	path := issuePath(key, "/comment")
	if !first {
		var written struct {
			Comments []struct {
				Body string `json:"body"`
			} `json:"comments"`
		}
		query := url.Values{"orderBy": {"-created"}, "maxResults": {"100"}}
		if err := c.call(ctx, http.MethodGet, path, query, nil, &written); err != nil {
			return err
		}
		for _, comment := range written.Comments {
			if strings.HasSuffix(strings.TrimSpace(comment.Body), mark) {
				return nil
			}
		}
	}
	return c.call(ctx, http.MethodPost, path, nil, map[string]string{"body": text + "\n\n" + mark}, nil)
}

// Refer links an issue with something elsewhere, once: the global id tells whether it is linked already.
func (c *Client) Refer(ctx context.Context, key, globalID, address, title string) error {
	return c.call(ctx, http.MethodPost, issuePath(key, "/remotelink"), nil, map[string]any{
		"globalId": globalID, "object": map[string]string{"url": address, "title": title},
	}, nil)
}

// LinkIssues links two issues of the same Jira, unless they are.
func (c *Client) LinkIssues(ctx context.Context, key, other, kind string) error {
	var issue struct {
		Fields struct {
			Links []struct {
				Inward  struct{ Key string } `json:"inwardIssue"`
				Outward struct{ Key string } `json:"outwardIssue"`
			} `json:"issuelinks"`
		} `json:"fields"`
	}
	if err := c.call(ctx, http.MethodGet, issuePath(key, ""), url.Values{"fields": {"issuelinks"}}, nil, &issue); err != nil {
		return err
	}
	var linked []string
	for _, link := range issue.Fields.Links {
		linked = append(linked, link.Inward.Key, link.Outward.Key)
	}
	if slices.Contains(linked, other) {
		return nil
	}
	return c.call(ctx, http.MethodPost, "/rest/api/2/issueLink", nil, map[string]any{
		"type": named{kind}, "inwardIssue": map[string]string{"key": key}, "outwardIssue": map[string]string{"key": other},
	}, nil)
}
