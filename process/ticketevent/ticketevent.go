// Package ticketevent names what happens to a ticket, as the feed and profiles call it. The names never change: events are kept
// for ever.
package ticketevent

// Registration and triage.
const (
	Opened          = "ticket.opened"
	Queued          = "ticket.queued"
	Categorised     = "ticket.categorised"
	GuideAnswered   = "ticket.guide_answered"
	Prioritised     = "ticket.prioritised"
	PriorityDoubted = "ticket.priority_doubted"
	Attested        = "ticket.attested"
	Split           = "ticket.split"
	Merged          = "ticket.merged"
	Forwarded       = "ticket.forwarded"
	Updated         = "ticket.updated"
)

// Who has it, and who answers for it.
const (
	Taken                     = "ticket.taken"
	Assigned                  = "ticket.assigned"
	WorkStarted               = "ticket.work_started"
	HandOverOffered           = "ticket.hand_over_offered"
	HandedOver                = "ticket.handed_over"
	HandOverDeclined          = "ticket.hand_over_declined"
	HandOverWithdrawn         = "ticket.hand_over_withdrawn"
	HandOverExpired           = "ticket.hand_over_expired"
	HandOverOverdue           = "ticket.hand_over_overdue"
	TransferOffered           = "ticket.transfer_offered"
	TransferDeclined          = "ticket.transfer_declined"
	ResponsibilityTransferred = "ticket.responsibility_transferred"
	Escalated                 = "ticket.escalated"
	EscalationAnswered        = "ticket.escalation_answered"
	Complained                = "ticket.complained"
)

// Work, waiting and what is said.
const (
	NoteAdded            = "ticket.note_added"
	InternalNoteAdded    = "ticket.internal_note_added"
	WorkLogged           = "ticket.work_logged"
	ReplyReceived        = "ticket.reply_received"
	Held                 = "ticket.held"
	Resumed              = "ticket.resumed"
	FixPlanned           = "ticket.fix_planned"
	ReleaseAnnounced     = "ticket.release_announced"
	Released             = "ticket.released"
	Ordered              = "ticket.ordered"
	HandedOut            = "ticket.handed_out"
	KnownSolutionApplied = "ticket.known_solution_applied"
	KnownSolutionRated   = "ticket.known_solution_rated"
)

// Solving and closing.
const (
	Resolved         = "ticket.resolved"
	SolutionAccepted = "ticket.solution_accepted"
	SolutionRejected = "ticket.solution_rejected"
	Returned         = "ticket.returned"
	Verified         = "ticket.verified"
	QualityChecked   = "ticket.quality_checked"
	ReportRecorded   = "ticket.report_recorded"
	Closed           = "ticket.closed"
	Cancelled        = "ticket.cancelled"
	Reopened         = "ticket.reopened"
)

// Processes of their own, and who may see it.
const (
	DeclaredMajor     = "ticket.declared_major"
	ProcedureDeclared = "ticket.procedure_declared"
	ProcedureUpdated  = "ticket.procedure_updated"
	StoodDown         = "ticket.stood_down"
	ProcedureReviewed = "ticket.procedure_reviewed"
	LegalStageDone    = "ticket.legal_stage_done"
	Restricted        = "ticket.restricted"
	Unrestricted      = "ticket.unrestricted"
	SightGranted      = "ticket.sight_granted"
	SightRevoked      = "ticket.sight_revoked"
)

// Links.
const (
	Linked                    = "ticket.linked"
	Unlinked                  = "ticket.unlinked"
	ExternalIDSet             = "ticket.external_id_set"
	ConfigurationItemLinked   = "ticket.configuration_item_linked"
	ConfigurationItemUnlinked = "ticket.configuration_item_unlinked"
)

// What time brings.
const (
	UpdateDue         = "ticket.update_due"
	TargetAtRisk      = "ticket.target_at_risk"
	Breached          = "ticket.breached"
	LegalDeadlineNear = "ticket.legal_deadline_near"
	Aged              = "ticket.aged"
	SilenceEnds       = "ticket.silence_ends"
)

// History and erasure.
const (
	ImportFinished = "ticket.import_finished"
	TextsErased    = "ticket.texts_erased"
)
