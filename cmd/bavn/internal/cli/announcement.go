package cli

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Announcement is what is done with announcements.
type Announcement struct {
	Create   AnnouncementCreate   `cmd:"" help:"Draft an announcement."`
	List     AnnouncementList     `cmd:"" help:"List announcements that you may see."`
	Show     AnnouncementShow     `cmd:"" help:"Show one in full."`
	Ask      AnnouncementAsk      `cmd:"" help:"Ask those who approve; from now on their time runs."`
	Approve  AnnouncementApprove  `cmd:"" help:"Approve a draft."`
	Publish  AnnouncementPublish  `cmd:"" help:"Put it on the board."`
	Update   AnnouncementUpdate   `cmd:"" help:"Change what it says; what is published is said anew."`
	Complete AnnouncementComplete `cmd:"" help:"Say that it is over."`
	Withdraw AnnouncementWithdraw `cmd:"" help:"Take it back."`
	MeToo    AnnouncementMeToo    `cmd:"" name:"me-too" help:"Say that it affects you too: an inquiry of your own about its ticket."`
}

// AnnouncementID names an announcement.
type AnnouncementID struct {
	Announcement string `arg:"" help:"The announcement, such as fmk-down."`
}

func (a AnnouncementID) name(s *session) string { return resource.Announcement(s.Desk, a.Announcement) }

// AnnouncementStep is a change of an announcement.
type AnnouncementStep struct {
	AnnouncementID
	ETag string `name:"etag" placeholder:"ETAG" help:"Refuse if somebody changed it since it had this etag."`
	Request
}

// Said is what an announcement says.
type Said struct {
	Title   map[string]string `placeholder:"LANGUAGE=TEXT" help:"What it is called: da=..., sv=..., en=... ."`
	Body    map[string]string `placeholder:"LANGUAGE=TEXT" help:"What it says."`
	Service []string          `placeholder:"ID" help:"Affected services, as the desk's profile calls them."`
	Region  []string          `placeholder:"PLACE" help:"Where it is felt."`
	Start   *time.Time        `format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"When it begins."`
	End     *time.Time        `format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"When it is expected to end."`
	Related []string          `placeholder:"NUMBER" help:"Other tickets that belong to it."`
}

// fill puts what was typed into an announcement, and names it.
func (c Said) fill(s *session, a *notifyv1.Announcement) (paths []string) {
	a.Titles, a.Bodies, a.Services, a.Regions = texts(c.Title), texts(c.Body), c.Service, c.Region
	for _, number := range c.Related {
		a.RelatedTickets = append(a.RelatedTickets, resource.Ticket(s.Desk, number))
	}
	if c.Start != nil {
		a.StartTime = timestamppb.New(*c.Start)
	}
	if c.End != nil {
		a.EndTime = timestamppb.New(*c.End)
	}
	for _, said := range []struct {
		path string
		is   bool
	}{
		{"titles", len(c.Title) > 0},
		{"bodies", len(c.Body) > 0},
		{"services", len(c.Service) > 0},
		{"regions", len(c.Region) > 0},
		{"related_tickets", len(c.Related) > 0},
		{"start_time", c.Start != nil},
		{"end_time", c.End != nil},
	} {
		if said.is {
			paths = append(paths, said.path)
		}
	}
	return paths
}

// texts are in the order of the languages.
func texts(typed map[string]string) (all []*commonv1.LocalizedText) {
	for _, language := range []string{"da", "sv", "en"} {
		if said, there := typed[language]; there {
			all = append(all, text(said, language))
		}
	}
	return all
}

// AnnouncementCreate drafts one.
type AnnouncementCreate struct {
	AnnouncementID
	Ticket   string `placeholder:"NUMBER" help:"The ticket that it is about."`
	Party    string `placeholder:"PARTY" help:"Who is responsible, for one without a ticket."`
	Standard string `placeholder:"ID" help:"Standard text of the desk's catalogue: outage, planned."`
	Kind     string `enum:",planned,acute" default:"" placeholder:"planned|acute" help:"Its list, without a standard text."`
	Said
	Request
}

