package tools_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// jira plays a Jira Data Center: its REST API and its webhooks, in their documented shapes, with a workflow of four statuses.
// Every change is told to the webhook's address, those that Bavn makes too.
type jira struct {
	t    *testing.T
	url  string
	hook string // where webhooks go; none while empty
	key  string // what they are signed with

	cloud bool

	mu   sync.Mutex
	dead bool
	// hidden is how many searches do not find what is there yet; made is called when an issue is made, before it is answered.
	hidden int
	made   func()
	issues []*issue
	// calls counts what changed something, by "METHOD path" without the issue.
	calls map[string]int
	hooks int
	asked int
	sent  [][]byte
	clock time.Time
}

type issue struct {
	Key, Summary, Description, Status, Resolution, Cause string
	Labels                                               []string
	Comments                                             []comment
	Remote, Links                                        []string
}

type comment struct{ ID, Author, Body string }

const (
	bavnAccount = "bavn"
	jiraToken   = "bavn:secret-of-jira"
)

func playJira(t *testing.T) *jira {
	t.Helper()
	return play(t, false)
}

// playCloud plays Jira Cloud, whose search is another: it finds what was written a while ago, and tells nothing but the id of
// what nobody asked more of.
func playCloud(t *testing.T) *jira {
	t.Helper()
	return play(t, true)
}

