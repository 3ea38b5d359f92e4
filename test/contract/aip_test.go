package contract_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// The AIPs (google.aip.dev) as far as this contract has something that they speak of. Google's linter is not to be had, so
// each rule is a function from a method to what is wrong with it.
var aips = []struct {
	rule  string
	holds func(method) []string
}{
	{"AIP-127: a method has an address, or is known to do without", hasAddressOrIsInternal},
	{"AIP-130: a standard method has its HTTP verb, a custom one a colon and its own name", verbAndPathFit},
	{"AIP-131: Get takes a name and gives the resource", getTakesAName},
	{"AIP-133: Create takes an id, the resource, and where it belongs", createTakesIDAndResource},
	{"AIP-134: Update takes the resource and a mask, by PATCH", updateTakesAMask},
	{"AIP-136: what changes one resource takes its name", changesTakeAName},
	{"AIP-154: what changes a ticket takes its etag", ticketChangesTakeAnETag},
	{"AIP-155: what changes something takes a request id, and nothing else does", requestIDs},
	{"AIP-158: a list is paged", listsArePaged},
	{"AIP-122: names and parents are required and of a fixed form", namesAreOfAForm},
	{"AIP-126: an enum begins with UNSPECIFIED, and what comes in is of the contract", enumsAreDefined},
	{"AIP-203: every field that comes in says what is expected of it", fieldsHaveABehaviour},
	{"limits: nothing that comes in is unbounded", inputIsBounded},
	{"AIP-191: messages are named after their method", messagesAreNamedAfterTheirMethod},
}

func TestEveryMethodFollowsTheAIPs(t *testing.T) {
	t.Parallel()
	for _, aip := range aips {
		t.Run(aip.rule, func(t *testing.T) {
			t.Parallel()
			for _, m := range methods() {
				for _, fault := range aip.holds(m) {
					t.Errorf("%s: %s", m.FullName(), fault)
				}
			}
		})
	}
}

// withoutAddress are over gRPC alone, on purpose: between services, or for operators, who ask each service.
var withoutAddress = map[protoreflect.FullName]bool{
	"bavn.triage.v1.TicketService.OpenTicket":    true,
	"bavn.triage.v1.SightService.GetTicketSight": true,
	"bavn.triage.v1.ReplyService.ReceiveReply":   true,
	// Files travel over HTTP as forms and downloads, which no rule of the contract can say.
	"bavn.intake.v1.AttachmentService.UploadAttachment":         true,
	"bavn.intake.v1.AttachmentService.DownloadAttachment":       true,
	"bavn.intake.v1.PersonImportService.ImportPersons":          true,
	"bavn.intake.v1.InboundService.DownloadInboundOriginal":     true,
	"bavn.intake.v1.AnswerService.GetInboundAnswer":             true,
	"bavn.intake.v1.ToolService.ReceiveDelivery":                true,
	"bavn.intake.v1.ToolService.RecordIssue":                    true,
	"bavn.event.v1.SubscriptionService.ListParkedEvents":        true,
	"bavn.event.v1.SubscriptionService.ReplayParkedEvents":      true,
	"bavn.triage.v1.DelegateService.AcceptSolutionFor":          true,
	"bavn.triage.v1.DelegateService.RejectSolutionFor":          true,
	"bavn.triage.v1.DelegateService.GetPage":                    true,
	"bavn.triage.v1.DelegateService.AcknowledgePageFor":         true,
	"bavn.triage.v1.DelegateService.PassPage":                   true,
	"bavn.triage.v1.RegistrationService.ResolveTicketFor":       true,
	"bavn.notify.v1.LinkService.GetLink":                        true,
	"bavn.notify.v1.LinkService.FollowLink":                     true,
	"bavn.notify.v1.PagingService.AnswerPage":                   true,
	"bavn.notify.v1.PagingService.ReceiveText":                  true,
	"bavn.notify.v1.BoardService.ListBoards":                    true,
	"bavn.notify.v1.BoardService.Subscribe":                     true,
	"bavn.notify.v1.BoardService.ConfirmSubscription":           true,
	"bavn.notify.v1.BoardService.Unsubscribe":                   true,
	"bavn.reporting.v1.PublicExtractService.ListPublicExtracts": true,
}

func hasAddressOrIsInternal(m method) []string {
	_, template, _ := m.http()
	switch {
	case m.internal() && !withoutAddress[m.FullName()]:
		return []string{"has no HTTP address and is not known to do without"}
	case !m.internal() && withoutAddress[m.FullName()]:
		return []string{"is meant to do without and has an HTTP address"}
	case !m.internal() && !strings.HasPrefix(template, "/v1/"):
		return []string{"its address " + template + " has no version"}
	}
	return nil
}

