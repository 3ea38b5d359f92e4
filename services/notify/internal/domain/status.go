package domain

import (
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// statuses are what people call the statuses at a desk that has no words of its own.
var statuses = map[triagev1.TicketStatus]map[string]string{
	triagev1.TicketStatus_TICKET_STATUS_REGISTERED: {
		"da": "Registreret", "sv": "Registrerad", "en": "Registered",
	},
	triagev1.TicketStatus_TICKET_STATUS_ASSIGNED: {
		"da": "Tildelt", "sv": "Tilldelad", "en": "Assigned",
	},
	triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS: {
		"da": "I gang", "sv": "Pågående", "en": "In progress",
	},
	triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER: {
		"da": "Afventer leverandør", "sv": "Väntar på leverantör", "en": "Awaiting supplier",
	},
	triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER: {
		"da": "Afventer bruger", "sv": "Väntar på användare", "en": "Awaiting user",
	},
	triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE: {
		"da": "Afventer release", "sv": "Väntar på driftsättning", "en": "Pending release",
	},
	triagev1.TicketStatus_TICKET_STATUS_ON_HOLD: {
		"da": "Sat i bero", "sv": "Vilande", "en": "On hold",
	},
	triagev1.TicketStatus_TICKET_STATUS_RESOLVED: {
		"da": "Løst", "sv": "Löst", "en": "Resolved",
	},
	triagev1.TicketStatus_TICKET_STATUS_CLOSED: {
		"da": "Lukket", "sv": "Stängd", "en": "Closed",
	},
	triagev1.TicketStatus_TICKET_STATUS_CANCELLED: {
		"da": "Annulleret", "sv": "Makulerad", "en": "Cancelled",
	},
}

// StatusIn is the status in a language.
func (l Letter) StatusIn(language string) string { return statuses[l.Status][language] }