// Run drafts it.
func (c *AnnouncementCreate) Run(ctx context.Context, s *session) error {
	a := &notifyv1.Announcement{Standard: c.Standard, Kind: announcementKind(c.Kind)}
	if c.Ticket != "" {
		a.Ticket = resource.Ticket(s.Desk, c.Ticket)
	}
	if c.Party != "" {
		a.Party = resource.Party(s.Desk, c.Party)
	}
	c.fill(s, a)
	return s.announced(ctx, func(ctx context.Context, board notifyv1.AnnouncementServiceClient) (*notifyv1.Announcement, error) {
		return board.CreateAnnouncement(ctx, &notifyv1.CreateAnnouncementRequest{
			Parent: s.desk(), AnnouncementId: resource.ID(c.Announcement), RequestId: c.id(), Announcement: a,
		})
	})
}

func announcementKind(typed string) profilev1.AnnouncementKind {
	return profilev1.AnnouncementKind(profilev1.AnnouncementKind_value["ANNOUNCEMENT_KIND_"+strings.ToUpper(typed)])
}

// AnnouncementAsk asks for approval.
type AnnouncementAsk struct{ AnnouncementStep }

// Run asks.
func (c *AnnouncementAsk) Run(ctx context.Context, s *session) error {
	return s.announced(ctx, func(ctx context.Context, board notifyv1.AnnouncementServiceClient) (*notifyv1.Announcement, error) {
		return board.RequestAnnouncementApproval(ctx, &notifyv1.RequestAnnouncementApprovalRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
		})
	})
}

// AnnouncementApprove approves.
type AnnouncementApprove struct{ AnnouncementStep }

// Run approves it.
func (c *AnnouncementApprove) Run(ctx context.Context, s *session) error {
	return s.announced(ctx, func(ctx context.Context, board notifyv1.AnnouncementServiceClient) (*notifyv1.Announcement, error) {
		return board.ApproveAnnouncement(ctx, &notifyv1.ApproveAnnouncementRequest{Name: c.name(s), RequestId: c.id(), Etag: c.ETag})
	})
}

// AnnouncementPublish publishes.
type AnnouncementPublish struct{ AnnouncementStep }

// Run publishes it (R87).
func (c *AnnouncementPublish) Run(ctx context.Context, s *session) error {
	return s.announced(ctx, func(ctx context.Context, board notifyv1.AnnouncementServiceClient) (*notifyv1.Announcement, error) {
		return board.PublishAnnouncement(ctx, &notifyv1.PublishAnnouncementRequest{Name: c.name(s), RequestId: c.id(), Etag: c.ETag})
	})
}

// AnnouncementUpdate says something new.
type AnnouncementUpdate struct {
	AnnouncementStep
	Said
}

// Run changes what was given.
func (c *AnnouncementUpdate) Run(ctx context.Context, s *session) error {
	a := &notifyv1.Announcement{Name: c.name(s), Etag: c.ETag}
	paths := c.fill(s, a)
	if len(paths) == 0 {
		return failure.New(failure.Usage, "`bavn announcement update --help` lists what there is", "nothing is said")
	}
	return s.announced(ctx, func(ctx context.Context, board notifyv1.AnnouncementServiceClient) (*notifyv1.Announcement, error) {
		return board.UpdateAnnouncement(ctx, &notifyv1.UpdateAnnouncementRequest{
			Announcement: a, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}, RequestId: c.id(),
		})
	})
}

// AnnouncementComplete ends one.
type AnnouncementComplete struct {
	AnnouncementStep
	Standard string            `placeholder:"ID" help:"Standard text that says so: solved."`
	Body     map[string]string `placeholder:"LANGUAGE=TEXT" help:"What it says from now on."`
}

// Run completes it.
func (c *AnnouncementComplete) Run(ctx context.Context, s *session) error {
	return s.announced(ctx, func(ctx context.Context, board notifyv1.AnnouncementServiceClient) (*notifyv1.Announcement, error) {
		return board.CompleteAnnouncement(ctx, &notifyv1.CompleteAnnouncementRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Standard: c.Standard, Bodies: texts(c.Body),
		})
	})
}

