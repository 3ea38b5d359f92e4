// Package businesstime counts the time in which an organisation is at work, as pure functions: a [Calendar] says when it is open,
// how long it was open between two instants, and when so much open time has passed; a [Rota] says whose watch an instant is in.
//
// # Definitions
//
// Opening hours are written as a person would: "mon-thu 08:00-16:00", "fri 22:00-06:00+1" (to the next day). An interval holds
// its beginning and not its end: at 16:00 sharp the desk is closed.
//
// Hours belong to the day on which they begin. A night that begins on the eve of a holiday lasts to its morning; whoever wants
// it to end at midnight writes it as two.
//
// A wall-clock time means the first instant at which the clocks of the zone show it or a later one. So 02:30 on the night when
// the clocks go forward is the moment of the change, and 02:30 on the night when they go back is the first of the two: what is
// open then stays open through the repeated hour, what has closed stays closed. Time is counted as it passes: a night of 24
// wall-clock hours lasts 23 hours in spring and 25 in autumn.
//
// For a date, an [Exception] decides before the holidays, and the holidays before the week.
package businesstime
