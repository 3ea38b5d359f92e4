package command

import "github.com/riverqueue/river"

// patient lets a job try for days: what is due is not given up because a profile or the database was away for a night.
var patient = river.InsertOpts{MaxAttempts: 2000}

// InsertOpts are patient.
func (HandOverExpiry) InsertOpts() river.InsertOpts { return patient }

// InsertOpts are patient.
func (TicketTimer) InsertOpts() river.InsertOpts { return patient }

// InsertOpts are patient.
func (NextOnDuty) InsertOpts() river.InsertOpts { return patient }

// InsertOpts are patient.
func (FollowMain) InsertOpts() river.InsertOpts { return patient }
