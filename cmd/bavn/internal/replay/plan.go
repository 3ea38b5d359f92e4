package replay

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// requestIDs is the name space of all request ids of imports.
var requestIDs = uuid.MustParse("9b1c6a3e-0f4d-5b7e-8a52-6d2f0c7e4b19")

// requestID follows from what the request is about, so that a run that is started again changes nothing twice.
func (m *Mapping) requestID(desk string, about ...string) string {
	return uuid.NewSHA1(requestIDs, []byte(m.Source+"\x00"+desk+"\x00"+strings.Join(about, "\x00"))).String()
}

// sourceRow names a row by its case and its place in it, which a later export of the same log keeps.
func (m *Mapping) sourceRow(c Case, row int) string {
	return fmt.Sprintf("%s:%s#%d", m.Source, c.ID, row+1)
}

// Submission is the request that brings a case in.
func (m *Mapping) Submission(desk string, c Case) *intakev1.SubmitTicketRequest {
	return &intakev1.SubmitTicketRequest{
		Parent:      desk,
		RequestId:   m.requestID(desk, c.ID, "submit"),
		Title:       &commonv1.LocalizedText{Text: strings.ReplaceAll(m.Title, "{case}", c.ID), LanguageCode: m.LanguageCode},
		Channel:     commonv1.Channel_CHANNEL_IMPORT,
		ExternalIds: map[string]string{m.Source: c.ID},
		Import:      &intakev1.Import{OccurredAt: timestamppb.New(c.Rows[0].Time), SourceRow: m.sourceRow(c, 0)},
	}
}

// Step is the request for one row of a case. It fails when the row says something that the mapping has no word for.
func (m *Mapping) Step(desk, ticket string, c Case, row int) (*triagev1.ImportTicketStepRequest, error) {
	r := c.Rows[row]
	status, err := m.status(r)
	if err != nil {
		return nil, err
	}
	impact, err := m.impact(r)
	if err != nil {
		return nil, err
	}
	party := m.party(r)
	if party.ID == "" {
		return nil, fmt.Errorf("column %s is empty: nobody has the case", m.Party.Column)
	}
	step := &triagev1.ImportTicketStepRequest{
		Name: ticket, RequestId: m.requestID(desk, c.ID, strconv.Itoa(row+1)),
		OccurredAt: timestamppb.New(r.Time), SourceRow: m.sourceRow(c, row),
		Status: status, SubStatus: r.Value[m.Status.OwnWord],
		HolderParty: desk + "/parties/" + party.ID, Impact: impact, Labels: m.labels(r),
	}
	if group := m.group(r); group.ID != "" {
		step.HolderGroup = step.GetHolderParty() + "/groups/" + group.ID
	}
	if assignee := slug(r.Value[m.Assignee.Column]); assignee != "" {
		step.Assignee = desk + "/persons/" + assignee
	}
	return step, nil
}

// Finish is the request that ends the import of a case.
func (m *Mapping) Finish(desk, ticket string, c Case) *triagev1.FinishImportRequest {
	return &triagev1.FinishImportRequest{Name: ticket, RequestId: m.requestID(desk, c.ID, "finish")}
}

func (m *Mapping) status(r Row) (triagev1.TicketStatus, error) {
	if len(m.Status.Columns) == 0 {
		return triagev1.TicketStatus_TICKET_STATUS_UNSPECIFIED, nil
	}
	words := make([]string, len(m.Status.Columns))
	for i, column := range m.Status.Columns {
		words[i] = r.Value[column]
	}
	word := strings.Join(words, " / ")
	status, ok := statusNamed(m.Status.Becomes[word])
	if !ok {
		return 0, fmt.Errorf("status.becomes has no word for %q", word)
	}
	return status, nil
}

func (m *Mapping) impact(r Row) (triagev1.Impact, error) {
	word := r.Value[m.Impact.Column]
	if word == "" {
		return triagev1.Impact_IMPACT_UNSPECIFIED, nil
	}
	impact, ok := impactNamed(m.Impact.Becomes[word])
	if !ok {
		return 0, fmt.Errorf("impact.becomes has no word for %q", word)
	}
	return impact, nil
}

func (m *Mapping) labels(r Row) map[string]string {
	labels := map[string]string{}
	for label, column := range m.Labels {
		if value := r.Value[column]; value != "" {
			labels[label] = value
		}
	}
	return labels
}

func (m *Mapping) party(r Row) Named { return named(r.Value[m.Party.Column]) }

func (m *Mapping) group(r Row) Named { return named(r.Value[m.Group.Column]) }

func named(displayName string) Named { return Named{ID: slug(displayName), DisplayName: displayName} }

// level is the support line that a group's name tells (R55).
func (r GroupRule) level(displayName string) int32 {
	for _, rule := range r.Levels {
		if strings.HasSuffix(displayName, rule.Suffix) {
			return rule.Level
		}
	}
	return r.Otherwise
}

var notInID = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes an id of a name: "V13 2nd 3rd" is v13-2nd-3rd.
func slug(name string) string {
	return strings.Trim(notInID.ReplaceAllString(strings.ToLower(name), "-"), "-")
}