func verbAndPathFit(m method) []string {
	verb, template, body := m.http()
	if verb == "" {
		return nil
	}
	_, custom, isCustom := strings.Cut(template[strings.LastIndexByte(template, '/'):], ":")
	standard := map[string]string{"Get": "GET", "List": "GET", "Create": "POST", "Update": "PATCH"}
	for prefix, want := range standard {
		if m.is(prefix) && !isCustom {
			if verb != want {
				return []string{fmt.Sprintf("is %s, want %s", verb, want)}
			}
			if hasBody := body != ""; hasBody == (want == "GET") {
				return []string{fmt.Sprintf("body %q does not go with %s", body, want)}
			}
			return nil
		}
	}
	if !isCustom {
		return []string{"is a custom method without a colon in " + template}
	}
	if !inOrder(words(custom), words(m.verb())) {
		return []string{fmt.Sprintf("is called :%s in its address", custom)}
	}
	if verb == "POST" && body != "*" && !strings.HasSuffix(template, ":grant") {
		return []string{fmt.Sprintf("its body is %q, want *", body)}
	}
	return nil
}

// words splits takeNext and ImportTicketStep at their capitals.
func words(camel string) []string {
	var spaced strings.Builder
	for _, r := range camel {
		if unicode.IsUpper(r) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(spaced.String())
}

// inOrder reports whether all is some with perhaps other words between: "import step" in "import ticket step".
func inOrder(some, all []string) bool {
	for _, word := range all {
		if len(some) > 0 && some[0] == word {
			some = some[1:]
		}
	}
	return len(some) == 0
}

func getTakesAName(m method) []string {
	if !m.is("Get") || m.Input().Fields().Len() == 0 { // progress is of the installation
		return nil
	}
	if m.Input().Fields().Len() != 1 || m.field("name") == nil {
		return []string{"must take a name and nothing else"}
	}
	return nil
}

func createTakesIDAndResource(m method) []string {
	if !m.is("Create") {
		return nil
	}
	resource := strings.ToLower(strings.TrimPrefix(m.verb(), "Create"))
	var faults []string
	for _, name := range []string{resource, resource + "_id"} {
		if field := m.field(name); field == nil || !behaves(field, annotations.FieldBehavior_REQUIRED) {
			faults = append(faults, name+" must be there and required")
		}
	}
	if m.field("parent") == nil && resource != "desk" { // a desk is at the top
		faults = append(faults, "must take a parent")
	}
	if _, _, body := m.http(); body != resource {
		faults = append(faults, fmt.Sprintf("body is %q, want %q", body, resource))
	}
	return faults
}

func updateTakesAMask(m method) []string {
	if !m.is("Update") {
		return nil
	}
	mask := m.field("update_mask")
	if mask == nil || mask.Message() == nil || mask.Message().FullName() != "google.protobuf.FieldMask" {
		return []string{"must take an update_mask"}
	}
	_, template, body := m.http()
	if field := m.field(body); field == nil || !behaves(field, annotations.FieldBehavior_REQUIRED) ||
		!strings.Contains(template, "{"+body+".name=") {
		return []string{"must take the resource as its body and the resource's name in the address"}
	}
	if m.field(body).Message().Fields().ByName("etag") == nil {
		return []string{"the resource must have an etag"}
	}
	return nil
}

func changesTakeAName(m method) []string {
	if m.reads() || m.Input().Fields().ByName("parent") != nil || m.is("Create") || m.is("Update") || m.is("Rebuild") ||
		m.is("Replay") { // these are of the service itself, not of a resource
		return nil
	}
	if m.field("name") == nil {
		return []string{"must take a name or a parent"}
	}
	return nil
}

// withoutETag are called by who has not seen the ticket: the rows of an import come in order, and an import has the ticket for
// itself; what somebody has written in a mail is kept however the ticket stands by now.
var withoutETag = map[string]bool{"ImportTicketStep": true, "FinishImport": true, "OpenTicket": true, "ReceiveReply": true}

func ticketChangesTakeAnETag(m method) []string {
	if m.reads() || m.Output().Name() != "Ticket" || m.field("name") == nil || withoutETag[m.verb()] {
		return nil
	}
	etag := m.field("etag")
	if etag == nil || etag.Kind() != protoreflect.StringKind || !behaves(etag, annotations.FieldBehavior_OPTIONAL) {
		return []string{"must take an optional etag"}
	}
	return nil
}

func requestIDs(m method) []string {
	id := m.field("request_id")
	switch {
	case m.reads() && id != nil:
		return []string{"changes nothing and takes a request_id"}
	case m.reads():
		return nil
	case id == nil:
		return []string{"changes something and takes no request_id"}
	case !rulesOf(id).GetString().GetUuid() || !behaves(id, annotations.FieldBehavior_REQUIRED):
		return []string{"its request_id must be a required UUID"}
	}
	return nil
}

func listsArePaged(m method) []string {
	if !m.is("List") && m.verb() != "VerifyTickets" {
		return nil
	}
	var faults []string
	size, token := m.field("page_size"), m.field("page_token")
	if size == nil || size.Kind() != protoreflect.Int32Kind || rulesOf(size).GetInt32().GetLte() == 0 {
		faults = append(faults, "must take a page_size with a largest value")
	}
	if token == nil || token.Kind() != protoreflect.StringKind || rulesOf(token).GetString().GetMaxLen() == 0 {
		faults = append(faults, "must take a bounded page_token")
	}
	if next := m.Output().Fields().ByName("next_page_token"); next == nil {
		faults = append(faults, "must answer a next_page_token")
	}
	if m.is("List") && !m.Output().Fields().Get(0).IsList() {
		faults = append(faults, "must answer the resources first")
	}
	return faults
}

func namesAreOfAForm(m method) []string {
	var faults []string
	for _, name := range []string{"name", "parent"} {
		field := m.field(name)
		if field == nil {
			continue
		}
		pattern := rulesOf(field).GetString().GetPattern()
		if !strings.HasPrefix(pattern, "^desks/") || !strings.HasSuffix(pattern, "$") {
			faults = append(faults, fmt.Sprintf("%s has the pattern %q", name, pattern))
		}
		if !behaves(field, annotations.FieldBehavior_REQUIRED) && !m.is("Watch") { // services watch every desk
			faults = append(faults, name+" must be required")
		}
	}
	return faults
}

func enumsAreDefined(m method) []string {
	var faults []string
	eachField(m.Input(), func(field protoreflect.FieldDescriptor) {
		enum := field.Enum()
		if enum == nil {
			return
		}
		if zero := string(enum.Values().ByNumber(0).Name()); !strings.HasSuffix(zero, "_UNSPECIFIED") {
			faults = append(faults, fmt.Sprintf("%s begins with %s", enum.FullName(), zero))
		}
		rules := rulesOf(field).GetEnum()
		if field.IsList() {
			rules = rulesOf(field).GetRepeated().GetItems().GetEnum()
		}
		if !rules.GetDefinedOnly() && len(rules.GetIn()) == 0 {
			faults = append(faults, fmt.Sprintf("%s takes numbers that mean nothing", field.FullName()))
		}
	})
	return faults
}

// frozen fields say nothing of their behaviour, and may not change: the rules of the feed's filter, and of a common text.
func frozen(field protoreflect.FieldDescriptor) bool {
	return field.ParentFile().Package() == "bavn.event.v1" || field.ParentFile().Package() == "bavn.common.v1"
}

func fieldsHaveABehaviour(m method) []string {
	var faults []string
	eachField(m.Input(), func(field protoreflect.FieldDescriptor) {
		if len(behaviours(field)) == 0 && !frozen(field) {
			faults = append(faults, fmt.Sprintf("%s says nothing of its behaviour", field.FullName()))
		}
	})
	return faults
}

func inputIsBounded(m method) []string {
	var faults []string
	refuse := func(field protoreflect.FieldDescriptor, what string) {
		faults = append(faults, fmt.Sprintf("%s: %s", field.FullName(), what))
	}
	eachField(m.Input(), func(field protoreflect.FieldDescriptor) {
		rules := rulesOf(field)
		switch {
		case field.IsMap():
			if rules.GetMap().GetMaxPairs() == 0 {
				refuse(field, "any number of entries")
			}
			if !bounded(rules.GetMap().GetKeys()) || !bounded(rules.GetMap().GetValues()) {
				refuse(field, "keys or values of any length")
			}
		case field.IsList():
			if rules.GetRepeated().GetMaxItems() == 0 {
				refuse(field, "any number of items")
			}
			if field.Kind() == protoreflect.StringKind && !bounded(rules.GetRepeated().GetItems()) {
				refuse(field, "items of any length")
			}
		case field.Kind() == protoreflect.StringKind && !bounded(rules):
			refuse(field, "any length")
		}
	})
	return faults
}

// bounded reports whether a text has a form or a largest length.
func bounded(rules *validate.FieldRules) bool {
	text := rules.GetString()
	return text.GetMaxLen() > 0 || text.GetMaxBytes() > 0 || text.GetPattern() != "" || text.GetUuid() || len(text.GetIn()) > 0
}

func messagesAreNamedAfterTheirMethod(m method) []string {
	if got, want := string(m.Input().Name()), m.verb()+"Request"; got != want {
		return []string{fmt.Sprintf("takes %s, want %s", got, want)}
	}
	return nil
}
