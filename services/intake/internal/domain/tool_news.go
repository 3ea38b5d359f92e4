package domain

import (
	"time"
)

// News is what a tool says about one of its issues, whatever tool it is.
type News struct {
	// Issue is the tool's number of it; of an alarm, what tells it from others.
	Issue string
	// Said is when the tool says that it happened. What was said before what is known already changes nothing.
	Said time.Time
	// Created is set when the issue is new there.
	Created bool
	// Ours is set for what our own account did there: no news.
	Ours bool
	// Ticket is the number that our label on the issue says; empty for an issue that we did not make.
	Ticket string
	// Status is the tool's word for where the issue stands; empty where nothing was said.
	Status string

	Title, Description string
	// RootCause and Measures are what solved it (R76).
	RootCause, Measures string
	Comment             *Comment
	// Linked are the numbers of other issues that it was linked with (R97).
	Linked []string
	// Alarm is set for what monitoring says (R3).
	Alarm *Alarm
}

// Comment is what somebody wrote there.
type Comment struct {
	ID, Author, Text string
	// Restricted is not for everybody who sees the issue there, and so not for reporters here.
	Restricted bool
}

// Alarm is one alarm, or a group of alarms that are told together.
type Alarm struct {
	// Sounding alarms have a cause that is still there.
	Sounding bool
	// Began is when the latest that sounds began; Ended when the last went quiet.
	Began, Ended time.Time
	// Severity is monitoring's own word for how bad it is; empty where it says nothing.
	Severity string
}

// DefaultQuiet is how long after it went quiet an alarm that sounds again is the same one, where the connection does not say.
const DefaultQuiet = 30 * time.Minute
