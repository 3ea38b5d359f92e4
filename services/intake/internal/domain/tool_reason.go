package domain

// Why what a tool said changed nothing, as in InboundItem.reason. Where triage refused it, the reason is triage's.
const (
	// ToolUnreadable: it is not of the tool's documented form.
	ToolUnreadable = "UNREADABLE"
	// ToolNotATicket: it is about nothing that became a ticket, and the tool opens none.
	ToolNotATicket = "NOT_ABOUT_A_TICKET"
	// ToolLate: it was said too long before it came.
	ToolLate = "LATE"
	// ToolOvertaken: what was said later was followed already.
	ToolOvertaken = "OVERTAKEN"
	// ToolEcho: it is what was told the tool from here.
	ToolEcho = "ECHO"
	// ToolUnmapped: the connection does not say what its status means.
	ToolUnmapped = "STATUS_UNMAPPED"
	// ToolNotTheirs: the ticket is not with the tool's party, or has gone further than a tool may say.
	ToolNotTheirs = "NOT_THE_PARTYS"
	// ToolUnsettled: the ticket went on changing while the tool tried.
	ToolUnsettled = "CHANGED_MEANWHILE"
	// AlarmChannelClosed: the desk's process takes no alarms in (R3).
	AlarmChannelClosed = "CHANNEL_CLOSED"
	// AlarmUnknown: an alarm went quiet that never sounded here.
	AlarmUnknown = "ALARM_UNKNOWN"
)
