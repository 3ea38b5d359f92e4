package domain

import (
	"errors"
	"strconv"
	"strings"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// Link is what a signed link is bound to, besides its desk.
type Link struct {
	Purpose notifyv1.LinkPurpose
	// Resource is the ticket's number or the page's id, and Ticket always the number.
	Resource, Ticket string
	// Moment is what it was about then: when the solution was given, in microseconds; 0 for a page.
	Moment int64
	// Who may answer: "persons/karin", "contacts/spoc".
	Who          string
	LanguageCode string
	Expires      time.Time
}

// LinkLife is how long a link can be answered.
const LinkLife = 30 * 24 * time.Hour

// linkVersion begins every link, so that another form can be told apart.
const linkVersion = "1"

// Encode is the link before it is sealed.
func (l Link) Encode() []byte {
	return []byte(strings.Join([]string{
		linkVersion, strconv.Itoa(int(l.Purpose)), l.Resource, l.Ticket, strconv.FormatInt(l.Moment, 36), l.Who, l.LanguageCode,
		strconv.FormatInt(l.Expires.Unix(), 36),
	}, "\x00"))
}

var errNoLink = errors.New("this is no link")

// DecodeLink reads what was sealed.
func DecodeLink(sealed []byte) (Link, error) {
	parts := strings.Split(string(sealed), "\x00")
	if len(parts) != 8 || parts[0] != linkVersion {
		return Link{}, errNoLink
	}
	purpose, err1 := strconv.Atoi(parts[1])
	moment, err2 := strconv.ParseInt(parts[4], 36, 64)
	expires, err3 := strconv.ParseInt(parts[7], 36, 64)
	l := Link{
		Purpose: notifyv1.LinkPurpose(purpose), Resource: parts[2], Ticket: parts[3], Moment: moment, Who: parts[5],
		LanguageCode: parts[6], Expires: time.Unix(expires, 0).UTC(),
	}
	if err := errors.Join(err1, err2, err3); err != nil || len(l.Choices()) == 0 || l.Resource == "" || l.Who == "" {
		return Link{}, errNoLink
	}
	return l, nil
}

// Choices are what may be answered.
func (l Link) Choices() []notifyv1.LinkChoice {
	switch l.Purpose {
	case notifyv1.LinkPurpose_LINK_PURPOSE_SOLUTION:
		return []notifyv1.LinkChoice{notifyv1.LinkChoice_LINK_CHOICE_ACCEPT, notifyv1.LinkChoice_LINK_CHOICE_REJECT}
	case notifyv1.LinkPurpose_LINK_PURPOSE_PAGE:
		return []notifyv1.LinkChoice{notifyv1.LinkChoice_LINK_CHOICE_ACKNOWLEDGE}
	default:
		return nil
	}
}

// SolutionAnswers are what the links below a solution say.
func SolutionAnswers(language string) (accept, reject string) {
	switch language {
	case "da":
		return "Fejlen er væk: godtag løsningen", "Fejlen er der stadig: afvis løsningen"
	case "sv":
		return "Felet är borta: godkänn lösningen", "Felet finns kvar: avvisa lösningen"
	default:
		return "The fault is gone: accept the solution", "The fault is still there: reject the solution"
	}
}
