package store

// CopyColumns are the columns of tickets in the order of CopyRow.
var CopyColumns = []string{
	"desk", "number", "submission", "status", "status_class", "owner_party", "owner", "holder_party", "holder_group", "assignee",
	"reporter", "affected_user", "impact", "priority", "pile", "audience", "importing", "imported", "notes",
	"create_time", "update_time", "resolve_time", "close_time", "title_version", "description_version", "solution_version",
	"facts", "clocks", "journey_root", "revision", "chain_hash", "last_event_at",
	"decisions", "target_clock", "timer_at", "timer_generation", "deferred",
	"calls_due", "escalation_open", "restricted", "priority_doubted",
}

// CopyRow is a ticket as COPY takes it.
func CopyRow(t *Ticket) ([]any, error) {
	r, err := t.insertion()
	if err != nil {
		return nil, err
	}
	return []any{
		r.Desk, r.Number, r.Submission, r.Status, r.StatusClass, r.OwnerParty, r.Owner, r.HolderParty, r.HolderGroup, r.Assignee,
		r.Reporter, r.AffectedUser, r.Impact, r.Priority, r.Pile, r.Audience, r.Importing, r.Imported, r.Notes,
		r.CreateTime, r.UpdateTime, r.ResolveTime, r.CloseTime, r.TitleVersion, r.DescriptionVersion, r.SolutionVersion,
		r.Facts, r.Clocks, r.JourneyRoot, r.Revision, r.ChainHash, r.LastEventAt,
		r.Decisions, r.TargetClock, r.TimerAt, r.TimerGeneration, r.Deferred,
		r.CallsDue, r.EscalationOpen, r.Restricted, r.PriorityDoubted,
	}, nil
}