// AnnouncementWithdraw takes one back.
type AnnouncementWithdraw struct{ AnnouncementStep }

// Run withdraws it.
func (c *AnnouncementWithdraw) Run(ctx context.Context, s *session) error {
	return s.announced(ctx, func(ctx context.Context, board notifyv1.AnnouncementServiceClient) (*notifyv1.Announcement, error) {
		return board.WithdrawAnnouncement(ctx, &notifyv1.WithdrawAnnouncementRequest{Name: c.name(s), RequestId: c.id(), Etag: c.ETag})
	})
}

// AnnouncementMeToo says that one affects the caller too.
type AnnouncementMeToo struct {
	AnnouncementID
	Description  string `short:"d" placeholder:"TEXT" help:"How it shows at your place."`
	TextLanguage string `placeholder:"da|sv|en" help:"Language of the text; that of the desk if left out."`
	Request
}

// Run reports it (R19), and says which number the inquiry has.
func (c *AnnouncementMeToo) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	request := &notifyv1.ReportAffectedRequest{Name: c.name(s), RequestId: c.id()}
	if c.Description != "" {
		request.Description = text(c.Description, c.TextLanguage)
	}
	submission, err := connected.Announcements.ReportAffected(ctx, request)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(submission)
	}
	s.Printf("%s\n", s.Bold(resource.ID(submission.GetTicket())))
	return nil
}

// announced does something to an announcement and says how far it then is.
func (s *session) announced(
	ctx context.Context,
	do func(ctx context.Context, board notifyv1.AnnouncementServiceClient) (*notifyv1.Announcement, error),
) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	a, err := do(ctx, connected.Announcements)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(a)
	}
	s.Printf("%s %s", s.Bold(resource.ID(a.GetName())), word(a.GetState().String(), "ANNOUNCEMENT_STATE_"))
	if a.GetUnapproved() {
		s.Printf(" without approval")
	}
	s.Printf(", %s\n", resource.Short(a.GetParty()))
	return nil
}

// AnnouncementShow shows one.
type AnnouncementShow struct{ AnnouncementID }

// Run prints it.
func (c *AnnouncementShow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	a, err := connected.Announcements.GetAnnouncement(ctx, &notifyv1.GetAnnouncementRequest{Name: c.name(s)})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(a)
	}
	s.Printf("%s · %s · %s\n", s.Bold(resource.ID(a.GetName())), word(a.GetState().String(), "ANNOUNCEMENT_STATE_"),
		resource.Short(a.GetParty()))
	for i, title := range a.GetTitles() {
		s.Printf("\n[%s] %s\n", title.GetLanguageCode(), title.GetText())
		if i < len(a.GetBodies()) {
			s.Printf("%s\n", a.GetBodies()[i].GetText())
		}
	}
	return nil
}

// AnnouncementList lists them.
type AnnouncementList struct {
	Limit int `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *AnnouncementList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(c.Limit, func(size int32, token string) ([]*notifyv1.Announcement, string, error) {
		page, err := connected.Announcements.ListAnnouncements(ctx, &notifyv1.ListAnnouncementsRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		return page.GetAnnouncements(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&notifyv1.ListAnnouncementsResponse{Announcements: list})
	}
	if len(list) == 0 {
		s.Printf("no announcements\n")
		return nil
	}
	table := s.Table("NAME", "STATE", "KIND", "TICKET", "PARTY", "LAST SAID", "TITLE")
	for _, a := range list {
		said, title := "", ""
		if a.GetAnnounceTime() != nil {
			said = s.Time(a.GetAnnounceTime().AsTime())
		}
		if len(a.GetTitles()) > 0 {
			title = a.GetTitles()[0].GetText()
		}
		table.Row(resource.ID(a.GetName()), word(a.GetState().String(), "ANNOUNCEMENT_STATE_"),
			word(a.GetKind().String(), "ANNOUNCEMENT_KIND_"), resource.ID(a.GetTicket()), resource.Short(a.GetParty()), said, title)
	}
	return table.Print(s.Out)
}
