package command

import (
	"context"
	"strconv"
	"time"

	"google.golang.org/grpc/codes"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// UpdateWebhook changes what a webhook is called, where it is, or what it hears.
func (w *Webhooks) UpdateWebhook(ctx context.Context, r *notifyv1.UpdateWebhookRequest) (*notifyv1.Webhook, error) {
	wanted := r.GetWebhook()
	call, err := call(ctx, resourcename.Desk(wanted.GetName()), "UpdateWebhook", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	if len(r.GetUpdateMask().GetPaths()) == 0 {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("update_mask", "mask.empty")
	}
	row, err := w.change(ctx, wanted.GetName(), call, func(_ *pg.Pipeline, row *store.Webhook, _ time.Time) (string, error) {
		if etag := strconv.FormatInt(row.Revision, 10); wanted.GetEtag() != "" && wanted.GetEtag() != etag {
			return "", fault.New(codes.Aborted, fault.StaleETag).Meta("etag", etag)
		}
		if unknown := ChangeWebhook(row, wanted, r.GetUpdateMask().GetPaths()); unknown != "" {
			return "", fault.New(codes.InvalidArgument, fault.InvalidArgument).Fields(fault.FieldViolation{
				Path: "update_mask", Rule: "mask.unknown_path", Limit: unknown,
			})
		}
		return "webhook.updated", w.mayCall(row.Url)
	})
	if err != nil {
		return nil, err
	}
	return AnswerWebhook(row), nil
}

// ChangeWebhook takes over what the mask names, and returns a path that cannot be changed.
func ChangeWebhook(row *store.Webhook, wanted *notifyv1.Webhook, paths []string) (unknown string) {
	for _, path := range paths {
		switch path {
		case "display_name":
			row.DisplayName = wanted.GetDisplayName()
		case "url":
			row.Url = wanted.GetUrl()
		case "event_types":
			row.EventTypes = types(wanted.GetEventTypes())
		case "personal_data":
			row.PersonalData = wanted.GetPersonalData()
		default:
			return path
		}
	}
	return ""
}
