package mailref_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bavn/bavn/platform/mailref"
)

func signer(t testing.TB, digits ...string) *mailref.Signer {
	t.Helper()
	keys := make([]string, len(digits))
	for i, d := range digits {
		keys[i] = strings.Repeat(d, 64)
	}
	s, err := mailref.New(mailref.Config{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	ticket = mailref.Reference{Kind: mailref.Ticket, Desk: "nsp", ID: "ASCP00000042"}
	mail   = mailref.Reference{Kind: mailref.Ticket, Desk: "nsp", ID: "ASCP00000042", Serial: "019395d8-1c2d-7e3f-8a4b-5c6d7e8f9a0b"}
	page   = mailref.Reference{Kind: mailref.Page, Desk: "nsp", ID: "019395d8-1c2d-7e3f-8a4b-5c6d7e8f9a0b"}
)

func TestAReferenceIsFoundAgainInEveryHeaderThatCarriesIt(t *testing.T) {
	t.Parallel()
	s := signer(t, "a")
	for name, c := range map[string]struct {
		header string
		want   mailref.Reference
	}{
		"In-Reply-To":        {"<" + s.MessageID(mail, "example.org") + ">", mail},
		"References":         {"<x@y>\r\n <" + s.MessageID(ticket, "example.org") + ">\r\n <z@y>", ticket},
		"To":                 {`"Service desk" <` + s.ReplyTo("desk@example.org", ticket) + `>, other@example.org`, ticket},
		"To of a page":       {s.ReplyTo("desk@example.org", page), page},
		"in capital letters": {strings.ToUpper(s.ReplyTo("desk@example.org", ticket)), ticket},
	} {
		if got, err := s.Find(c.header); err != nil || got != c.want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
}

func TestTheMailThatIsAnsweredCountsAndNotTheFirstOfTheThread(t *testing.T) {
	t.Parallel()
	s := signer(t, "a")
	other := mailref.Reference{Kind: mailref.Ticket, Desk: "nsp", ID: "ASCP00000007"}
	references := "<" + s.MessageID(other, "example.org") + "> <" + s.MessageID(ticket, "example.org") + ">"
	if got, err := s.Find("", references); err != nil || got != ticket {
		t.Errorf("found %v, %v", got, err)
	}
	if got, err := s.Find(s.ReplyTo("desk@example.org", other), references); err != nil || got != other {
		t.Errorf("the address that was written to: found %v, %v", got, err)
	}
}

// Wrong thread: who knows a number, or another desk's mail, makes no reference of it.
func TestAStrangerWhoQuotesANumberMakesNoReference(t *testing.T) {
	t.Parallel()
	s, genuine := signer(t, "a"), signer(t, "a").MessageID(ticket, "example.org")
	signature := genuine[strings.LastIndex(genuine[:strings.IndexByte(genuine, '@')], ".")+1 : strings.IndexByte(genuine, '@')]
	for _, forged := range []string{
		"", "ASCP00000042", "<ASCP00000042.nsp@example.org>", "<t.nsp.ascp00000042@example.org>",
		"<t.nsp.ascp00000043." + signature + "@example.org>", "<t.au.ascp00000042." + signature + "@example.org>",
		"<p.nsp.ascp00000042." + signature + "@example.org>", "<t.nsp.ascp00000042.x." + signature + "@example.org>",
		"<t.nsp.ascp00000042.aaaaaaaaaaaaaaaa@example.org>", "<" + signer(t, "b").MessageID(ticket, "example.org") + ">",
	} {
		if got, err := s.Find(forged); !errors.Is(err, mailref.ErrNone) {
			t.Errorf("%s was taken for %v (%v)", forged, got, err)
		}
	}
}

func TestAfterARotationOldMailsAreStillAnswered(t *testing.T) {
	t.Parallel()
	old := signer(t, "a").MessageID(ticket, "example.org")
	if got, err := signer(t, "b", "a").Find("<" + old + ">"); err != nil || got != ticket {
		t.Errorf("found %v, %v", got, err)
	}
}

func TestAnAddressThatWouldBeTooLongIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	long := mailref.Reference{Kind: mailref.Ticket, Desk: strings.Repeat("d", 31), ID: strings.Repeat("T", 32)}
	if got := signer(t, "a").ReplyTo("desk@example.org", long); got != "desk@example.org" {
		t.Errorf("the address is %s", got)
	}
}

func FuzzAReferenceIsOnlyWhatWasSigned(f *testing.F) {
	s := signer(f, "a")
	f.Add("<" + s.MessageID(mail, "example.org") + ">")
	f.Add(s.ReplyTo("desk@example.org", page))
	f.Add("<t.nsp.ascp00000042.aaaaaaaaaaaaaaaa@example.org>")
	f.Fuzz(func(t *testing.T, header string) {
		found, err := s.Find(header)
		if err == nil && !strings.Contains(strings.ToLower(header), s.Local(found)) {
			t.Errorf("%q was read as %v, which it does not hold", header, found)
		}
	})
}
