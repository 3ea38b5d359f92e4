package board

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// view is a board as it is written, in one language.
type view struct {
	board     *notifyv1.Board
	zone      *time.Location
	publicURL string

	Desk     string // id
	Name     string
	Language string
	URL      string // of the page
	Lists    []list
	Services []service
	Stale    bool
	Read     time.Time
	Extracts bool
	// Updated is when the public last heard of anything.
	Updated time.Time

	items []item
}

// list is one of the three of the front page (R87).
type list struct {
	Heading, None string
	Items         []item
}

// item is one announcement.
type item struct {
	ID                   string
	Kind                 profilev1.AnnouncementKind
	Title, Body          words
	Party                string
	Services, Regions    []string
	Tickets              []string
	Start, End           time.Time
	Published, Announced time.Time
	Completed            time.Time
	Unapproved           bool
	URL                  string
	titles, bodies       []*commonv1.LocalizedText
	serviceIDs           []string
}

// words are a text and the language that it is in, which a screen reader must know where it is another than the page's.
type words struct{ Text, Language string }

// Paragraphs are its parts between empty lines.
func (w words) Paragraphs() []string {
	return slices.DeleteFunc(strings.Split(strings.ReplaceAll(w.Text, "\r\n", "\n"), "\n\n"), func(p string) bool {
		return strings.TrimSpace(p) == ""
	})
}

type service struct{ ID, Label string }

// viewOf takes what is shown at a time.
func viewOf(board *notifyv1.Board, now time.Time, publicURL string) view {
	desk := strings.TrimPrefix(board.GetDesk(), "desks/")
	v := view{board: board, publicURL: publicURL, Desk: desk, Name: board.GetDisplayName(), URL: publicURL + Path + desk}
	var err error
	if v.zone, err = time.LoadLocation(board.GetTimeZone()); err != nil {
		v.zone = time.UTC
	}
	for _, a := range board.GetAnnouncements() {
		if until := a.GetShowUntilTime(); until != nil && !now.Before(until.AsTime()) {
			continue
		}
		id := a.GetName()[strings.LastIndexByte(a.GetName(), '/')+1:]
		i := item{
			ID: id, Kind: a.GetKind(), Party: a.GetParty(), Regions: a.GetRegions(), Tickets: a.GetTickets(),
			Unapproved: a.GetUnapproved(), URL: v.URL + "#" + id, titles: a.GetTitles(), bodies: a.GetBodies(),
			serviceIDs: a.GetServices(),
			Published:  a.GetPublishTime().AsTime(), Announced: a.GetAnnounceTime().AsTime(),
		}
		i.Start, i.End, i.Completed = timeOf(a.GetStartTime()), timeOf(a.GetEndTime()), timeOf(a.GetCompleteTime())
		if i.Announced.After(v.Updated) {
			v.Updated = i.Announced
		}
		v.items = append(v.items, i)
	}
	return v
}

// in is the view in a language; a text that is not written in it is shown in the desk's, or in any.
func (v view) in(language string) view {
	v.Language = language
	labels := map[string]string{}
	v.Services = nil
	for _, s := range v.board.GetServices() {
		labels[s.GetId()] = pick(s.GetLabels(), language).Text
		v.Services = append(v.Services, service{s.GetId(), labels[s.GetId()]})
	}
	spoken := make([]item, len(v.items))
	for n, i := range v.items {
		i.Title, i.Body = pick(i.titles, language, v.board.GetLanguageCode()), pick(i.bodies, language, v.board.GetLanguageCode())
		i.Services = nil
		for _, id := range i.serviceIDs {
			i.Services = append(i.Services, cmp.Or(labels[id], id))
		}
		spoken[n] = i
	}
	v.items, v.Lists = spoken, nil
	for _, kind := range []struct {
		kind          profilev1.AnnouncementKind
		heading, none string
	}{
		{profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_ACUTE, "acute", "acute.none"},
		{profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_PLANNED, "planned", "planned.none"},
		{profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_COMPLETED, "completed", "completed.none"},
	} {
		l := list{Heading: own.Say(language, kind.heading), None: own.Say(language, kind.none)}
		for _, i := range spoken {
			if i.Kind == kind.kind {
				l.Items = append(l.Items, i)
			}
		}
		v.Lists = append(v.Lists, l)
	}
	return v
}

// timeOf is zero for a time that is not said.
func timeOf(at *timestamppb.Timestamp) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.AsTime()
}

func pick(texts []*commonv1.LocalizedText, wanted ...string) words {
	for _, language := range wanted {
		for _, text := range texts {
			if text.GetLanguageCode() == language {
				return words{text.GetText(), language}
			}
		}
	}
	if len(texts) == 0 {
		return words{}
	}
	return words{texts[0].GetText(), texts[0].GetLanguageCode()}
}
