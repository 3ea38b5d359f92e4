package command

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Links makes the links of messages, and does what is answered by them.
type Links struct {
	Pool   *pgxpool.Pool
	Clock  clock.Clock
	Sealer *pagetoken.Sealer
	Triage triagev1.DelegateServiceClient
	// URL shows a link, with {desk} and {link} in it; empty where no gateway serves them.
	URL string
}

// To is the address of a link; empty where there are none.
func (l *Links) To(desk string, link domain.Link) string {
	if l == nil || l.URL == "" {
		return ""
	}
	return strings.NewReplacer("{desk}", desk, "{link}", l.Sealer.Seal(linkOf(desk), link.Encode())).Replace(l.URL)
}

// linkOf binds a link to its desk, and keeps every other sealed thing from being one.
func linkOf(desk string) pagetoken.Query { return pagetoken.Query{Desk: desk, Method: "link"} }

// open reads a link. What was never one of ours, of this desk, does not exist.
func (l *Links) open(name string) (domain.Link, error) {
	sealed, err := l.Sealer.Open(linkOf(resourcename.Desk(name)), resourcename.ID(name))
	if err != nil {
		return domain.Link{}, errUnknown
	}
	link, err := domain.DecodeLink(sealed)
	if err != nil {
		return domain.Link{}, errUnknown
	}
	return link, nil
}

// GetLink says what a link is for. It changes nothing: mail servers open links to look for malware.
func (l *Links) GetLink(ctx context.Context, r *notifyv1.GetLinkRequest) (*notifyv1.Link, error) {
	link, err := l.open(r.GetName())
	if err != nil {
		return nil, err
	}
	return l.answer(ctx, r.GetName(), link)
}

func (l *Links) answer(ctx context.Context, name string, link domain.Link) (*notifyv1.Link, error) {
	id := resourcename.Desk(name)
	q := store.New(l.Pool)
	desk, err := q.GetDesk(ctx, id)
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := &notifyv1.Link{
		Name: name, Purpose: link.Purpose, Ticket: domain.TicketName(id, link.Ticket), State: notifyv1.LinkState_LINK_STATE_OPEN,
		Choices: link.Choices(), DeskDisplayName: desk.DisplayName, LanguageCode: link.LanguageCode,
		ExpireTime: timestamppb.New(link.Expires),
	}
	used, err := q.GetUsedLink(ctx, store.GetUsedLinkParams{Desk: id, Link: digest(name)})
	switch {
	case err == nil:
		answer.State, answer.Choice = notifyv1.LinkState_LINK_STATE_USED, notifyv1.LinkChoice(used.Choice)
	case !errors.Is(err, pgx.ErrNoRows):
		return nil, pg.Translate(err)
	case !l.Clock.Now().Before(link.Expires):
		answer.State = notifyv1.LinkState_LINK_STATE_EXPIRED
	}
	return answer, nil
}

