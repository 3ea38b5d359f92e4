package profile

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile/internal/document"
)

// Events are what notifications can be sent on, as the feed calls them.
func Events() []string {
	return []string{
		"ticket.opened", "ticket.taken", "ticket.assigned", "ticket.work_started", "ticket.hand_over_offered", "ticket.handed_over",
		"ticket.hand_over_declined", "ticket.hand_over_withdrawn", "ticket.hand_over_expired", "ticket.transfer_offered",
		"ticket.transfer_declined", "ticket.responsibility_transferred", "ticket.held", "ticket.resumed", "ticket.resolved",
		"ticket.solution_accepted", "ticket.solution_rejected", "ticket.returned", "ticket.closed", "ticket.reopened",
		"ticket.cancelled", "ticket.updated", "ticket.note_added", "ticket.internal_note_added", "ticket.work_logged",
		"ticket.categorised", "ticket.guide_answered", "ticket.prioritised", "ticket.priority_doubted", "ticket.split", "ticket.linked",
		"ticket.attested", "ticket.escalated", "ticket.complained", "ticket.escalation_answered", "ticket.forwarded",
		"ticket.declared_major", "ticket.procedure_declared", "ticket.procedure_updated", "ticket.stood_down",
		"ticket.procedure_reviewed", "ticket.restricted", "ticket.unrestricted", "ticket.sight_granted", "ticket.sight_revoked",
		"ticket.fix_planned", "ticket.released", "ticket.update_due",
		"ticket.target_at_risk", "ticket.breached", "ticket.legal_deadline_near", "ticket.aged",
		"ticket.unlinked", "ticket.merged", "ticket.external_id_set", "ticket.configuration_item_linked",
		"ticket.configuration_item_unlinked", "ticket.release_announced", "ticket.ordered", "ticket.handed_out",
		"ticket.verified", "ticket.quality_checked", "ticket.report_recorded",
		"ticket.silence_ends", "ticket.queued", "ticket.hand_over_overdue", "ticket.legal_stage_done", "ticket.reply_received",
		"report.submitted", "report.returned", "report.approved",
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
