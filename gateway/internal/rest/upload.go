package rest

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/bavn/bavn/gateway/internal/refusal"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
)

const (
	// uploadPiece is what one message of an upload holds; a file is never held as a whole.
	uploadPiece = 64 << 10
	// formBytes is what the form around a file may take.
	formBytes = 64 << 10
)

// uploads takes files as browsers and curl send them, and passes them on piece by piece over a gRPC connection as every other
// call.
type uploads struct {
	*api
	intake intakev1.AttachmentServiceClient
}

// upload takes one file: multipart/form-data with `internal` before `file`, the request id as Idempotency-Key or `request_id`.
func (u *uploads) upload(w http.ResponseWriter, r *http.Request) {
	stored, err := u.pass(w, r)
	if err != nil {
		u.refuse(w, r, err)
		return
	}
	body, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(stored)
	if err != nil {
		u.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // a caller that has gone away needs no answer
}

func (u *uploads) pass(w http.ResponseWriter, r *http.Request) (*intakev1.Attachment, error) {
	if err := checkBearer(r); err != nil {
		return nil, err
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, fault.New(codes.InvalidArgument, refusal.UnsupportedMediaType)
	}
	key, _, err := one(r, idempotencyKey)
	if err != nil {
		return nil, err
	}
	// A file takes longer than other requests, and no longer than this.
	control, deadline := http.NewResponseController(w), time.Now().Add(u.limits.UploadTimeout) //nolint:forbidigo // a socket's clock
	for _, set := range []func(time.Time) error{control.SetReadDeadline, control.SetWriteDeadline} {
		if err := set(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return nil, err
		}
	}
	ctx, cancel := context.WithDeadline(r.Context(), deadline)
	defer cancel()
	r.Body = http.MaxBytesReader(w, r.Body, u.limits.UploadBytes+formBytes)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(codes.InvalidArgument, refusal.UnsupportedMediaType).Cause(err)
	}
	first := &intakev1.UploadAttachmentRequest{
		Parent: strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/v1/"), "/attachments"), RequestId: key,
	}
	file, err := readFields(form, first)
	if err != nil {
		return nil, u.brokenForm(err)
	}
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", r.Header.Get("Authorization"))
	if language := r.Header.Get("Accept-Language"); language != "" && isPrintable(language) {
		ctx = metadata.AppendToOutgoingContext(ctx, "accept-language", language)
	}
	stream, err := u.intake.UploadAttachment(ctx)
	if err != nil {
		return nil, err
	}
	if err := u.send(stream, first, file); err != nil {
		return nil, err
	}
	return stream.CloseAndRecv()
}

// readFields reads what stands before the file, and stops there.
func readFields(form *multipart.Reader, into *intakev1.UploadAttachmentRequest) (*multipart.Part, error) {
	for {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("file", "required")
		}
		if err != nil {
			return nil, err
		}
		name := part.FormName()
		if name == "file" {
			_, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
			into.FileName = parameters["filename"] // whole, as it was sent: what it means is for intake to say
			return part, err
		}
		value, err := io.ReadAll(io.LimitReader(part, 256))
		if err != nil {
			return nil, err
		}
		switch name {
		case "request_id":
			into.RequestId = string(value)
		case "internal":
			if into.Internal, err = strconv.ParseBool(string(value)); err != nil {
				return nil, fault.New(codes.InvalidArgument, refusal.InvalidValue).Field("internal", "json.value")
			}
		default:
			return nil, fault.New(codes.InvalidArgument, fault.UnknownField).Field(name, "json.unknown_field")
		}
	}
}

// send passes a file on. io.EOF from Send says that the service has said no; CloseAndRecv then says what.
func (u *uploads) send(
	stream grpc.ClientStreamingClient[intakev1.UploadAttachmentRequest, intakev1.Attachment],
	message *intakev1.UploadAttachmentRequest, file io.Reader,
) error {
	for {
		piece := make([]byte, uploadPiece) // gRPC may keep the one before
		n, err := io.ReadFull(file, piece)
		message.Content = piece[:n]
		if err := stream.Send(message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		message = new(intakev1.UploadAttachmentRequest)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return u.brokenForm(err)
		}
	}
}

// brokenForm says what is wrong with a body that could not be read to its end.
func (u *uploads) brokenForm(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return fault.New(codes.ResourceExhausted, refusal.BodyTooLarge).Meta("limit", strconv.FormatInt(u.limits.UploadBytes, 10))
	}
	if fault.ReasonOf(err) != "" {
		return err
	}
	return fault.New(codes.InvalidArgument, refusal.UnsupportedMediaType).Cause(err)
}
