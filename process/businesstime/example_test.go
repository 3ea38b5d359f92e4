package businesstime_test

import (
	"fmt"
	"time"

	"github.com/bavn/bavn/process/businesstime"
)

// NSP's working hours (requirements §18) over Easter.
func Example() {
	nsp, err := businesstime.New(businesstime.Definition{
		Zone:     "Europe/Copenhagen",
		Week:     []string{"mon-thu 08:00-16:00", "fri 08:00-15:30"},
		Holidays: businesstime.Denmark,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	wednesday := time.Date(2026, time.April, 1, 15, 0, 0, 0, time.UTC).Add(-2 * time.Hour) // 15:00 in Copenhagen

	// P3: reaction within 4 working hours, solution within 2 working days.
	fmt.Println("reaction due", nsp.After(wednesday, 4*time.Hour).Format("Mon 2 Jan 15:04 MST"))
	fmt.Println("solution due", nsp.AddDays(wednesday, 2).Format("Mon 2 Jan 15:04 MST"))
	// Output:
	// reaction due Tue 7 Apr 11:00 CEST
	// solution due Wed 8 Apr 15:00 CEST
}

// A calendar with everything: nights, eves that are closed or half days, and a date of its own.
func ExampleNew() {
	_, err := businesstime.New(businesstime.Definition{
		Zone:     "Europe/Stockholm",
		Week:     []string{"mon-thu 07:00-12:00", "mon-thu 13:00-17:00", "fri 22:00-06:00+1"},
		Holidays: businesstime.Sweden,
		Extra: []businesstime.ExtraDay{
			{Name: "Midsommarafton", Day: "midsummer-1"},
			{Name: "Julafton", Day: "12-24"},
			{Name: "Skärtorsdag", Day: "easter-3", Hours: []string{"07:00-12:00"}},
			{Name: "Klämdag", Day: "05-15", From: 2026, Until: 2026},
		},
		Exceptions: []businesstime.Exception{{Date: "2026-09-01", Hours: []string{"10:00-14:00"}}},
	})
	fmt.Println(err)
	// Output: <nil>
}

// Every mistake is told, with its field.
func ExampleFieldError() {
	_, err := businesstime.New(businesstime.Definition{
		Zone: "Europe/Kobenhavn",
		Week: []string{"mon-thu 08:00-16:00", "fri 16:00-08:00", "thu 15:00-17:00"},
	})
	fmt.Println(err)
	// Output:
	// zone: "Europe/Kobenhavn" is unknown; expected an IANA name as "Europe/Copenhagen"
	// week[1]: "16:00-08:00" ends before it begins; write 16:00-08:00+1 if it ends on the next day
	// week[2]: it overlaps week[0] on Thursday from 15:00 to 16:00
}

// While a ticket waits for its user the clock of its target rests.
func ExampleCalendar_Between_paused() {
	always, _ := businesstime.New(businesstime.Definition{Zone: "Europe/Copenhagen", Always: true})
	logged := time.Date(2026, time.November, 23, 10, 0, 0, 0, time.UTC)
	waited := businesstime.Span{From: logged.Add(time.Hour), To: logged.Add(3 * time.Hour)}

	fmt.Println(always.Between(logged, logged.Add(4*time.Hour), waited))
	fmt.Println(always.After(logged, 4*time.Hour, waited).Sub(logged))
	// Output:
	// 2h0m0s
	// 6h0m0s
}

// The night on which the clocks go forward has 23 hours.
func ExampleCalendar_Between_clockChange() {
	always, _ := businesstime.New(businesstime.Definition{Zone: "Europe/Copenhagen", Always: true})
	noon := time.Date(2026, time.March, 28, 11, 0, 0, 0, time.UTC)
	fmt.Println(always.Between(noon, always.AddDays(noon, 1)))
	// Output: 23h0m0s
}

// R10: a form from Friday evening enters the queue on Monday at 08:00.
func ExampleCalendar_NextWorkingDay() {
	desk, _ := businesstime.New(businesstime.Definition{Zone: "Europe/Copenhagen", Week: []string{"mon-fri 08:00-16:00"}})
	friday := time.Date(2026, time.November, 27, 17, 5, 0, 0, time.UTC)
	fmt.Println(desk.NextWorkingDay(friday, 8*time.Hour).Format("Mon 15:04"))
	// Output: Mon 08:00
}

// R91: what was submitted before this instant is older than 4 working days.
func ExampleCalendar_AddDays() {
	desk, _ := businesstime.New(businesstime.Definition{
		Zone: "Europe/Copenhagen", Week: []string{"mon-fri 08:00-16:00"}, Holidays: businesstime.Denmark,
	})
	tuesdayAfterEaster := time.Date(2026, time.April, 7, 7, 0, 0, 0, time.UTC)
	fmt.Println(desk.AddDays(tuesdayAfterEaster, -4).Format("Mon 2 Jan 15:04"))
	// Output: Fri 27 Mar 09:00
}

// R67: who is called about P1 and P2 that are not FMK's.
func ExampleRota() {
	rota, err := businesstime.NewRota(businesstime.RotaDefinition{
		Zone: "Europe/Copenhagen",
		Windows: []businesstime.Window{
			{Name: "national-desk", Week: []string{"mon-thu 08:00-16:00", "fri 08:00-15:30"}},
			{Name: "incident-manager", Week: []string{"mon-thu 16:00-18:00", "fri 15:30-18:00"}},
			{Name: "system-owner", Week: []string{"mon-thu 18:00-08:00+1", "fri 18:00-mon 08:00"}},
		},
		HolidaysAreWeekend: true,
		Holidays:           businesstime.Denmark,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fridayAt1805 := time.Date(2026, time.November, 27, 17, 5, 0, 0, time.UTC)
	window, until := rota.At(fridayAt1805)
	fmt.Println(window, "until", until.Format("Mon 15:04"))
	// Output: system-owner until Mon 08:00
}

// What no window covers is told with weekday and time.
func ExampleNewRota() {
	_, err := businesstime.NewRota(businesstime.RotaDefinition{
		Zone: "Europe/Copenhagen",
		Windows: []businesstime.Window{
			{Name: "incident-manager", Week: []string{"mon 08:00-fri 18:00"}},
			{Name: "system-owner", Week: []string{"fri 18:05-mon 08:30"}},
		},
	})
	fmt.Println(err)
	// Output:
	// windows: system-owner and incident-manager overlap on Monday from 08:00 to 08:30
	// windows: a gap on Friday from 18:00 to 18:05
}
