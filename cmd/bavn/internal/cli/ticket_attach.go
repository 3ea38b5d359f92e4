package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// TicketAttach adds files to a ticket (R31).
type TicketAttach struct {
	Number
	Files    []string `arg:"" type:"existingfile" help:"Files, at most 25 MiB each."`
	Internal bool     `help:"For the parties alone, not for reporter and affected user."`
	Request
}

// Run sends one file after the other.
func (c *TicketAttach) Run(ctx context.Context, s *session) error {
	if c.RequestID != "" && len(c.Files) > 1 {
		return failure.New(failure.Usage, "leave --request-id out, or send one file", "%d files cannot have one id", len(c.Files))
	}
	connected, err := s.connect()
	if err != nil {
		return err
	}
	for _, file := range c.Files {
		stored, err := attach(ctx, connected, &intakev1.UploadAttachmentRequest{
			Parent: c.name(s), RequestId: c.id(), FileName: filepath.Base(file), Internal: c.Internal,
		}, file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if s.JSON {
			if err := s.Message(stored); err != nil {
				return err
			}
			continue
		}
		s.Printf("%s %s, %d bytes, %s\n", s.Bold(resource.ID(stored.GetName())), stored.GetFileName(), stored.GetSizeBytes(),
			stored.GetMediaType())
	}
	return nil
}

// sentPiece is what one message of an upload holds.
const sentPiece = 64 << 10

// attach sends a file piece by piece. A service that says no does so in the middle: then what it says is the answer.
func attach(
	ctx context.Context, services *client.Client, message *intakev1.UploadAttachmentRequest, path string,
) (stored *intakev1.Attachment, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, failure.New(failure.Usage, "name a file that can be read", "%w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	ctx, cancel := context.WithCancel(ctx) // ends a stream that is not read to its end
	defer cancel()
	stream, err := services.Attachments.UploadAttachment(ctx)
	if err != nil {
		return nil, err
	}
	for {
		piece := make([]byte, sentPiece)
		n, readErr := io.ReadFull(file, piece)
		message.Content = piece[:n]
		if err := stream.Send(message); errors.Is(err, io.EOF) {
			return stream.CloseAndRecv()
		} else if err != nil {
			return nil, err
		}
		message = new(intakev1.UploadAttachmentRequest)
		switch {
		case errors.Is(readErr, io.EOF), errors.Is(readErr, io.ErrUnexpectedEOF):
			return stream.CloseAndRecv()
		case readErr != nil:
			return nil, readErr
		}
	}
}

// TicketAttachments lists the files of a ticket.
type TicketAttachments struct {
	Number
}

// Run prints a table.
func (c *TicketAttachments) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	files, err := pages(0, func(size int32, token string) ([]*intakev1.Attachment, string, error) {
		page, err := connected.Attachments.ListAttachments(ctx, &intakev1.ListAttachmentsRequest{
			Parent: c.name(s), PageSize: size, PageToken: token,
		})
		return page.GetAttachments(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&intakev1.ListAttachmentsResponse{Attachments: files})
	}
	table := s.Table("ATTACHMENT", "RECEIVED", "BYTES", "TYPE", "STATE", "FILE")
	for _, a := range files {
		state := word(a.GetState().String(), "ATTACHMENT_STATE_")
		if a.GetInternal() {
			state += ", internal"
		}
		table.Row(resource.ID(a.GetName()), s.Time(a.GetReceiveTime().AsTime()), fmt.Sprint(a.GetSizeBytes()), a.GetMediaType(), state,
			a.GetFileName())
	}
	return table.Print(s.Out)
}

// TicketDownload fetches a file.
type TicketDownload struct {
	Attachment string `arg:"" help:"Id of the attachment, as attachments lists it, or full name."`
	To         string `placeholder:"FILE" help:"Where to keep it; under its own name here if left out."`
}

// Run fetches it. What is there is never overwritten, and half a file is not kept.
func (c *TicketDownload) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	stream, err := connected.Attachments.DownloadAttachment(ctx, &intakev1.DownloadAttachmentRequest{
		Name: resource.Attachment(s.Desk, c.Attachment),
	})
	if err != nil {
		return err
	}
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	what := proto.CloneOf(first.GetAttachment())
	path := c.To
	if path == "" {
		path = filepath.Base(what.GetFileName()) // it has no folders, whatever its sender called it
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return failure.New(failure.Usage, "choose another name with --to", "%w", err)
	}
	err = receive(file, first, stream.Recv)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	if s.JSON {
		return s.Message(what)
	}
	s.Printf("%s, %d bytes, %s\n", s.Bold(path), what.GetSizeBytes(), what.GetMediaType())
	return nil
}

func receive(
	to io.Writer, message *intakev1.DownloadAttachmentResponse, next func() (*intakev1.DownloadAttachmentResponse, error),
) error {
	for {
		if _, err := to.Write(message.GetContent()); err != nil {
			return err
		}
		var err error
		if message, err = next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
