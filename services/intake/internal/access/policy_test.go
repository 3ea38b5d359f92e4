package access_test

import (
	"log/slog"
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/fault/faulttest"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
)

func TestEveryRPCHasAPolicyAndNoPolicyNamesAnotherOne(t *testing.T) {
	t.Parallel()
	authorizer, err := auth.NewAuthorizer(access.Policies, access.PolicySchema, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var rpcs []string
	for _, file := range []protoreflect.FileDescriptor{
		intakev1.File_bavn_intake_v1_intake_proto, intakev1.File_bavn_intake_v1_attachment_service_proto,
		intakev1.File_bavn_intake_v1_person_import_service_proto,
		intakev1.File_bavn_intake_v1_intake_proto, intakev1.File_bavn_intake_v1_form_service_proto,
		intakev1.File_bavn_intake_v1_call_service_proto, intakev1.File_bavn_intake_v1_quick_ticket_service_proto,
		intakev1.File_bavn_intake_v1_answer_service_proto,
	} {
		for s := range file.Services().Len() {
			methods := file.Services().Get(s).Methods()
			for i := range methods.Len() {
				rpcs = append(rpcs, string(methods.Get(i).Name()))
			}
		}
	}
	for _, service := range []string{"ConnectionService", "ToolService"} {
		methods := intakev1.File_bavn_intake_v1_connection_service_proto.Services().ByName(protoreflect.Name(service)).Methods()
		for i := range methods.Len() {
			rpcs = append(rpcs, string(methods.Get(i).Name()))
		}
	}
	inbound := intakev1.File_bavn_intake_v1_inbound_service_proto.Services().ByName("InboundService").Methods()
	for i := range inbound.Len() {
		rpcs = append(rpcs, string(inbound.Get(i).Name()))
	}
	if missing := authorizer.Uncovered(rpcs); len(missing) > 0 {
		t.Errorf("no policy permits %v to anybody", missing)
	}
	if stale := authorizer.Stale(rpcs); len(stale) > 0 {
		t.Errorf("policies name %v, which are no RPCs", stale)
	}
	if len(rpcs) == 0 || !slices.Contains(rpcs, "SubmitTicket") {
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
