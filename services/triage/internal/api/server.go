// Package api serves triage's contract. What changes something is package command's, whose methods are RPCs already; what only
// reads is here: who asks, what they may see, and SQL that shows them no more.
package api

import (
	"github.com/jackc/pgx/v5/pgxpool"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Reads is what the reading RPCs work with.
type Reads struct {
	Pool       *pgxpool.Pool
	Clock      clock.Clock
	Access     *access.Access
	Members    *membership.Store
	Known      *store.Known
	PageTokens *pagetoken.Sealer
	Profiles   *profile.Shelf
}

// Tickets is bavn.triage.v1.TicketService.
type Tickets struct {
	triagev1.UnsafeTicketServiceServer // every RPC must be there: the compiler says so
	*command.Tickets
	Reads Reads
}

// Replies is bavn.triage.v1.ReplyService.
type Replies struct {
	triagev1.UnsafeReplyServiceServer
	*command.Tickets
}

// Assessments is bavn.triage.v1.AssessmentService.
type Assessments struct {
	triagev1.UnsafeAssessmentServiceServer
	*command.Assessments
	Reads Reads
}

// Directory is bavn.triage.v1.DirectoryService.
type Directory struct {
	triagev1.UnsafeDirectoryServiceServer
	*command.Directory
	Reads Reads
}

// Delegates is bavn.triage.v1.DelegateService.
type Delegates struct {
	triagev1.UnsafeDelegateServiceServer
	*command.Delegates
}

var _ triagev1.DelegateServiceServer = (*Delegates)(nil)

// Registrations is bavn.triage.v1.RegistrationService.
type Registrations struct {
	triagev1.UnsafeRegistrationServiceServer
	*command.Registrations
}

var _ triagev1.RegistrationServiceServer = (*Registrations)(nil)

// Explanations is bavn.triage.v1.ExplanationService.
type Explanations struct {
	triagev1.UnsafeExplanationServiceServer
	Reads Reads
}

// Profiles is bavn.triage.v1.ProfileService.
type Profiles struct {
	triagev1.UnsafeProfileServiceServer
	Reads Reads
}

// Legal is bavn.triage.v1.LegalService.
type Legal struct {
	triagev1.UnsafeLegalServiceServer
	*command.Tickets
}

var (
	_ triagev1.TicketServiceServer      = (*Tickets)(nil)
	_ triagev1.AssessmentServiceServer  = (*Assessments)(nil)
	_ triagev1.DirectoryServiceServer   = (*Directory)(nil)
	_ triagev1.ExplanationServiceServer = (*Explanations)(nil)
	_ triagev1.ProfileServiceServer     = (*Profiles)(nil)
	_ triagev1.LegalServiceServer       = (*Legal)(nil)
)
