package businesstime_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bavn/bavn/process/businesstime"
)

func TestEveryMistakeOfACalendarNamesItsField(t *testing.T) {
	t.Parallel()
	week := []string{"mon-fri 08:00-16:00"}
	exception := func(date string, hours ...string) []businesstime.Exception {
		return []businesstime.Exception{{Date: date, Hours: hours}}
	}
	extra := func(e businesstime.ExtraDay) []businesstime.ExtraDay { return []businesstime.ExtraDay{e} }
	for _, tc := range []struct {
		given businesstime.Definition
		want  string
	}{
		{businesstime.Definition{Week: week}, `zone: "" is no time zone`},
		{businesstime.Definition{Zone: "Local", Week: week}, `zone: "Local" is no time zone`},
		{businesstime.Definition{Zone: "Europe/Kobenhavn", Week: week}, `zone: "Europe/Kobenhavn" is unknown`},
		{businesstime.Definition{Zone: "../etc/passwd", Week: week}, `zone: "../etc/passwd" is unknown`},
		{businesstime.Definition{Zone: "UTC"}, `week: it is never open`},
		{businesstime.Definition{Zone: "UTC", Week: []string{""}}, `week[0]: "" is not understood`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon 8-16"}}, `week[0]: "mon 8-16" is not understood`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"man 08:00-16:00"}}, `week[0]: "man" is no day`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon-fre 08:00-16:00"}}, `week[0]: "fre" is no day`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon 08:60-16:00"}}, `week[0]: "08:60" is no time of day`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon 08:00-24:01"}}, `week[0]: "24:01" is no time of day`},
		{
			businesstime.Definition{Zone: "UTC", Week: []string{"mon 16:00-08:00"}},
			`week[0]: "16:00-08:00" ends before it begins; write 16:00-08:00+1`,
		},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon 08:00-08:00"}}, `week[0]: "08:00-08:00" is empty`},
		{
			businesstime.Definition{Zone: "UTC", Week: []string{"mon 08:00-09:00+1"}},
			`week[0]: "08:00-09:00+1" is longer than 24 hours`,
		},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon 24:00-08:00+1"}}, `week[0]: "24:00-08:00+1" begins at 24:00`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"sun 24:00-mon 08:00"}}, `week[0]: "24:00" begins at 24:00`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon 25:00-tue 08:00"}}, `week[0]: "25:00" is no time of day`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon 20:00-tue 08:61"}}, `week[0]: "08:61" is no time of day`},
		{businesstime.Definition{Zone: "UTC", Week: []string{"mon 20:00-die 08:00"}}, `week[0]: "die" is no day`},
		{
			businesstime.Definition{Zone: "UTC", Week: []string{"mon-tue 20:00-wed 08:00"}},
			`week[0]: "mon-tue 20:00-wed 08:00" names its last day twice`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: []string{"fri 18:00-mon 08:00"}},
			`week[0]: "fri 18:00-mon 08:00" is longer than 24 hours`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: []string{"mon-fri 08:00-16:00", "wed 15:00-17:00"}},
			`week[1]: it overlaps week[0] on Wednesday from 15:00 to 16:00`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: []string{"mon 05:00-09:00", "sun 22:00-06:00+1"}},
			`week[0]: it overlaps week[1] on Monday from 05:00 to 06:00`,
		},
		{businesstime.Definition{Zone: "UTC", Always: true, Week: week}, `week: a calendar that is always open has none`},
		{businesstime.Definition{Zone: "UTC", Always: true, Holidays: "dk"}, `holidays: a calendar that is always open has none`},
		{
			businesstime.Definition{Zone: "UTC", Always: true, Extra: extra(businesstime.ExtraDay{Day: "12-24"})},
			`extra: a calendar that is always open has none`,
		},
		{
			businesstime.Definition{Zone: "UTC", Always: true, Exceptions: exception("2026-01-01")},
			`exceptions: a calendar that is always open has none`,
		},
		{businesstime.Definition{Zone: "UTC", Week: week, Holidays: "no"}, `holidays: "no" is no known country`},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Extra: extra(businesstime.ExtraDay{Day: "12-32"})},
			`extra[0].day: "12-32" is no date`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Extra: extra(businesstime.ExtraDay{Day: "02-30"})},
			`extra[0].day: "02-30" is no date`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Extra: extra(businesstime.ExtraDay{Day: "jul"})},
			`extra[0].day: "jul" is not understood`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Extra: extra(businesstime.ExtraDay{Day: "12-31", Hours: []string{"8-12"}})},
			`extra[0].hours: "8-12" is not understood`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Extra: extra(businesstime.ExtraDay{Day: "12-31", From: 2027, Until: 2026})},
			`extra[0].until: 2026 is before the first year, 2027`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Extra: make([]businesstime.ExtraDay, 31)},
			`extra: there are 31 extra days; at most 30 are possible`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Exceptions: exception("1/5-2026")},
			`exceptions[0].date: "1/5-2026" is no date`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Exceptions: exception("2026-02-29")},
			`exceptions[0].date: "2026-02-29" is no date`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Exceptions: append(exception("2026-05-15"), exception("2026-05-15")...)},
			`exceptions[1].date: 2026-05-15 has an exception already`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Exceptions: exception("2026-05-15", "08:00-12:00", "11:00-13:00")},
			`exceptions[0].hours: the hours overlap from 11:00`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Exceptions: exception("2026-05-15", "99:00-12:00")},
			`exceptions[0].hours: "99:00" is no time of day`,
		},
		{
			businesstime.Definition{Zone: "UTC", Week: week, Exceptions: exception("2026-05-15", "08:00-99:00")},
			`exceptions[0].hours: "99:00" is no time of day`,
		},
	} {
		c, err := businesstime.New(tc.given)
		if err == nil || c != nil {
			t.Errorf("%+v is accepted, want %q", tc.given, tc.want)
			continue
		}
		if !strings.Contains(err.Error(), tc.want) {
			t.Errorf("the error is\n%v\nwant %q in it", err, tc.want)
		}
		var field *businesstime.FieldError
		if wanted, _, _ := strings.Cut(tc.want, ":"); !errors.As(err, &field) || !strings.HasPrefix(field.Field, wanted[:4]) {
			t.Errorf("the error %v names the field %+v", err, field)
		}
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := businesstime.New(businesstime.Definition{
		Zone: "Mars/Olympus", Week: []string{"mon 16:00-08:00", "tue 8-16"}, Holidays: "x",
		Exceptions: []businesstime.Exception{{Date: "today"}},
	})
	if err == nil || len(strings.Split(err.Error(), "\n")) != 5 {
		t.Errorf("five mistakes are told as\n%v", err)
	}
}