func play(t *testing.T, cloud bool) *jira {
	t.Helper()
	j := &jira{t: t, cloud: cloud, calls: map[string]int{}, clock: time.Now()}
	mux := http.NewServeMux()
	if cloud {
		mux.HandleFunc("GET /rest/api/3/search/jql", j.searchCloud)
	} else {
		mux.HandleFunc("GET /rest/api/2/search", j.search)
	}
	mux.HandleFunc("POST /rest/api/2/issue", j.create)
	mux.HandleFunc("GET /rest/api/2/issue/{key}", j.read)
	mux.HandleFunc("PUT /rest/api/2/issue/{key}", j.update)
	mux.HandleFunc("GET /rest/api/2/issue/{key}/transitions", j.transitions)
	mux.HandleFunc("POST /rest/api/2/issue/{key}/transitions", j.transition)
	mux.HandleFunc("GET /rest/api/2/issue/{key}/comment", j.comments)
	mux.HandleFunc("POST /rest/api/2/issue/{key}/comment", j.addComment)
	mux.HandleFunc("POST /rest/api/2/issue/{key}/remotelink", j.remoteLink)
	mux.HandleFunc("POST /rest/api/2/issueLink", j.issueLink)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		j.mu.Lock()
		defer j.mu.Unlock()
		j.asked++
		switch {
		case j.dead:
			w.WriteHeader(http.StatusServiceUnavailable)
		case user+":"+password != jiraToken:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			if r.Method != http.MethodGet {
				j.calls[r.Method+" "+strings.NewReplacer("/rest/api/2/", "", r.PathValue("key"), "").Replace(lastPart(r.URL.Path))]++
			}
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	j.url = server.URL
	return j
}

// lastPart of a path is what is done: issue, comment, transitions.
func lastPart(path string) string {
	part := path[strings.LastIndexByte(path, '/')+1:]
	if strings.Contains(part, "-") {
		return "update"
	}
	return part
}

func (j *jira) find(r *http.Request) *issue {
	for _, i := range j.issues {
		if i.Key == r.PathValue("key") {
			return i
		}
	}
	return &issue{}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func read(r *http.Request) map[string]any {
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	return body
}

type object = map[string]any

func (j *jira) search(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, object{"startAt": 0, "maxResults": 50, "issues": j.found(r)})
}

// searchCloud has neither a total nor pages by number, and refuses what no project or time bounds.
func (j *jira) searchCloud(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if !strings.Contains(query.Get("jql"), "project = ") || query.Has("startAt") {
		answer(w, http.StatusBadRequest, object{"errorMessages": []string{"Unbounded JQL queries are not allowed here."}})
		return
	}
	found := j.found(r)
	if !slices.Contains(strings.Split(query.Get("fields"), ","), "key") {
		for _, i := range found {
			delete(i, "key")
		}
	}
	answer(w, http.StatusOK, object{"isLast": true, "issues": found})
}

func (j *jira) found(r *http.Request) []object {
	found := []object{}
	for n, i := range j.issues {
		for _, label := range i.Labels {
			if strings.Contains(r.URL.Query().Get("jql"), `labels = "`+label+`"`) {
				found = append(found, object{"id": fmt.Sprint(n), "key": i.Key})
			}
		}
	}
	if len(found) > 0 && j.hidden > 0 {
		j.hidden--
		return []object{}
	}
	return found
}

func (j *jira) create(w http.ResponseWriter, r *http.Request) {
	fields := read(r)["fields"].(object)
	i := &issue{
		Key: fmt.Sprintf("NSP-%d", len(j.issues)+1), Status: "To Do",
		Summary: fields["summary"].(string), Description: fields["description"].(string),
	}
	for _, label := range fields["labels"].([]any) {
		i.Labels = append(i.Labels, label.(string))
	}
	j.issues = append(j.issues, i)
	j.tell("jira:issue_created", i, bavnAccount, nil)
	if made := j.made; made != nil {
		j.made = nil
		made()
	}
	answer(w, http.StatusCreated, object{"id": "1", "key": i.Key})
}

func (j *jira) read(w http.ResponseWriter, r *http.Request) {
	i := j.find(r)
	links := []object{}
	for _, other := range i.Links {
		links = append(links, object{"outwardIssue": object{"key": other}})
	}
	answer(w, http.StatusOK, object{"key": i.Key, "fields": object{"status": object{"name": i.Status}, "issuelinks": links}})
}

func (j *jira) update(w http.ResponseWriter, r *http.Request) {
	i, fields := j.find(r), read(r)["fields"].(object)
	i.Summary, i.Description = fields["summary"].(string), fields["description"].(string)
	j.tell("jira:issue_updated", i, bavnAccount, object{"items": []object{{"field": "summary"}}})
	w.WriteHeader(http.StatusNoContent)
}

var workflow = []string{"To Do", "In Progress", "Waiting", "Done", "Closed"}

func (j *jira) transitions(w http.ResponseWriter, r *http.Request) {
	open := []object{}
	for id, to := range workflow {
		fields := object{}
		if to == "Done" {
			fields["resolution"] = object{"required": true}
		}
		if to != j.find(r).Status {
			open = append(open, object{"id": fmt.Sprint(id), "to": object{"name": to}, "fields": fields})
		}
	}
	answer(w, http.StatusOK, object{"transitions": open})
}

func (j *jira) transition(w http.ResponseWriter, r *http.Request) {
	body := read(r)
	for id, to := range workflow {
		if fmt.Sprint(id) == body["transition"].(object)["id"] {
			if to == "Done" && body["fields"] == nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			j.move(j.find(r), to, bavnAccount)
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

func (j *jira) comments(w http.ResponseWriter, r *http.Request) {
	all := []object{}
	for _, c := range j.find(r).Comments {
		all = append(all, object{"id": c.ID, "body": c.Body})
	}
	answer(w, http.StatusOK, object{"comments": all})
}

func (j *jira) addComment(w http.ResponseWriter, r *http.Request) {
	j.comment(j.find(r), read(r)["body"].(string), bavnAccount)
	answer(w, http.StatusCreated, object{"id": "1"})
}

func (j *jira) remoteLink(w http.ResponseWriter, r *http.Request) {
	i, global := j.find(r), read(r)["globalId"].(string)
	if !slices.Contains(i.Remote, global) {
		i.Remote = append(i.Remote, global)
	}
	answer(w, http.StatusCreated, object{"id": 1})
}

func (j *jira) issueLink(w http.ResponseWriter, r *http.Request) {
	body := read(r)
	for _, i := range j.issues {
		if i.Key == body["inwardIssue"].(object)["key"] {
			other := body["outwardIssue"].(object)["key"].(string)
			i.Links = append(i.Links, other)
			j.tell("jira:issue_updated", i, bavnAccount, object{"items": []object{{"field": "Link", "to": other}}})
		}
	}
	w.WriteHeader(http.StatusCreated)
}

func (j *jira) move(i *issue, to, by string) {
	from := i.Status
	i.Status = to
	j.tell("jira:issue_updated", i, by, object{"items": []object{{"field": "status", "fromString": from, "toString": to}}})
}

func (j *jira) comment(i *issue, body, by string) {
	c := comment{ID: fmt.Sprint(100 + len(i.Comments)), Author: by, Body: body}
	i.Comments = append(i.Comments, c)
	j.tell("comment_created", i, by, object{"comment": c})
}

// tell queues a webhook; a Jira does not wait for its receivers.
func (j *jira) tell(event string, i *issue, by string, change object) {
	j.clock = later(j.clock.Add(time.Millisecond), time.Now())
	body := j.webhook(event, i, by, change, j.clock)
	j.hooks++
	j.sent = append(j.sent, body)
	if j.hook == "" {
		return
	}
	go func() { _ = j.deliver(body, j.key) }()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (j *jira) webhook(event string, i *issue, by string, change object, at time.Time) []byte {
	user := object{"name": by, "displayName": strings.ToUpper(by[:1]) + by[1:]}
	hook := object{
		"timestamp": at.UnixMilli(), "webhookEvent": event, "user": user,
		"issue": object{"id": "1", "key": i.Key, "fields": object{
			"summary": i.Summary, "description": i.Description, "labels": i.Labels, "status": object{"name": i.Status},
			"resolution": object{"name": i.Resolution}, "customfield_10042": i.Cause,
		}},
	}
	if c, ok := change["comment"].(comment); ok {
		hook["comment"] = object{"id": c.ID, "author": user, "body": c.Body, "created": at.Format(time.RFC3339)}
	} else if change != nil {
		hook["changelog"] = change
	}
	body, err := json.Marshal(hook)
	if err != nil {
		j.t.Error(err)
	}
	return body
}

// deliver posts a webhook, signed with a key.
func (j *jira) deliver(body []byte, key string) int {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return post(j.t, j.hook, body, http.Header{"X-Hub-Signature": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}})
}

func post(t *testing.T, address string, body []byte, header http.Header) int {
	t.Helper()
	h := http.Header{"Content-Type": {"application/json"}}
	maps.Copy(h, header)
	return postAs(t, address, body, h)
}

func postAs(t *testing.T, address string, body []byte, header http.Header) int {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	r.Header = header
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0 // nothing answers, or not any more
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// does lets somebody in Jira do something.
func (j *jira) does(do func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	do()
}

// issue is a copy of the one that is there.
func (j *jira) only(t *testing.T) issue {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.issues) != 1 {
		t.Fatalf("Jira has %d issues, want 1", len(j.issues))
	}
	i := *j.issues[0]
	i.Comments, i.Remote = slices.Clone(i.Comments), slices.Clone(i.Remote)
	return i
}

// changed is how often Bavn changed something, and how many webhooks went out.
func (j *jira) changed() (map[string]int, int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return maps.Clone(j.calls), j.hooks
}

// freeAddress is one that nothing listens to.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
