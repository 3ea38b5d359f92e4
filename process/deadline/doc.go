// Package deadline works out, as pure functions, what is due about a ticket by its desk's profile: reaction and solution (R130),
// the reporter's next update (R80, R81), the end of silence (R106), of a hold and of a night (R10), a procedure's rhythm and
// review (R113), the stages of laws (GDPR art. 33, NIS2 art. 23), and age (R91, R92).
//
// # Counting
//
// Minutes and hours count while the calendar beside them is open, and always where there is none. Working days count the days of
// that calendar, else of the profile's first; days and months are those on the wall, in the desk's zone.
//
// Targets run while the ticket is open, whoever has it, and stand still while it waits or is solved. A pause moves what is due by
// the business time that it lasted: due = After(due without it, Between(its begin, its end)). So the business time that is left
// when a pause begins is left when it ends, and nothing is missed because of paused time. An awaited supplier is no pause
// (§17.6).
//
// Targets count from registration, also after the priority has changed: the reporter has waited since. A reaction that was in
// time stays so.
package deadline
