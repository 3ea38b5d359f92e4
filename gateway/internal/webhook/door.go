// Package webhook is the way in for the parties' own tools: a public address for each connection of a desk, and behind it
// intake, which knows who signed what. The gateway reads nothing of it: a signature is over bytes.
package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/gateway/internal/refusal"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
)

// Pattern is the address of a connection.
const Pattern = "POST /webhooks/{desk}/{connection}"

// Limits bound one delivery.
type Limits struct {
	BodyBytes      int64
	RequestTimeout time.Duration
}

type door struct {
	tools    intakev1.ToolServiceClient
	limits   Limits
	refusals *refusal.Writer
}

// New passes deliveries on to intake.
func New(intake grpc.ClientConnInterface, limits Limits, refusals *refusal.Writer) http.Handler {
	return &door{tools: intakev1.NewToolServiceClient(intake), limits: limits, refusals: refusals}
}

// ServeHTTP answers 204 when the delivery is kept. A tool that is answered anything else may send it again.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := d.deliver(w, r); err != nil {
		d.refusals.Write(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

func (d *door) deliver(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, d.limits.BodyBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return fault.New(codes.ResourceExhausted, refusal.BodyTooLarge).Meta("limit", strconv.FormatInt(d.limits.BodyBytes, 10))
	}
	if err != nil {
		return fault.New(codes.Canceled, fault.Canceled).Cause(err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.limits.RequestTimeout)
	defer cancel()
	_, err = d.tools.ReceiveDelivery(ctx, &intakev1.ReceiveDeliveryRequest{
		Name:    "desks/" + r.PathValue("desk") + "/connections/" + r.PathValue("connection"),
		Headers: telling(r.Header), Body: body, RequestId: uuid.NewString(),
	})
	return err
}

// telling are the headers that say what a delivery is and who signed it. Cookies and addresses are nobody's business.
func telling(header http.Header) map[string]string {
	chosen := map[string]string{}
	for name, values := range header {
		name = strings.ToLower(name)
		switch {
		case name == "authorization", name == "content-type", name == "x-hub-signature", name == "x-atlassian-webhook-identifier",
			strings.HasPrefix(name, "webhook-"), strings.HasPrefix(name, "ce-"):
			chosen[name] = values[0]
		}
	}
	return chosen
}
