package acceptance_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/test/house"
)

// files are what people do with the files of a ticket.
type files struct {
	*house.House
	t       *testing.T
	ctx     context.Context //nolint:containedctx // of the test
	service intakev1.AttachmentServiceClient
	gateway string
}

// TestFilesOfATicketAreSeenWithItAndNeverRun sends files as browsers and programs do, and asks everybody for them (R31, R74).
func TestFilesOfATicketAreSeenWithItAndNeverRun(t *testing.T) {
	t.Parallel()
	running, h := furnished(t)
	ctx, cancel := context.WithTimeout(t.Context(), walkLimit)
	defer cancel()
	f := &files{
		House: h, t: t, ctx: ctx, gateway: running.Addresses().Gateway,
		service: intakev1.NewAttachmentServiceClient(h.GRPC.Conn("/bavn.intake.v1.AttachmentService/GetAttachment")),
	}
	ticket, err := h.Reported(ctx, h.GRPC, house.Ole, house.Report(house.Desk, "Skærmen er sort"))
	if err != nil {
		t.Fatal(err)
	}
	const page = "<!DOCTYPE html><script>fetch('/v1/desks')</script>"
	open := f.posted(house.Ole, ticket.GetName(), "../../foto.jpg", "", page)
	internal := f.sent(house.Mette, ticket.GetName(), true, "intern log")
	if open.GetMediaType() != "text/html; charset=utf-8" || open.GetFileName() != "foto.jpg" {
		t.Errorf("a page called a photo is %s, called %q", open.GetMediaType(), open.GetFileName())
	}
	f.neverRuns(open, page)
	f.seenWithTheTicket(ticket.GetName(), open, internal)
	f.limited(ticket.GetName())
}

