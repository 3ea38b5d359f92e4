package profile

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the zones, wherever this runs

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/businesstime"
)

// countries are whose public holidays a profile names.
var countries = map[profilev1.Holidays]businesstime.Country{
	profilev1.Holidays_HOLIDAYS_DK: businesstime.Denmark,
	profilev1.Holidays_HOLIDAYS_SE: businesstime.Sweden,
}

// workingTime makes calendars and rotas. Without the desk's time zone each of them would say the same.
func (c *checker) workingTime() {
	desk := c.settings.GetDesk().GetTimeZone()
	if desk == "" { // a base has none; it is checked as if it were anywhere
		desk = "UTC"
	}
	if _, err := time.LoadLocation(desk); err != nil || desk == "Local" {
		c.wrong("desk.time_zone", "time-zone", "%q is no time zone, expected an IANA name such as \"Europe/Copenhagen\"", desk)
		return
	}
	c.calendars(desk)
	c.onCall(desk)
}

// calendars makes the profile's calendars, and refuses those that say nothing sensible.
func (c *checker) calendars(desk string) {
	for _, calendar := range c.settings.GetCalendars() {
		definition := businesstime.Definition{
			Zone: zoneOr(calendar.GetTimeZone(), desk), Week: calendar.GetWeek(), Holidays: countries[calendar.GetHolidays()],
		}
		for _, extra := range calendar.GetExtraDays() {
			definition.Extra = append(definition.Extra, businesstime.ExtraDay{
				Name: extra.GetLabel().GetEn(), Day: extra.GetDay(), Hours: extra.GetHours(),
			})
		}
		for _, exception := range calendar.GetExceptions() {
			definition.Exceptions = append(definition.Exceptions, businesstime.Exception{
				Date: exception.GetDate(), Hours: exception.GetHours(),
			})
		}
		made, err := businesstime.New(definition)
		c.refuseTime(fmt.Sprintf("calendars[%s]", calendar.GetId()), "calendar", err)
		c.made.calendars[calendar.GetId()] = made
	}
}

// onCall makes the plans' rotas, and refuses those whose windows overlap or leave a gap: at any minute of the week exactly one
// chain is on duty (R67).
func (c *checker) onCall(desk string) {
	for _, plan := range c.settings.GetOnCall().GetPlans() {
		path := fmt.Sprintf("on_call.plans[%s]", plan.GetId())
		definition := businesstime.RotaDefinition{
			Zone:               zoneOr(plan.GetTimeZone(), desk),
			HolidaysAreWeekend: plan.GetHolidaysAreWeekend(), Holidays: countries[plan.GetHolidays()],
		}
		for _, window := range plan.GetWindows() {
			definition.Windows = append(definition.Windows, businesstime.Window{Name: window.GetId(), Week: window.GetWeek()})
		}
		rota, err := businesstime.NewRota(definition)
		c.refuseTime(path, "on-call", err)
		c.made.rotas[plan.GetId()] = rota
	}
}

func zoneOr(own, desk string) string {
	if own != "" {
		return own
	}
	return desk
}

// fieldsOf turns the names of businesstime's settings into the profile's.
var fieldsOf = strings.NewReplacer("zone", "time_zone", "extra[", "extra_days[")

// refuseTime places every mistake of a calendar or rota.
func (c *checker) refuseTime(path, rule string, err error) {
	joined, ok := err.(interface{ Unwrap() []error }) // a join of all mistakes
	if !ok {
		return
	}
	for _, each := range joined.Unwrap() {
		var mistake *businesstime.FieldError
		if errors.As(each, &mistake) {
			_, at := c.tree.Look(path + "." + c.named(path, fieldsOf.Replace(mistake.Field)))
			c.wrong(at, rule, "%s", mistake.Problem)
		}
	}
}

// named puts a window's id where businesstime counts it.
func (c *checker) named(path, field string) string {
	var i int
	if _, err := fmt.Sscanf(field, "windows[%d]", &i); err != nil {
		return field
	}
	windows, _ := c.tree.Look(path + ".windows")
	id, _ := windows.Items[i].ID()
	return fmt.Sprintf("windows[%s]", id) + field[strings.IndexByte(field, ']')+1:]
}
