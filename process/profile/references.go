package profile

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile/internal/document"
	"github.com/bavn/bavn/process/ticketevent"
)

// Events are what notifications can be sent on, as the feed calls them.
func Events() []string {
	return []string{
		ticketevent.Opened, ticketevent.Taken, ticketevent.Assigned, ticketevent.WorkStarted, ticketevent.HandOverOffered,
		ticketevent.HandedOver, ticketevent.HandOverDeclined, ticketevent.HandOverWithdrawn, ticketevent.HandOverExpired,
		ticketevent.TransferOffered, ticketevent.TransferDeclined, ticketevent.ResponsibilityTransferred, ticketevent.Held,
		ticketevent.Resumed, ticketevent.Resolved, ticketevent.SolutionAccepted, ticketevent.SolutionRejected,
		ticketevent.Returned, ticketevent.Closed, ticketevent.Reopened, ticketevent.Cancelled, ticketevent.Updated,
		ticketevent.NoteAdded, ticketevent.InternalNoteAdded, ticketevent.WorkLogged, ticketevent.Categorised,
		ticketevent.GuideAnswered, ticketevent.Prioritised, ticketevent.PriorityDoubted, ticketevent.Split,
		ticketevent.Linked, ticketevent.Attested, ticketevent.Escalated, ticketevent.Complained,
		ticketevent.EscalationAnswered, ticketevent.Forwarded, ticketevent.DeclaredMajor, ticketevent.ProcedureDeclared,
		ticketevent.ProcedureUpdated, ticketevent.StoodDown, ticketevent.ProcedureReviewed, ticketevent.Restricted,
		ticketevent.Unrestricted, ticketevent.SightGranted, ticketevent.SightRevoked, ticketevent.FixPlanned,
		ticketevent.Released, ticketevent.UpdateDue, ticketevent.TargetAtRisk, ticketevent.Breached,
		ticketevent.LegalDeadlineNear, ticketevent.Aged, ticketevent.Unlinked, ticketevent.Merged,
		ticketevent.ExternalIDSet, ticketevent.ConfigurationItemLinked, ticketevent.ConfigurationItemUnlinked,
		ticketevent.ReleaseAnnounced, ticketevent.Ordered, ticketevent.HandedOut, ticketevent.Verified,
		ticketevent.QualityChecked, ticketevent.ReportRecorded, ticketevent.SilenceEnds, ticketevent.Queued,
		ticketevent.HandOverOverdue, ticketevent.LegalStageDone, ticketevent.ReplyReceived, "report.submitted",
		"report.returned", "report.approved",
	}
}

// known are the words that the product brings, beside the ids that a profile defines.
func known() map[string][]string {
	words := map[string][]string{
		"events":         Events(),
		"natures":        document.EnumNames(profilev1.Nature(0).Descriptor()),
		"status_classes": document.EnumNames(profilev1.StatusClass(0).Descriptor()),
		"solution_kinds": {"workaround", "permanent"},
	}
	for _, rule := range process.LifeCycle() {
		words["life_cycle"] = append(words["life_cycle"], string(rule.Step))
		for _, part := range rule.By {
			words["parts"] = append(words["parts"], string(part))
		}
	}
	for _, name := range []string{"life_cycle", "parts"} {
		slices.Sort(words[name])
		words[name] = slices.Compact(words[name])
	}
	return words
}

// collect gathers the ids of every collection. An entry within an entry is "outer/inner".
func collect(tree *document.Node) map[string][]string {
	ids := known()
	var gather func(n *document.Node, outer string)
	gather = func(n *document.Node, outer string) {
		fields := n.Message.Fields()
		for i := range fields.Len() {
			field := fields.Get(i)
			said := n.Fields[field.Name()]
			if said == nil || field.Message() == nil {
				continue
			}
			collection := option[string](field, profilev1.E_Collection)
			items := said.Items
			if !said.List {
				items = []*document.Node{said}
			}
			for _, item := range items {
				id, named := item.ID()
				inner := outer
				if named && collection != "" {
					ids[collection] = append(ids[collection], outer+id)
					inner = outer + id + "/"
				}
				gather(item, inner)
			}
		}
	}
	gather(tree, "")
	return ids
}

// references refuses every id that is nowhere defined.
func (c *checker) references() {
	c.tree.Visit(func(path string, field protoreflect.FieldDescriptor, n *document.Node) {
		if field == nil || n.List || n.Message != nil {
			return
		}
		collection := option[string](field, profilev1.E_RefersTo)
		if collection == "" || n.Scalar.String() == "" {
			return
		}
		if ids := c.collections[collection]; !slices.Contains(ids, n.Scalar.String()) {
			c.refuse(n.At, path, "unknown-reference", "%s is none of the %s%s",
				n.Scalar.String(), collection, document.Suggest(n.Scalar.String(), ids))
		}
	})
}
