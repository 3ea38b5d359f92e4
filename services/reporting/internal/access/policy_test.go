package access_test

import (
	"log/slog"
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/fault/faulttest"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/reporting/internal/access"
	"github.com/bavn/bavn/services/reporting/internal/command"
)

func TestEveryRPCHasAPolicyAndNoPolicyNamesAnotherOne(t *testing.T) {
	t.Parallel()
	authorizer, err := auth.NewAuthorizer(access.Policies, access.PolicySchema, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var rpcs []string
	for _, service := range []protoreflect.ServiceDescriptor{
		reportingv1.File_bavn_reporting_v1_reporting_proto.Services().ByName("ReportingService"),
		reportingv1.File_bavn_reporting_v1_extract_service_proto.Services().ByName("ExtractService"),
		reportingv1.File_bavn_reporting_v1_extract_service_proto.Services().ByName("PublicExtractService"),
	} {
		methods := service.Methods()
		for i := range methods.Len() {
			rpcs = append(rpcs, string(methods.Get(i).Name()))
		}
	}
	if missing := authorizer.Uncovered(rpcs); len(missing) > 0 {
		t.Errorf("no policy permits %v to anybody", missing)
	}
	if stale := authorizer.Stale(rpcs); len(stale) > 0 {
		t.Errorf("policies name %v, which are no RPCs", stale)
	}
	if len(rpcs) == 0 || !slices.Contains(rpcs, "GetFigures") {
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
