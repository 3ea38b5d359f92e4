package domain

// InboundName is the name of something that came in.
func InboundName(desk, inbound string) string { return "desks/" + desk + "/inboundItems/" + inbound }

// Why something that came in was not made a ticket at once, as in InboundItem.reason.
const (
	// InboundUnhandled: the program failed on it again and again. Its original says what is wrong with it, or with the program.
	InboundUnhandled = "UNHANDLED"
	// InboundNoHandler: nothing in this release handles what comes from that source.
	InboundNoHandler = "NO_HANDLER"
	// InboundDismissed: a person looked at it, and nothing is to become of it.
	InboundDismissed = "DISMISSED"
)
