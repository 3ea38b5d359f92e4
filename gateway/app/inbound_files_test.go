package app_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
)

func (h *house) exchange(r *http.Request) (code int, header http.Header, text string) {
	h.t.Helper()
	r.Header.Set("Authorization", "Bearer "+h.token)
	answer, err := http.DefaultClient.Do(r)
	must(h.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(h.t, err)
	return answer.StatusCode, answer.Header, string(body)
}

// R31: a file that a form asks for is sent to the desk before there is a report.
func TestAFileIsSentAheadToItsDesk(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{
		upload: func(s grpc.ClientStreamingServer[intakev1.UploadAttachmentRequest, intakev1.Attachment]) error {
			first, err := s.Recv()
			if err != nil || first.GetParent() != "desks/nsp" || first.GetFileName() != "IMG_1.jpg" ||
				string(first.GetContent()) != "photo" {
				t.Errorf("intake gets %v, %v", first, err)
			}
			return s.SendAndClose(&intakev1.Attachment{Name: "desks/nsp/attachments/1", FileName: first.GetFileName()})
		},
	})
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	file, err := parts.CreateFormFile("file", "IMG_1.jpg")
	must(t, err)
	_, err = file.Write([]byte("photo"))
	must(t, errors.Join(err, parts.Close()))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/v1/desks/nsp/attachments", &form)
	must(t, err)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	r.Header.Set("Idempotency-Key", "0198a1b2-0000-7000-8000-000000000001")
	if code, _, body := h.exchange(r); code != http.StatusOK || !strings.Contains(body, `"desks/nsp/attachments/1"`) {
		t.Errorf("the file is answered %d %s", code, body)
	}
}

// R4: what came in is given out as it came, as a file that no browser shows; a refusal is one, and half an original is none.
func TestScriptsAnOriginalIsKeptAndNeverShown(t *testing.T) {
	t.Parallel()
	const item = "desks/nsp/inboundItems/0198a1b2-0000-7000-8000-000000000001"
	h := newHouse(t, doubles{
		original: func(
			r *intakev1.DownloadInboundOriginalRequest, s grpc.ServerStreamingServer[intakev1.DownloadInboundOriginalResponse],
		) error {
			if r.GetName() != item {
				return fault.New(codes.NotFound, fault.NotFound)
			}
			for _, part := range []string{"Subject: <script>alert(1)</script>\r\n", "\r\nbody"} {
				if err := s.Send(&intakev1.DownloadInboundOriginalResponse{Content: []byte(part)}); err != nil {
					return err
				}
			}
			return nil
		},
	})
	ask := func(path string) (int, http.Header, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+path, nil)
		must(t, err)
		return h.exchange(r)
	}
	code, header, body := ask("/v1/" + item + "/original")
	if code != http.StatusOK || body != "Subject: <script>alert(1)</script>\r\n\r\nbody" {
		t.Errorf("the original is %d %q", code, body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	code, _, body = ask("/v1/desks/nsp/inboundItems/0198a1b2-0000-7000-8000-000000000002/original")
	if code != http.StatusNotFound || !strings.Contains(body, "NOT_FOUND") {
		t.Errorf("one that is not there is %d %s", code, body)
	}
}
