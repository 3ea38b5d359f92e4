// Package linkpage serves the pages of signed links in messages. To open one changes nothing, because mail servers and mail
// programs open links to look for malware or to show a preview: it shows a button, and only the form behind the button acts.
package linkpage

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// Path is where the pages are.
const Path = "/l/{desk}/{link}"

//go:embed page.html.tmpl
var pageFile string

var page = template.Must(template.New("link").Parse(pageFile))

// Pages serve links.
type Pages struct {
	links       notifyv1.LinkServiceClient
	stylesheets []string
	logger      *slog.Logger
}

// New makes the pages. stylesheets are those of the web page, which these pages wear as well.
func New(notify grpc.ClientConnInterface, stylesheets []string, logger *slog.Logger) *Pages {
	return &Pages{links: notifyv1.NewLinkServiceClient(notify), stylesheets: stylesheets, logger: logger}
}

// shown is what a page is filled with.
type shown struct {
	Language, Title, Text, Desk string
	Answers                     []answer
	Stylesheets                 []string
}

// answer is a button.
type answer struct {
	Value, Label, Comment string
	First                 bool
}

// values are what forms and addresses call the choices.
var values = map[string]notifyv1.LinkChoice{
	"accept": notifyv1.LinkChoice_LINK_CHOICE_ACCEPT, "reject": notifyv1.LinkChoice_LINK_CHOICE_REJECT,
	"acknowledge": notifyv1.LinkChoice_LINK_CHOICE_ACKNOWLEDGE,
}

func nameOf(r *http.Request) string {
	return "desks/" + r.PathValue("desk") + "/links/" + r.PathValue("link")
}

// Show answers GET: what the link is for, and the buttons.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request) {
	link, err := p.links.GetLink(inLanguage(r), &notifyv1.GetLinkRequest{Name: nameOf(r)})
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	p.write(w, http.StatusOK, p.standing(link, r.URL.Query().Get("answer")))
}

// maxForm is the largest form that is read.
const maxForm = 256 << 10

// Act answers POST, which is the only thing that changes anything.
func (p *Pages) Act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	choice, known := notifyv1.LinkChoice_LINK_CHOICE_UNSPECIFIED, false
	if err := r.ParseForm(); err == nil {
		choice, known = values[r.PostForm.Get("answer")]
	}
	if !known {
		p.write(w, http.StatusBadRequest, p.words(r, words.missing))
		return
	}
	name := nameOf(r)
	link, err := p.links.FollowLink(inLanguage(r), &notifyv1.FollowLinkRequest{
		Name: name, RequestId: uuid.NewSHA1(uuid.NameSpaceURL, []byte(name+"#"+r.PostForm.Get("answer"))).String(), Choice: choice,
		Comment: r.PostForm.Get("comment"),
	})
	if err != nil {
		p.refuse(w, r, err)
		return
	}
	p.write(w, http.StatusOK, p.standing(link, ""))
}

// standing is the page of a link as it stands. The answer that the message's own link names comes first.
func (p *Pages) standing(link *notifyv1.Link, wanted string) shown {
	language := link.GetLanguageCode()
	t, known := texts[language]
	if !known {
		language, t = "en", texts["en"]
	}
	number := link.GetTicket()[strings.LastIndexByte(link.GetTicket(), '/')+1:]
	s := shown{
		Language: language, Title: fmt.Sprintf(t.solution, number), Text: t.askSolution, Desk: link.GetDeskDisplayName(),
		Stylesheets: p.stylesheets,
	}
	if link.GetPurpose() == notifyv1.LinkPurpose_LINK_PURPOSE_PAGE {
		s.Title, s.Text = fmt.Sprintf(t.page, number), t.askPage
	}
	switch link.GetState() {
	case notifyv1.LinkState_LINK_STATE_USED:
		s.Text = t.thanks(link.GetChoice())
	case notifyv1.LinkState_LINK_STATE_EXPIRED:
		s.Text = t.expired
	default:
		s.Answers = answers(t, link.GetChoices(), values[wanted])
	}
	return s
}

func answers(t words, choices []notifyv1.LinkChoice, wanted notifyv1.LinkChoice) []answer {
	var all []answer
	for value, choice := range values {
		if !slices.Contains(choices, choice) {
			continue
		}
		a := answer{Value: value, Label: t.label(choice), First: choice == wanted || wanted == 0 && choice == choices[0]}
		if choice == notifyv1.LinkChoice_LINK_CHOICE_REJECT {
			a.Comment = t.comment
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b answer) int {
		if a.First != b.First {
			return map[bool]int{true: -1, false: 1}[a.First]
		}
		return strings.Compare(a.Value, b.Value)
	})
	return all
}

// refuse says in words why a link cannot be answered; the services' own words where they have any.
func (p *Pages) refuse(w http.ResponseWriter, r *http.Request, err error) {
	switch status.Code(err) {
	case codes.NotFound, codes.InvalidArgument:
		p.write(w, http.StatusNotFound, p.words(r, words.missing))
	case codes.FailedPrecondition:
		s := p.words(r, words.missing)
		s.Title, s.Text = "Bavn", said(err)
		p.write(w, http.StatusConflict, s)
	default:
		p.logger.WarnContext(r.Context(), "a link was not answered", slog.String("code", status.Code(err).String()))
		w.Header().Set("Retry-After", "5")
		p.write(w, http.StatusServiceUnavailable, p.words(r, func(t words) string { return t.away }))
	}
}

// said is a refusal in the words that the service has for it.
func said(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if local, ok := detail.(*errdetails.LocalizedMessage); ok {
			return local.GetMessage()
		}
	}
	return ""
}

// inLanguage has the service speak the browser's language.
func inLanguage(r *http.Request) context.Context {
	return metadata.AppendToOutgoingContext(r.Context(), "accept-language", r.Header.Get("Accept-Language"))
}

func (w words) missing() string { return w.unknown }

// words is a page that says one thing, in the browser's language.
func (p *Pages) words(r *http.Request, text func(words) string) shown {
	language := "en"
	for _, known := range []string{"da", "sv"} {
		if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), known) {
			language = known
		}
	}
	t := texts[language]
	return shown{Language: language, Title: t.nothing, Text: text(t), Stylesheets: p.stylesheets}
}

// write answers with a page that nobody keeps, and whose address, which is a key, no other site is told.
func (p *Pages) write(w http.ResponseWriter, code int, s shown) {
	var out bytes.Buffer
	if err := page.Execute(&out, s); err != nil {
		p.logger.ErrorContext(context.Background(), "a link's page was not written", slog.Any("error", err))
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	w.WriteHeader(code)
	_, _ = w.Write(out.Bytes()) // who asked has gone away
}
