package businesstime

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/se"
)

// Country is whose public holidays are kept.
type Country string

// The countries.
const (
	NoHolidays Country = ""
	// Denmark's public holidays are those of the national church and New Year's Day. Not 1 May, 5 June, 24 and 31 December:
	// whoever keeps them adds them as an [ExtraDay].
	Denmark Country = "dk"
	// Sweden's public holidays are the days of lag (1989:253). Not the eves of midsummer, Christmas and New Year: whoever keeps
	// them adds them as an [ExtraDay].
	Sweden Country = "se"
)

// Holidays are known from FirstHolidayYear to LastHolidayYear; in other years only the week and the exceptions count.
const (
	FirstHolidayYear = 1970
	LastHolidayYear  = 2199
)

// maxExtraDays keeps enough of a year open, whatever the extra days are: with a country's holidays they are fewer than the
// occurrences of any one weekday, so that every search for open time ends.
const maxExtraDays = 30

// ExtraDay is kept every year in addition to the public holidays.
type ExtraDay struct {
	// Name is what people call it: "Grundlovsdag".
	Name string
	// Day is a date, "12-24", or counted in days from Easter Sunday or from Sweden's midsummer's day: "easter+40", "midsummer-1".
	// 02-29 is kept in leap years.
	Day string
	// Hours are what remains open, as "08:00-12:00": a half day. Never more than the weekday's own hours. None is a closed day.
	Hours []string
	// From and Until are the first and the last year in which the day is kept; zero is no limit.
	From, Until int
}

// public are the holidays by law. The lists of the library are not used as they are: its Danish one has Constitution Day, which
// no law makes a holiday, and lacks Easter Sunday and Whit Sunday; its Swedish one has three eves and lacks the same Sundays.
var public = map[Country][]*cal.Holiday{
	NoHolidays: nil,
	Denmark: {
		dk.Nytaarsdag, dk.Skaertorsdag, dk.Langfredag, aa.Easter.Clone(&cal.Holiday{Name: "Påskedag"}), dk.AndenPaaskedag,
		dk.StoreBededag, // until 2023: lov nr. 214 of 6 March 2023
		dk.KristiHimmelfartsdag, aa.Pentecost.Clone(&cal.Holiday{Name: "Pinsedag"}), dk.AndenPinsedag, dk.Juledag, dk.AndenJuledag,
	},
	Sweden: {
		se.Nyarsdagen, se.TrettondedagJul, se.Langfredagen, se.Paskdagen, se.AnnandagPask, se.ForstaMaj, se.KristiHimmelfardsdag,
		se.Pingstdagen, se.Midsommardagen, se.AllaHelgonsDag, se.Juldagen, se.AnnandagJul,
		// In 2005 the National Day took the place of Whit Monday (lag 2004:1320).
		se.Nationaldagen.Clone(&cal.Holiday{StartYear: 2005}),
		aa.PentecostMonday.Clone(&cal.Holiday{Name: "Annandag pingst", EndYear: 2004}),
	},
}

// holiday is a date that is kept.
type holiday struct {
	name string
	// open is what remains of the day; empty where it is closed.
	open plan
}

// holidaysOf works out the dates once, so that asking is looking up.
func holidaysOf(country Country, extra []ExtraDay, p *problems) map[day]holiday {
	rules, known := public[country]
	dates := make(map[day]holiday, (len(rules)+len(extra))*(LastHolidayYear-FirstHolidayYear+1))
	if !known {
		p.add("holidays", "%q is no known country; expected %q, %q or nothing", country, Denmark, Sweden)
	}
	for _, rule := range rules {
		keep(dates, rule, nil)
	}
	if len(extra) > maxExtraDays {
		p.add("extra", "there are %d extra days; at most %d are possible", len(extra), maxExtraDays)
	}
	for i, e := range extra {
		field := fmt.Sprintf("extra[%d]", i)
		rule, err := parseExtraDay(e.Day)
		if err != nil {
			p.add(field+".day", "%v", err)
			continue
		}
		if e.From != 0 && e.Until != 0 && e.Until < e.From {
			p.add(field+".until", "%d is before the first year, %d", e.Until, e.From)
		}
		open, err := parseDayHours(e.Hours)
		if err != nil {
			p.add(field+".hours", "%v", err)
		}
		rule.Name, rule.StartYear, rule.EndYear = e.Name, e.From, e.Until
		keep(dates, rule, open)
	}
	return dates
}

// keep enters a rule's date of every year. Where two fall on one date it is open only where both are, and has the first name.
func keep(dates map[day]holiday, rule *cal.Holiday, open plan) {
	for year := FirstHolidayYear; year <= LastHolidayYear; year++ {
		actual, _ := rule.Calc(year)
		if actual.IsZero() {
			continue
		}
		// The library answers with midnight in the zone of the machine. Where a clock change skips that midnight, it is an hour
		// of the day before or of the same day; twelve hours later it is always the day that was meant.
		y, m, d := actual.Add(wholeDay / 2).Date()
		date := dayOf(y, m, d)
		if before, taken := dates[date]; taken {
			dates[date] = holiday{before.name, before.open.within(open)}
			continue
		}
		dates[date] = holiday{rule.Name, open}
	}
}

const extraExpected = `expected a date as "12-24", or a feast as "easter-3" or "midsummer-1"`

var (
	dateSyntax  = regexp.MustCompile(`^\d\d-\d\d$`)
	feastSyntax = regexp.MustCompile(`^(easter|midsummer)([+-]\d{1,3})?$`)
)

// parseExtraDay reads the rule by which a day returns every year.
func parseExtraDay(text string) (*cal.Holiday, error) {
	if dateSyntax.MatchString(text) {
		date, err := time.Parse(time.DateOnly, "2000-"+text) // a leap year has every date there is
		if err != nil {
			return nil, fmt.Errorf("%q is no date; %s", text, extraExpected)
		}
		return &cal.Holiday{Month: date.Month(), Day: date.Day(), Func: dateIn}, nil
	}
	part := feastSyntax.FindStringSubmatch(text)
	if part == nil {
		return nil, fmt.Errorf("%q is not understood; %s", text, extraExpected)
	}
	rule := aa.Easter.Clone(nil)
	if part[1] == "midsummer" {
		rule = se.Midsommardagen.Clone(nil)
	}
	rule.CalcOffset, _ = strconv.Atoi(part[2]) // nothing is the feast itself
	return rule, nil
}

// dateIn is the rule's date in a year, or none: the library would keep 29 February on 1 March.
func dateIn(rule *cal.Holiday, year int) time.Time {
	if date := time.Date(year, rule.Month, rule.Day, 0, 0, 0, 0, time.UTC); date.Day() == rule.Day {
		return date
	}
	return time.Time{}
}
