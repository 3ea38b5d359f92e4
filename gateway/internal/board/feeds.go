package board

import (
	"bytes"
	"strings"
	"time"

	"github.com/emersion/go-ical"
	"github.com/gorilla/feeds"
	"google.golang.org/protobuf/encoding/protojson"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// atom is the board as an Atom feed (RFC 4287): an entry changes whenever the public hears of it anew.
func atom(v view) ([]byte, string, error) {
	feed := &feeds.Feed{
		Id: v.URL, Title: v.Name + ": " + own.Say(v.Language, "title"), Link: &feeds.Link{Href: v.URL + "?language=" + v.Language},
		Updated: v.Updated,
	}
	for _, i := range v.items {
		feed.Items = append(feed.Items, &feeds.Item{
			Id: i.URL, Title: i.Title.Text, Link: &feeds.Link{Href: i.URL}, Description: i.summary(v),
			Author: &feeds.Author{Name: i.Party}, Created: i.Published, Updated: i.Announced,
		})
	}
	content, err := feed.ToAtom()
	return []byte(content), "application/atom+xml; charset=utf-8", err
}

// summary is an announcement in plain words, for readers that show no more.
func (i item) summary(v view) string {
	parts := []string{i.Body.Text}
	for _, fact := range []struct {
		key    string
		values []string
	}{{"services", i.Services}, {"regions", i.Regions}, {"tickets", i.Tickets}} {
		if len(fact.values) > 0 {
			parts = append(parts, own.Say(v.Language, fact.key)+": "+strings.Join(fact.values, ", "))
		}
	}
	if i.Unapproved {
		parts = append(parts, own.Say(v.Language, "unapproved"))
	}
	return strings.Join(parts, "\n\n")
}

// calendar is the board as iCalendar (RFC 5545): what has a time, each as an event that keeps its UID.
func calendar(v view) ([]byte, string, error) {
	cal := ical.NewCalendar()
	cal.Props.SetText(ical.PropVersion, "2.0")
	cal.Props.SetText(ical.PropProductID, "-//Bavn//Announcement board//"+strings.ToUpper(v.Language))
	cal.Props.SetText("X-WR-CALNAME", v.Name+": "+own.Say(v.Language, "title"))
	for _, i := range v.items {
		cal.Children = append(cal.Children, i.event(v).Component)
	}
	if len(cal.Children) == 0 { // RFC 5545 asks for one component at least: the zone of the desk
		zone := ical.NewComponent(ical.CompTimezone)
		zone.Props.SetText(ical.PropTimezoneID, v.zone.String())
		standard := ical.NewComponent("STANDARD")
		standard.Props.SetDateTime(ical.PropDateTimeStart, time.Unix(0, 0).UTC())
		standard.Props.SetText(ical.PropTimezoneOffsetFrom, "+0000")
		standard.Props.SetText(ical.PropTimezoneOffsetTo, "+0000")
		zone.Children = append(zone.Children, standard)
		cal.Children = append(cal.Children, zone)
	}
	var b bytes.Buffer
	err := ical.NewEncoder(&b).Encode(cal)
	return b.Bytes(), "text/calendar; charset=utf-8", err
}

// event is one announcement: from when it begins to when it ends, or was said to be over.
func (i item) event(v view) *ical.Event {
	event := ical.NewEvent()
	event.Props.SetText(ical.PropUID, i.ID+"."+v.Desk+"@board.bavn")
	event.Props.SetDateTime(ical.PropDateTimeStamp, i.Announced)
	event.Props.SetDateTime(ical.PropLastModified, i.Announced)
	event.Props.SetText(ical.PropSummary, i.Title.Text)
	event.Props.SetText(ical.PropDescription, i.summary(v))
	event.Props.SetText(ical.PropURL, i.URL)
	start := i.Start
	if start.IsZero() {
		start = i.Published
	}
	event.Props.SetDateTime(ical.PropDateTimeStart, start)
	end := i.End
	if !i.Completed.IsZero() {
		end = i.Completed
	}
	if end.After(start) {
		event.Props.SetDateTime(ical.PropDateTimeEnd, end)
	}
	return event
}

// object is the board as JSON, in all languages: bavn.notify.v1.Board.
func object(v view) ([]byte, string, error) {
	shown := make(map[string]bool, len(v.items))
	for _, i := range v.items {
		shown[i.ID] = true
	}
	board := &notifyv1.Board{
		Desk: v.board.GetDesk(), DisplayName: v.board.GetDisplayName(), LanguageCode: v.board.GetLanguageCode(),
		TimeZone: v.board.GetTimeZone(), Services: v.board.GetServices(),
	}
	for _, a := range v.board.GetAnnouncements() {
		if shown[a.GetName()[strings.LastIndexByte(a.GetName(), '/')+1:]] {
			board.Announcements = append(board.Announcements, a)
		}
	}
	content, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(board)
	return append(content, '\n'), "application/json", err
}