// FollowLink answers a link, once: the same answer again changes nothing, and another is refused.
func (l *Links) FollowLink(ctx context.Context, r *notifyv1.FollowLinkRequest) (*notifyv1.Link, error) {
	link, err := l.open(r.GetName())
	if err != nil {
		return nil, err
	}
	if !slices.Contains(link.Choices(), r.GetChoice()) {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("choice", "link.choice")
	}
	stands, err := l.answer(ctx, r.GetName(), link)
	if err != nil {
		return nil, err
	}
	switch {
	case stands.GetState() == notifyv1.LinkState_LINK_STATE_USED && stands.GetChoice() == r.GetChoice():
		return stands, nil
	case stands.GetState() == notifyv1.LinkState_LINK_STATE_USED:
		return nil, fault.New(codes.FailedPrecondition, reasonLinkUsed)
	case stands.GetState() == notifyv1.LinkState_LINK_STATE_EXPIRED:
		return nil, fault.New(codes.FailedPrecondition, reasonLinkExpired)
	}
	if err := l.act(asNotify(ctx), resourcename.Desk(r.GetName()), link, r); err != nil {
		return nil, outdated(err)
	}
	err = store.New(l.Pool).InsertUsedLink(ctx, store.InsertUsedLinkParams{
		Desk: resourcename.Desk(r.GetName()), Link: digest(r.GetName()), Choice: int16(r.GetChoice()), UsedAt: l.Clock.Now(),
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	stands.State, stands.Choice = notifyv1.LinkState_LINK_STATE_USED, r.GetChoice()
	return stands, nil
}

// act takes the step in triage, as whom the link was sent to. The request's id is made from the link, so that it is taken once,
// on whatever replica and however often it is asked for: another answer by the same link is another use of that id, and refused
// there.
func (l *Links) act(ctx context.Context, desk string, link domain.Link, r *notifyv1.FollowLinkRequest) error {
	id := requestIDOf(r.GetName())
	var err error
	switch r.GetChoice() {
	case notifyv1.LinkChoice_LINK_CHOICE_ACCEPT:
		_, err = l.Triage.AcceptSolutionFor(ctx, &triagev1.AcceptSolutionForRequest{
			Name: domain.TicketName(desk, link.Resource), RequestId: id, Person: domain.DeskName(desk) + "/" + link.Who,
			ResolveTime: timestamppb.New(time.UnixMicro(link.Moment)),
		})
	case notifyv1.LinkChoice_LINK_CHOICE_REJECT:
		_, err = l.Triage.RejectSolutionFor(ctx, &triagev1.RejectSolutionForRequest{
			Name: domain.TicketName(desk, link.Resource), RequestId: id, Person: domain.DeskName(desk) + "/" + link.Who,
			ResolveTime: timestamppb.New(time.UnixMicro(link.Moment)),
			Reason:      &commonv1.LocalizedText{Text: rejection(link.LanguageCode, r.GetComment()), LanguageCode: link.LanguageCode},
		})
	case notifyv1.LinkChoice_LINK_CHOICE_ACKNOWLEDGE:
		err = acknowledge(ctx, l.Triage, desk, link.Resource, link.Who, id)
	default:
		err = fmt.Errorf("nobody may answer %s", r.GetChoice())
	}
	return err
}

// acknowledge answers a page in triage for a contact or a person, and is content where it was they who answered before.
func acknowledge(ctx context.Context, triage triagev1.DelegateServiceClient, desk, page, who, requestID string) error {
	r := &triagev1.AcknowledgePageForRequest{Name: domain.PageName(desk, page), RequestId: requestID}
	if contact, isContact := strings.CutPrefix(who, "contacts/"); isContact {
		r.Contact = contact
	} else {
		r.Person = domain.DeskName(desk) + "/" + who
	}
	_, err := triage.AcknowledgePageFor(ctx, r)
	return err
}

// rejection is what is still wrong; where nothing was said, that something is.
func rejection(language, comment string) string {
	if text := strings.TrimSpace(comment); text != "" {
		return text
	}
	switch language {
	case "da":
		return "Fejlen er der stadig."
	case "sv":
		return "Felet finns kvar."
	default:
		return "The fault is still there."
	}
}

// outdated passes on what triage refuses in its own words.
func outdated(err error) error {
	switch reason := fault.ReasonOf(err); reason {
	case fault.RequestIDReused:
		return fault.New(codes.FailedPrecondition, reasonLinkUsed)
	case "SOLUTION_OUTDATED", "WRONG_STATUS", "PERMISSION_DENIED", "NOT_FOUND":
		return fault.New(codes.FailedPrecondition, reasonLinkOutdated)
	case "PAGE_ANSWERED", "PAGE_ENDED":
		return fault.New(codes.FailedPrecondition, reason)
	default:
		return err
	}
}

func digest(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	return sum[:]
}

// requestIDOf is the same for the same text, for ever.
func requestIDOf(text string) string { return uuid.NewSHA1(uuid.NameSpaceURL, []byte(text)).String() }
