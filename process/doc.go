// Package process is how the work is done, as pure functions over values: which step is possible when, what it leads to, which
// clock runs, and how long each party had a ticket. Triage asks it live; reporting asks it about history. It knows no
// database, no transport and no time of day.
//
// Rule numbers (R94 and so on) are those of the requirements.
package process
