package app_test

import (
	"slices"
	"testing"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/profiles"
)

// R70, R134: a ticket of ARTS has ARTS's categories, templates and reference works beside the common ones; no other ticket has,
// and ExplainTicket names the version that says so.
func TestACentresTicketHasItsCategoriesAndKnowledge(t *testing.T) {
	t.Parallel()
	w := following(t, must(profile.Load(profiles.Shipped, "au.yaml"))(t))
	assessments := triagev1.NewAssessmentServiceClient(w.gateway)
	reported := func(centre string) string {
		opening := w.opening()
		opening.Assessment = &triagev1.Assessment{Channel: "web"}
		if centre != "" {
			opening.Assessment.Answers = map[string]string{"centre": centre}
		}
		return must(w.intake.OpenTicket(t.Context(), opening))(t).GetName()
	}
	categorise := func(name, kind, category string) error {
		_, err := assessments.CategoriseTicket(w.as("mette"), &triagev1.CategoriseTicketRequest{
			Name: name, RequestId: requestID(), Assessment: &triagev1.Assessment{Kind: kind, Category: category},
		})
		return err
	}
	arts, nobodys := reported("arts"), reported("")
	if err := categorise(arts, "incident", "place-emdrup"); err != nil {
		t.Errorf("ARTS does not know its own place: %v", err)
	}
	if err := categorise(nobodys, "incident", "place-emdrup"); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("a ticket of no centre is of a place of ARTS: %v", err)
	}
	if got := w.decided(arts, "route"); got != "categories[place-emdrup].route" && got[:8] != "routing[" {
		t.Errorf("it belongs by %s", got)
	}
	must("", categorise(nobodys, "incident", "network"))(t)
	must("", categorise(arts, "incident", "network"))(t)
	works := func(name string) (ids []string) {
		guide := must(assessments.GetGuide(w.as("mette"), &triagev1.GetGuideRequest{Name: name}))(t)
		for _, link := range guide.GetKnowledge() {
			ids = append(ids, link.GetId())
		}
		slices.Sort(ids)
		return ids
	}
	if got := works(arts); !slices.Equal(got, []string{"arfa", "nilex"}) {
		t.Errorf("ARTS looks it up in %v", got)
	}
	if got := works(nobodys); !slices.Equal(got, []string{"nilex"}) {
		t.Errorf("a ticket of no centre is looked up in %v", got)
	}
	version := must(w.explain("mette", arts))(t).GetProfileVersion()
	read := must(triagev1.NewProfileServiceClient(w.gateway).GetProfile(w.as("mette"), &triagev1.GetProfileRequest{
		Name: desk + "/profile/versions/" + version,
	}))(t)
	if !read.GetInForce() || !slices.ContainsFunc(read.GetSettings().GetTemplates(), func(template *profilev1.TicketTemplate) bool {
		return template.GetId() == "place_emdrup"
	}) {
		t.Errorf("the process of ARTS's tickets is %s, in force: %v", read.GetSettings().GetId(), read.GetInForce())
	}
	if other := must(w.explain("mette", nobodys))(t).GetProfileVersion(); other == version {
		t.Error("a ticket of no centre follows ARTS's process")
	}
}