// form is a file as a browser sends it.
func form(name, internal string, content io.Reader) (kind string, body io.Reader) {
	var head bytes.Buffer
	writer := multipart.NewWriter(&head)
	if internal != "" {
		_ = writer.WriteField("internal", internal)
	}
	_, _ = writer.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename="%s"`, name)},
		"Content-Type":        {"image/jpeg"}, // what a browser takes it for
	})
	end := "\r\n--" + writer.Boundary() + "--\r\n"
	return writer.FormDataContentType(), io.MultiReader(&head, content, strings.NewReader(end))
}

func (f *files) post(who, parent, name, internal string, content io.Reader) (int, []byte) {
	f.t.Helper()
	token, err := f.Token(who, time.Hour)
	if err != nil {
		f.t.Fatal(err)
	}
	kind, body := form(name, internal, content)
	r, err := http.NewRequestWithContext(f.ctx, http.MethodPost, f.gateway+"/v1/"+parent+"/attachments", body)
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", house.ID())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer.StatusCode, said
}

func (f *files) posted(who, parent, name, internal, content string) *intakev1.Attachment {
	f.t.Helper()
	code, said := f.post(who, parent, name, internal, strings.NewReader(content))
	stored := new(intakev1.Attachment)
	if err := protojson.Unmarshal(said, stored); err != nil || code != http.StatusOK {
		f.t.Fatalf("posted by %s: %d %s", who, code, said)
	}
	return stored
}

func (f *files) send(who, parent string, internal bool, content string) (*intakev1.Attachment, error) {
	stream, err := f.service.UploadAttachment(f.As(f.ctx, who))
	if err != nil {
		return nil, err
	}
	first := &intakev1.UploadAttachmentRequest{Parent: parent, RequestId: house.ID(), FileName: "log.txt", Internal: internal}
	if err := stream.Send(first); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := stream.Send(&intakev1.UploadAttachmentRequest{Content: []byte(content)}); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return stream.CloseAndRecv()
}

func (f *files) sent(who, parent string, internal bool, content string) *intakev1.Attachment {
	f.t.Helper()
	stored, err := f.send(who, parent, internal, content)
	if err != nil {
		f.t.Fatalf("sent by %s: %v", who, err)
	}
	return stored
}

// list is what somebody sees of a ticket's files.
func (f *files) list(who, ticket string) ([]string, codes.Code) {
	page, err := f.service.ListAttachments(f.As(f.ctx, who), &intakev1.ListAttachmentsRequest{Parent: ticket})
	var names []string
	for _, a := range page.GetAttachments() {
		names = append(names, a.GetName())
	}
	return names, status.Code(err)
}

// fetch gets a file by its name.
func (f *files) fetch(who, name string) (string, codes.Code) {
	stream, err := f.service.DownloadAttachment(f.As(f.ctx, who), &intakev1.DownloadAttachmentRequest{Name: name})
	var content []byte
	for err == nil {
		var message *intakev1.DownloadAttachmentResponse
		if message, err = stream.Recv(); err == nil {
			content = append(content, message.GetContent()...)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return string(content), status.Code(err)
}

// seenWithTheTicket asks everybody: whoever sees the ticket sees its files, the parties the internal ones too, others nothing.
func (f *files) seenWithTheTicket(ticket string, open, internal *intakev1.Attachment) {
	f.t.Helper()
	both, one := []string{open.GetName(), internal.GetName()}, []string{open.GetName()}
	for who, want := range map[string][]string{
		house.Mette: both, house.Ole: one, house.Kim: nil, house.Ida: nil, house.Eva: nil, house.Nobody: nil,
	} {
		got, code := f.list(who, ticket)
		if !slices.Equal(got, want) || (code == codes.OK) != (want != nil) || code != codes.OK && code != codes.NotFound {
			f.t.Errorf("%s sees %v (%v), want %v", who, got, code, want)
		}
		for _, a := range []*intakev1.Attachment{open, internal} {
			wantCode := codes.NotFound // in the same words as for one that is not there
			if slices.Contains(want, a.GetName()) {
				wantCode = codes.OK
			}
			content, fetched := f.fetch(who, a.GetName())
			if fetched == codes.OK && int64(len(content)) != a.GetSizeBytes() {
				f.t.Errorf("%s gets %d bytes of %d", who, len(content), a.GetSizeBytes())
			}
			_, get := f.service.GetAttachment(f.As(f.ctx, who), &intakev1.GetAttachmentRequest{Name: a.GetName()})
			_, link := f.service.GetDownloadLink(f.As(f.ctx, who), &intakev1.GetDownloadLinkRequest{Name: a.GetName()})
			if fetched != wantCode || status.Code(get) != wantCode || status.Code(link) != wantCode {
				f.t.Errorf("%s fetches %s: %v, reads it: %v, asks for a link: %v; want %v", who, a.GetFileName(), fetched, get, link,
					wantCode)
			}
		}
	}
	if _, err := f.send(house.Ole, ticket, true, "x"); status.Code(err) != codes.PermissionDenied {
		f.t.Errorf("a user adds an internal file: %v", err)
	}
	for _, who := range []string{house.Kim, house.Eva} {
		if _, err := f.send(who, ticket, false, "x"); status.Code(err) != codes.NotFound {
			f.t.Errorf("%s adds a file to a ticket that they do not see: %v", who, err)
		}
	}
	elsewhere := strings.Replace(open.GetName(), house.Desk, house.Elsewhere, 1)
	if _, code := f.fetch(house.Eva, elsewhere); code != codes.NotFound {
		f.t.Errorf("another desk has the file under its own name: %v", code)
	}
}

// neverRuns follows a link as a browser does: without a session, on whatever was uploaded.
func (f *files) neverRuns(a *intakev1.Attachment, content string) {
	f.t.Helper()
	link, err := f.service.GetDownloadLink(f.As(f.ctx, house.Ole), &intakev1.GetDownloadLinkRequest{Name: a.GetName()})
	if err != nil {
		f.t.Fatal(err)
	}
	if left := time.Until(link.GetExpireTime().AsTime()); left > time.Minute {
		f.t.Errorf("the link opens for %v", left)
	}
	code, header, body := f.get(link.GetUri())
	if code != http.StatusOK || body != content {
		f.t.Errorf("the link gives %d %q", code, body)
	}
	disposition, parameters, err := mime.ParseMediaType(header.Get("Content-Disposition"))
	if err != nil || disposition != "attachment" || parameters["filename"] != a.GetFileName() {
		f.t.Errorf("the file is shown as %q", header.Get("Content-Disposition"))
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
	} {
		if got := header.Get(name); got != want {
			f.t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox; default-src 'none'") {
		f.t.Errorf("whoever opens it has the policy %q", policy)
	}
	for _, wrong := range []string{link.GetUri() + "A", link.GetUri()[:len(link.GetUri())-2], f.gateway + "/files/x"} {
		if code, _, _ := f.get(wrong); code != http.StatusNotFound {
			f.t.Errorf("%s gives %d", wrong, code)
		}
	}
}

func (f *files) get(uri string) (int, http.Header, string) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.ctx, http.MethodGet, uri, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}

// limited sends what is just right and what is too much.
func (f *files) limited(ticket string) {
	f.t.Helper()
	const most = 25 << 20
	if code, said := f.post(house.Ole, ticket, "stor.bin", "", io.LimitReader(zeros{}, most)); code != http.StatusOK {
		f.t.Errorf("25 MiB: %d %s", code, said)
	}
	if code, said := f.post(house.Ole, ticket, "stor.bin", "", io.LimitReader(zeros{}, most+1)); code == http.StatusOK ||
		!bytes.Contains(said, []byte("ATTACHMENT_TOO_LARGE")) {
		f.t.Errorf("one byte more: %d %s", code, said)
	}
	if code, said := f.post(house.Ole, ticket, "", "", strings.NewReader("x")); code != http.StatusBadRequest {
		f.t.Errorf("without a name: %d %s", code, said)
	}
	if code, said := f.post(house.Ole, ticket, "x.txt", "perhaps", strings.NewReader("x")); code != http.StatusBadRequest {
		f.t.Errorf("neither internal nor not: %d %s", code, said)
	}
	if code, said := f.post(house.Ole, ticket, "intern.txt", "true", strings.NewReader("x")); code != http.StatusForbidden {
		f.t.Errorf("a user's internal file: %d %s", code, said)
	}
}

// zeros is a sender that goes on.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// filesAreClosed: the files of a restricted ticket are for whoever sees it, and for nobody else (R149).
func (d *datafordeler) filesAreClosed(insider string, outsiders []string) {
	d.t.Helper()
	f := &files{
		House: d.House, t: d.t, ctx: d.ctx,
		service: intakev1.NewAttachmentServiceClient(d.GRPC.Conn(intakev1.AttachmentService_GetAttachment_FullMethodName)),
	}
	kept := f.sent(insider, d.name(), false, "hvem der har hentet hvad")
	if names, code := f.list(insider, d.name()); code != codes.OK || !slices.Equal(names, []string{kept.GetName()}) {
		d.t.Errorf("who reported it sees %v (%v)", names, code)
	}
	link, err := f.service.GetDownloadLink(f.As(f.ctx, insider), &intakev1.GetDownloadLinkRequest{Name: kept.GetName()})
	if err != nil {
		d.t.Fatal(err)
	}
	if code, _, _ := f.get(link.GetUri()); code != http.StatusOK {
		d.t.Errorf("the link gives %d", code)
	}
	d.clock.Set(link.GetExpireTime().AsTime())
	if code, _, _ := f.get(link.GetUri()); code != http.StatusNotFound {
		d.t.Errorf("a link that has lapsed gives %d", code)
	}
	for _, who := range outsiders {
		_, listed := f.list(who, d.name())
		_, fetched := f.fetch(who, kept.GetName())
		if _, err := f.send(who, d.name(), false, "x"); listed != codes.NotFound || fetched != codes.NotFound ||
			status.Code(err) != codes.NotFound {
			d.t.Errorf("%s lists its files: %v, fetches one: %v, adds one: %v", who, listed, fetched, err)
		}
	}
}
