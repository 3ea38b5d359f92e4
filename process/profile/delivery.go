package profile

import (
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/businesstime"
)

// Goods finds an article of the catalogue (R30).
func (p *Profile) Goods(id string) (*profilev1.Goods, bool) {
	for _, goods := range p.settings.GetGoods() {
		if goods.GetId() == id {
			return goods, true
		}
	}
	return nil, false
}

// Delivery is when an article that is ordered at a time can be expected: a standard one at once, from stock; a special one by its
// delivery time, in the working days of its calendar. False where the profile does not say how long it takes.
func (p *Profile) Delivery(goods *profilev1.Goods, ordered time.Time) (time.Time, bool) {
	if goods.GetStandard() {
		return ordered, true
	}
	span, ok := ParseSpan(goods.GetDelivery())
	if !ok {
		return time.Time{}, false
	}
	switch calendar := p.deliveryCalendar(goods); {
	case span.Unit == Days:
		return ordered.AddDate(0, 0, span.Amount), true
	case span.Unit == Months:
		return ordered.AddDate(0, span.Amount, 0), true
	case span.Unit == WorkingDays && calendar != nil:
		return calendar.AddDays(ordered, span.Amount), true
	case calendar != nil:
		return calendar.After(ordered, span.duration()), true
	case span.Unit == WorkingDays:
		return time.Time{}, false // a day of which nobody says whether it is worked
	default:
		return ordered.Add(span.duration()), true
	}
}

// deliveryCalendar is the one that the article names, else the desk's first; nil where the profile has none.
func (p *Profile) deliveryCalendar(goods *profilev1.Goods) *businesstime.Calendar {
	id := goods.GetCalendar()
	if all := p.settings.GetCalendars(); id == "" && len(all) > 0 {
		id = all[0].GetId()
	}
	return p.made.calendars[id]
}

func (s Span) duration() time.Duration {
	if s.Unit == Hours {
		return time.Duration(s.Amount) * time.Hour
	}
	return time.Duration(s.Amount) * time.Minute
}
