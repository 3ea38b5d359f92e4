package access_test

import (
	"log/slog"
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/fault/faulttest"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
)

func TestEveryRPCHasAPolicyAndNoPolicyNamesAnotherOne(t *testing.T) {
	t.Parallel()
	authorizer, err := auth.NewAuthorizer(access.Policies, access.PolicySchema, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var rpcs []string
	for _, file := range []protoreflect.FileDescriptor{
		notifyv1.File_bavn_notify_v1_notify_proto, notifyv1.File_bavn_notify_v1_announcement_service_proto,
		notifyv1.File_bavn_notify_v1_proposal_proto, notifyv1.File_bavn_notify_v1_outbox_proto,
		notifyv1.File_bavn_notify_v1_stakeholder_proto, notifyv1.File_bavn_notify_v1_preference_proto,
		notifyv1.File_bavn_notify_v1_webhook_service_proto, notifyv1.File_bavn_notify_v1_paging_service_proto,
		notifyv1.File_bavn_notify_v1_link_service_proto, notifyv1.File_bavn_notify_v1_template_service_proto,
	} {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				rpcs = append(rpcs, string(methods.Get(j).Name()))
			}
		}
	}
	if missing := authorizer.Uncovered(rpcs); len(missing) > 0 {
		t.Errorf("no policy permits %v to anybody", missing)
	}
	if stale := authorizer.Stale(rpcs); len(stale) > 0 {
		t.Errorf("policies name %v, which are no RPCs", stale)
	}
	if len(rpcs) == 0 || !slices.Contains(rpcs, "RetryNotification") {
		t.Errorf("the test sees the RPCs %v only", rpcs)
	}
}

func TestEveryRefusalHasItsTexts(t *testing.T) {
	t.Parallel()
	catalog, err := fault.NewCatalog(feed.ErrorTexts(), command.ErrorTexts())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{".", "../api", "../command", "../domain"} {
		faulttest.CheckSources(t, catalog, dir)
	}
}
