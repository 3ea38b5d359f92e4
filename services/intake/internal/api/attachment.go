package api

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Attachments serves bavn.intake.v1.AttachmentService.
type Attachments struct {
	intakev1.UnsafeAttachmentServiceServer
	Gate     *access.Gate
	Commands *command.Commands
	Pages    *Pages
	// DownloadURL is the address that links begin with.
	DownloadURL string
}

var _ intakev1.AttachmentServiceServer = (*Attachments)(nil)

const (
	// linkLasts is how long a download link opens: enough for a browser to follow it, too short to be passed around.
	linkLasts = time.Minute
	// downloadPiece is what one message of a download holds.
	downloadPiece = 64 << 10
)

// sight asks triage what the caller sees of a ticket. Without an answer there is nothing to see: restricted tickets fail closed
// (R149).
func (s *Attachments) sight(ctx context.Context, ticket string) (access.Sight, error) {
	principal, _ := auth.FromContext(ctx)
	if principal.Person == "" {
		return access.Sight{}, nil // triage would see intake alone
	}
	sight, err := s.Commands.Sights.GetTicketSight(ctx, &triagev1.GetTicketSightRequest{Name: ticket})
	if fault.Is(err, fault.NotFound) {
		return access.Sight{}, nil
	}
	if err != nil {
		return access.Sight{}, fmt.Errorf("ask who sees the ticket: %w", err)
	}
	return access.Sight{Seen: true, Internal: sight.GetInternal()}, nil
}

// UploadAttachment adds a file.
func (s *Attachments) UploadAttachment(
	stream grpc.ClientStreamingServer[intakev1.UploadAttachmentRequest, intakev1.Attachment],
) error {
	first, err := stream.Recv()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if first.GetParent() == "" || first.GetRequestId() == "" {
		return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("parent", "attachment.first")
	}
	ctx := stream.Context()
	sight, err := s.sightOfParent(ctx, first.GetParent())
	if err != nil {
		return err
	}
	desk := resourcename.Desk(first.GetParent())
	if err := s.Gate.Attachment(ctx, "UploadAttachment", desk, sight, first.GetInternal()); err != nil {
		return err
	}
	kept, err := s.Commands.UploadAttachment(ctx, first, &pieces{next: stream.Recv, rest: first.GetContent()})
	if err != nil {
		return err
	}
	return stream.SendAndClose(kept)
}

// sightOf is that of the ticket; a file that waits for its report is seen by who sent it.
func (s *Attachments) sightOf(ctx context.Context, a store.Attachment) (access.Sight, error) {
	if a.Ticket != "" {
		return s.sight(ctx, domain.TicketName(a.Desk, a.Ticket))
	}
	principal, _ := auth.FromContext(ctx)
	return access.Sight{Seen: principal.Person != "" && principal.Person == a.Uploader}, nil
}

