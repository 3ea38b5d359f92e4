package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// ErrUnknownAttachment is the answer for a file that is not there, or not any more.
var ErrUnknownAttachment = fault.New(codes.NotFound, fault.NotFound)

// ReadAttachment reads a file's row by its full name. One that is still being received is not there.
func ReadAttachment(ctx context.Context, db DBTX, name string) (Attachment, error) {
	id, err := uuid.Parse(resourcename.ID(name))
	if err != nil {
		return Attachment{}, ErrUnknownAttachment
	}
	a, err := New(db).GetAttachment(ctx, GetAttachmentParams{Desk: resourcename.Desk(name), Attachment: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return Attachment{}, ErrUnknownAttachment
	}
	if err != nil {
		return Attachment{}, pg.Translate(err)
	}
	if !a.Shown() {
		return Attachment{}, ErrUnknownAttachment
	}
	return a, nil
}

// Labels are what can be erased of a file.
type Labels struct{ FileName, SHA256 string }

// LabelsOf reads the labels of files of one desk, by the file's full name, in one statement.
func LabelsOf(ctx context.Context, db DBTX, desk string, files ...Attachment) (map[string]Labels, error) {
	names := make([]string, len(files))
	for i, a := range files {
		names[i] = a.Name()
	}
	texts, err := New(db).AttachmentTexts(ctx, AttachmentTextsParams{Desk: desk, Resources: names})
	if err != nil {
		return nil, fmt.Errorf("read the names of %d attachments: %w", len(files), pg.Translate(err))
	}
	labels := make(map[string]Labels, len(files))
	for _, t := range texts {
		of := labels[t.Resource]
		switch t.Name {
		case "file_name":
			of.FileName = t.Text
		case "sha256":
			of.SHA256 = t.Text
		}
		labels[t.Resource] = of
	}
	return labels, nil
}

// Name is the file's full name.
func (a Attachment) Name() string { return domain.AttachmentName(a.Desk, a.Attachment.String()) }

// Blob is where its content lies.
func (a Attachment) Blob() blobstore.Key {
	return blobstore.Key{Desk: a.Desk, Kind: "attachments", ID: a.Attachment.String()}
}

// Shown reports whether there is a file that anybody can be told of.
func (a Attachment) Shown() bool {
	return a.State >= domain.Unscanned && a.State <= domain.Quarantined
}

// Proto is the file in the contract's words; its labels are given where they are known.
func (a Attachment) Proto(labels Labels) *intakev1.Attachment {
	shown := &intakev1.Attachment{
		Name: a.Name(), FormField: a.FormField, FileName: labels.FileName, Sha256: labels.SHA256,
		MediaType: a.MediaType, SizeBytes: a.SizeBytes, Internal: a.Internal, ReceiveTime: timestamppb.New(a.ReceivedAt),
		State: intakev1.AttachmentState(a.State),
	}
	if a.Ticket != "" {
		shown.Ticket = domain.TicketName(a.Desk, a.Ticket)
	}
	if a.State > domain.Quarantined {
		shown.State = intakev1.AttachmentState_ATTACHMENT_STATE_UNSPECIFIED // gone
	}
	if a.Submission != nil {
		shown.Submission = domain.SubmissionName(a.Desk, a.Submission.String())
	}
	if a.Uploader != "" {
		shown.Uploader = domain.PersonName(a.Desk, a.Uploader)
	}
	return shown
}

// Audience is whom the feed tells of it: who added it. Everybody else asks, because whoever sees the ticket is triage's to say.
func (a Attachment) Audience() []string {
	if a.Uploader == "" {
		return nil
	}
	return []string{"persons/" + a.Uploader}
}
