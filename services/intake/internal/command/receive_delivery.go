package command

import (
	"context"

	"google.golang.org/grpc/codes"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
	"github.com/bavn/bavn/services/intake/internal/tool"
)

// errForged is the one answer to everything that no secret of a connection signed: for a connection that there is not, too.
var errForged = fault.New(codes.Unauthenticated, reasonForged)

// sources are how the ledger calls what a kind of tool sends.
var sources = map[intakev1.ToolKind]string{
	intakev1.ToolKind_TOOL_KIND_JIRA: "jira", intakev1.ToolKind_TOOL_KIND_GENERIC: "webhook",
	intakev1.ToolKind_TOOL_KIND_ALERTMANAGER: "alertmanager", intakev1.ToolKind_TOOL_KIND_CLOUD_EVENTS: "cloudevents",
}

// ReceiveDelivery takes in what a tool sends: nothing is kept of what nobody signed, and what was signed is kept before it is
// answered. What it says is followed later, so that a tool never waits for us.
func (t *Tools) ReceiveDelivery(
	ctx context.Context, r *intakev1.ReceiveDeliveryRequest,
) (*intakev1.ReceiveDeliveryResponse, error) {
	desk, id := resourcename.Desk(r.GetName()), resourcename.ID(r.GetName())
	c, err := store.ReadConnection(ctx, t.Pool, r.GetName())
	if fault.Is(err, fault.NotFound) || err == nil && c.GetDisabled() {
		return nil, errForged
	} else if err != nil {
		return nil, err
	}
	now := t.Clock.Now()
	secrets, err := t.goodSecrets(ctx, desk, id, now)
	if err != nil {
		return nil, err
	}
	d := tool.NewDelivery(r.GetHeaders(), r.GetBody())
	key, err := tool.Verify(c.GetKind(), d, secrets, now)
	if err != nil {
		return nil, errForged.Cause(err)
	}
	channel := commonv1.Channel_CHANNEL_API
	if domain.Monitors(c.GetKind()) {
		channel = commonv1.Channel_CHANNEL_EVENT
	}
	_, err = t.Receive(ctx, Inbound{
		Desk: desk, Channel: channel, Source: sources[c.GetKind()], Key: id + ":" + key, Route: id,
		MediaType: tool.MediaType, Original: d.Original(),
	})
	if err != nil {
		return nil, err
	}
	return &intakev1.ReceiveDeliveryResponse{}, nil
}