// sightOfParent is that of the ticket, or for whom a submission is about, whose ticket triage may not have yet, as a reporter.
func (s *Attachments) sightOfParent(ctx context.Context, parent string) (access.Sight, error) {
	if strings.Contains(parent, "/tickets/") {
		return s.sight(ctx, parent)
	}
	if !strings.Contains(parent, "/submissions/") { // a desk, for whoever may report there
		known, err := s.Gate.Known(ctx, resourcename.Desk(parent))
		return access.Sight{Seen: known}, err
	}
	id, err := uuid.Parse(resourcename.ID(parent))
	if err != nil {
		return access.Sight{}, access.ErrNotFound
	}
	row, err := store.New(s.Gate.Pool).GetSubmission(ctx, store.GetSubmissionParams{Desk: resourcename.Desk(parent), Submission: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return access.Sight{}, access.ErrNotFound
	}
	if err != nil {
		return access.Sight{}, pg.Translate(err)
	}
	concerns, err := s.Gate.Concerns(ctx, row)
	return access.Sight{Seen: concerns}, err
}

// pieces reads the content out of the messages of an upload.
type pieces struct {
	next func() (*intakev1.UploadAttachmentRequest, error)
	rest []byte
}

// Read waits for the next message that has content.
func (p *pieces) Read(to []byte) (int, error) {
	for len(p.rest) == 0 {
		message, err := p.next()
		if err != nil {
			return 0, err // io.EOF after the last
		}
		if message.GetParent() != "" || message.GetRequestId() != "" || message.GetFileName() != "" || message.GetInternal() {
			return 0, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("parent", "attachment.first")
		}
		p.rest = message.GetContent()
	}
	n := copy(to, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// GetAttachment reads what is known of a file.
func (s *Attachments) GetAttachment(ctx context.Context, r *intakev1.GetAttachmentRequest) (*intakev1.Attachment, error) {
	a, err := s.seen(ctx, "GetAttachment", r.GetName())
	if err != nil {
		return nil, err
	}
	return s.shown(ctx, a)
}

// seen reads a file for somebody who may see it. One that is not there and one that they may not see are the same answer.
func (s *Attachments) seen(ctx context.Context, action, name string) (store.Attachment, error) {
	a, err := store.ReadAttachment(ctx, s.Gate.Pool, name)
	if err != nil {
		return store.Attachment{}, err
	}
	sight, err := s.sightOf(ctx, a)
	if err != nil {
		return store.Attachment{}, err
	}
	return a, s.Gate.Attachment(ctx, action, a.Desk, sight, a.Internal)
}

func (s *Attachments) shown(ctx context.Context, a store.Attachment) (*intakev1.Attachment, error) {
	labels, err := store.LabelsOf(ctx, s.Gate.Pool, a.Desk, a)
	if err != nil {
		return nil, err
	}
	return a.Proto(labels[a.Name()]), nil
}

// ListAttachments lists the files of a ticket.
func (s *Attachments) ListAttachments(
	ctx context.Context, r *intakev1.ListAttachmentsRequest,
) (*intakev1.ListAttachmentsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	sight, err := s.sight(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := s.Gate.Attachment(ctx, "ListAttachments", desk, sight, false); err != nil {
		return nil, err
	}
	page, err := s.Pages.open(ctx, desk, "ListAttachments", r)
	if err != nil {
		return nil, err
	}
	var after uuid.UUID
	if page.after != "" {
		if after, err = uuid.Parse(page.after); err != nil {
			return nil, fmt.Errorf("read our own page token: %w", err)
		}
	}
	rows, err := store.New(s.Gate.Pool).ListAttachments(ctx, store.ListAttachmentsParams{
		Desk: desk, Ticket: resourcename.ID(r.GetParent()), After: after, Internal: sight.Internal, Size: page.size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	response := new(intakev1.ListAttachmentsResponse)
	if int32(len(rows)) > page.size { //nolint:gosec // a page has at most 501 rows
		rows = rows[:page.size]
		response.NextPageToken = page.next(rows[page.size-1].Attachment.String())
	}
	labels, err := store.LabelsOf(ctx, s.Gate.Pool, desk, rows...)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		response.Attachments = append(response.Attachments, row.Proto(labels[row.Name()]))
	}
	return response, nil
}

// fetchable refuses what nobody may get.
func fetchable(a store.Attachment) error {
	switch a.State {
	case domain.Available:
		return nil
	case domain.Quarantined:
		return command.ErrQuarantined
	default:
		return command.ErrNotScanned
	}
}

// linkQuery binds the token of a link to what it is for.
var linkQuery = pagetoken.Query{Method: "DownloadAttachment"}

// GetDownloadLink gives out an address that opens for a minute.
func (s *Attachments) GetDownloadLink(ctx context.Context, r *intakev1.GetDownloadLinkRequest) (*intakev1.DownloadLink, error) {
	a, err := s.seen(ctx, "GetDownloadLink", r.GetName())
	if err != nil {
		return nil, err
	}
	if err := fetchable(a); err != nil {
		return nil, err
	}
	expires := s.Commands.Clock.Now().Add(linkLasts)
	sealed := binary.BigEndian.AppendUint64(nil, uint64(expires.UnixMicro())) //nolint:gosec // after 1970
	token := s.Pages.Sealer.Seal(linkQuery, append(sealed, a.Name()...))
	return &intakev1.DownloadLink{Uri: s.DownloadURL + "/" + token, ExpireTime: timestamppb.New(expires)}, nil
}

// linked is the file that a link leads to. Whatever is wrong with a link, there is nothing behind it.
func (s *Attachments) linked(ctx context.Context, token string) (store.Attachment, error) {
	sealed, err := s.Pages.Sealer.Open(linkQuery, token)
	if err != nil || len(sealed) < 8 {
		return store.Attachment{}, store.ErrUnknownAttachment
	}
	expires := time.UnixMicro(int64(binary.BigEndian.Uint64(sealed))) //nolint:gosec // our own
	if !s.Commands.Clock.Now().Before(expires) {
		return store.Attachment{}, store.ErrUnknownAttachment
	}
	a, err := store.ReadAttachment(ctx, s.Gate.Pool, string(sealed[8:]))
	if err != nil {
		return store.Attachment{}, err
	}
	return a, s.Gate.Attachment(ctx, "DownloadAttachment", a.Desk, access.Sight{Seen: true}, false)
}

// DownloadAttachment fetches a file.
func (s *Attachments) DownloadAttachment(
	r *intakev1.DownloadAttachmentRequest, stream grpc.ServerStreamingServer[intakev1.DownloadAttachmentResponse],
) error {
	ctx := stream.Context()
	var (
		a   store.Attachment
		err error
	)
	if r.GetToken() != "" {
		a, err = s.linked(ctx, r.GetToken())
	} else {
		a, err = s.seen(ctx, "DownloadAttachment", r.GetName())
	}
	if err != nil {
		return err
	}
	if err := fetchable(a); err != nil {
		return err
	}
	shown, err := s.shown(ctx, a)
	if err != nil {
		return err
	}
	content, err := s.Commands.Blobs.Get(ctx, a.Blob())
	if errors.Is(err, blobstore.ErrNotFound) {
		return store.ErrUnknownAttachment // erased at this moment
	}
	if err != nil {
		return err
	}
	defer content.Close()
	return send(stream, shown, content)
}

func send(
	stream grpc.ServerStreamingServer[intakev1.DownloadAttachmentResponse], what *intakev1.Attachment, content io.Reader,
) error {
	message := &intakev1.DownloadAttachmentResponse{Attachment: what}
	for {
		piece := make([]byte, downloadPiece) // gRPC may keep the one before
		n, err := io.ReadFull(content, piece)
		if n > 0 {
			message.Content = piece[:n]
			if err := stream.Send(message); err != nil {
				return err
			}
			message = new(intakev1.DownloadAttachmentResponse)
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return fmt.Errorf("read attachment: %w", err)
		}
	}
}
