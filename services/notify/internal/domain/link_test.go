package domain_test

import (
	"bytes"
	"testing"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func TestASmsThatSaysYesIsUnderstoodAndEverythingElseIsNot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		code string
		yes  bool
	}{
		"OK": {"", true}, "ok 4711": {"4711", true}, "Ja, 0042.": {"0042", true}, "YES!": {"", true},
		"": {"", false}, "okay": {"", false}, "Nej": {"", false}, "not ok": {"", false}, "4711": {"", false},
	} {
		if code, yes := domain.SaysYes(text); code != want.code || yes != want.yes {
			t.Errorf("%q: %q, %v", text, code, yes)
		}
	}
}

func FuzzALinkIsReadAsItWasWrittenOrNotAtAll(f *testing.F) {
	f.Add(domain.Link{
		Purpose: notifyv1.LinkPurpose_LINK_PURPOSE_SOLUTION, Resource: "ASCP00000042", Ticket: "ASCP00000042", Moment: 1763726400000000,
		Who: "persons/mette", LanguageCode: "da", Expires: time.Unix(1763726400, 0),
	}.Encode())
	f.Add([]byte("1\x002\x00p\x00t\x000\x00contacts/spoc\x00en\x00zz"))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		link, err := domain.DecodeLink(sealed)
		if err != nil {
			return
		}
		if again, err := domain.DecodeLink(link.Encode()); err != nil || again != link || len(link.Choices()) == 0 {
			t.Errorf("%q is read as %+v, and then as %+v (%v)", sealed, link, again, err)
		}
		if bytes.ContainsRune([]byte(link.Who+link.Resource), 0) {
			t.Errorf("%q has a part that holds its mark", sealed)
		}
	})
}
