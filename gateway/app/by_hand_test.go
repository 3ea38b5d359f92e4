package app_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// What the gateway serves without a binding of the contract stands in the served document, and what stands there is served: files
// go up as forms and come down as downloads, tools post at their connection.
func TestWhatIsServedByHandIsInTheOpenAPIDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t, doubles{})
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string         `yaml:"operationId"`
			RequestBody map[string]any `yaml:"requestBody"`
		}
	}
	served := h.do(request{method: http.MethodGet, path: "/openapi.yaml"})
	if err := yaml.Unmarshal([]byte(served.body), &document); err != nil {
		t.Fatal(err)
	}
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	must(t, writer.Close())
	for path, tt := range map[string]struct{ verb, id string }{
		"/v1/desks/{desk}/tickets/{ticket}/attachments":         {"post", "Files_UploadToTicket"},
		"/v1/desks/{desk}/submissions/{submission}/attachments": {"post", "Files_UploadToSubmission"},
		"/files/{token}":                {"get", "Files_Download"},
		"/webhooks/{desk}/{connection}": {"post", "Webhooks_Deliver"},
	} {
		if got := document.Paths[path][tt.verb].OperationID; got != tt.id {
			t.Errorf("%s %s is %q in the document, want %q", tt.verb, path, got, tt.id)
		}
		at := strings.NewReplacer("{desk}", "nsp", "{ticket}", "ASCP00000001", "{submission}", "0199f0b0-0000-7000-8000-000000000001",
			"{token}", "t0ken", "{connection}", "netic-jira").Replace(path)
		got := h.do(request{
			method: strings.ToUpper(tt.verb), path: at, body: form.String(),
			header: map[string]string{"Content-Type": writer.FormDataContentType()},
		})
		if got.status == http.StatusMethodNotAllowed ||
			got.status == http.StatusNotFound && got.refusal(t).reason() == "NO_SUCH_ROUTE" {
			t.Errorf("%s %s is answered %d: nothing serves it", tt.verb, at, got.status)
		}
	}
}
