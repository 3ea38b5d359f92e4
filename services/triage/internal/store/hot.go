package store

// The statements that every command begins with, for those who check their plans.
const (
	LockTicketSQL     = lockTicket
	LockNextTicketSQL = lockNextTicket
)

// The statements that candidates for suggestions come from.
const (
	TicketsByTermsSQL    = ticketsByTerms
	TicketsByPairSQL     = ticketsByPair
	TicketsBySegmentsSQL = ticketsBySegments
	UnguessedSQL         = unguessed
)
