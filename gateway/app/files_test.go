package app_test

import (
	"io"
	"net/http"
	"testing"

	"google.golang.org/grpc"

	"github.com/bavn/bavn/gateway/app"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/auth"
)

// R31: where files have an origin of their own, that origin has nothing else, and the page's origin has no files.
func TestScriptsFilesHaveAnOriginOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{
		download: func(
			r *intakev1.DownloadAttachmentRequest, s grpc.ServerStreamingServer[intakev1.DownloadAttachmentResponse],
		) error {
			// Whoever follows a link comes as nobody: neither cookie nor token of theirs goes along.
			caller, _ := auth.FromContext(s.Context())
			if caller.Person != "" || caller.Service != app.Service || r.GetToken() != "t0ken" {
				t.Errorf("the file is asked for by %+v with %v", caller, r)
			}
			return s.Send(&intakev1.DownloadAttachmentResponse{
				Attachment: &intakev1.Attachment{FileName: "<b>\".svg", MediaType: "image/svg+xml", SizeBytes: 6}, Content: []byte("<svg/>"),
			})
		},
	}, func(cfg *app.Config) { cfg.HTTP.FilesURL = "https://files.example" })
	get := func(host, path string) (int, http.Header, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+path, nil)
		must(t, err)
		r.Host = host
		r.Header.Set("Authorization", "Bearer "+h.token)
		answer, err := http.DefaultClient.Do(r)
		must(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		must(t, err)
		return answer.StatusCode, answer.Header, string(body)
	}
	code, header, body := get("files.example", "/files/t0ken")
	if code != http.StatusOK || body != "<svg/>" || header.Get("Content-Type") != "application/octet-stream" ||
		header.Get("Content-Disposition") != `attachment; filename="<b>\".svg"` {
		t.Errorf("the file is %d %v %q", code, header, body)
	}
	for _, c := range []struct{ host, path string }{
		{"files.example", "/"},
		{"files.example", "/v1/desks"},
		{"files.example", "/auth/session"},
		{"files.example", "/openapi.yaml"},
		{"bavn.example", "/files/t0ken"},
	} {
		if code, _, _ := get(c.host, c.path); code != http.StatusNotFound {
			t.Errorf("%s serves %s: %d", c.host, c.path, code)
		}
	}
}
