package pagetoken_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/health/grpc_health_v1"
	"pgregory.net/rapid"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pagetoken"
)

func testKey(fill byte) []byte { return bytes.Repeat([]byte{fill}, pagetoken.KeyBytes) }

func sealer(t *testing.T, keys ...[]byte) *pagetoken.Sealer {
	t.Helper()
	s, err := pagetoken.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func query(t *testing.T) pagetoken.Query {
	t.Helper()
	hash, err := pagetoken.Hash(&grpc_health_v1.HealthCheckRequest{Service: "open"})
	if err != nil {
		t.Fatal(err)
	}
	return pagetoken.Query{Principal: "kim", Desk: "nsp", Method: "/triage/ListTickets", Hash: hash}
}

func TestAPageGoesOnWhereTheLastEnded(t *testing.T) {
	t.Parallel()
	s, q := sealer(t, testKey(1)), query(t)
	rapid.Check(t, func(t *rapid.T) {
		cursor := rapid.SliceOf(rapid.Byte()).Draw(t, "cursor")
		got, err := s.Open(q, s.Seal(q, cursor))
		if err != nil || got == nil || !bytes.Equal(got, cursor) {
			t.Fatalf("cursor %x comes back as %x, %v", cursor, got, err)
		}
	})
	if first, err := s.Open(q, ""); first != nil || err != nil {
		t.Errorf("the empty token is the first page's, got %x, %v", first, err)
	}
}

func TestATokenOfAnotherQueryIsRefused(t *testing.T) {
	t.Parallel()
	s, q := sealer(t, testKey(1)), query(t)
	otherHash, err := pagetoken.Hash(&grpc_health_v1.HealthCheckRequest{Service: "closed"})
	if err != nil {
		t.Fatal(err)
	}
	token := s.Seal(q, []byte("position 7"))
	for name, change := range map[string]func(*pagetoken.Query){
		"another caller": func(q *pagetoken.Query) { q.Principal = "bo" },
		"another desk":   func(q *pagetoken.Query) { q.Desk = "au" },
		"another method": func(q *pagetoken.Query) { q.Method = "/triage/ListNotes" },
		"another filter": func(q *pagetoken.Query) { q.Hash = otherHash },
		"parts shifted":  func(q *pagetoken.Query) { q.Principal, q.Desk = "kimn", "sp" },
	} {
		other := q
		change(&other)
		if _, err := s.Open(other, token); !fault.Is(err, fault.InvalidPageToken) {
			t.Errorf("%s can use the token: %v", name, err)
		}
	}
}

func TestAnyPageOfAListIsOfTheSameQuestion(t *testing.T) {
	t.Parallel()
	hash := func(size int32, token, source string) []byte {
		request := &eventv1.ListParkedEventsRequest{Source: source, PageSize: size, PageToken: token}
		sum, err := pagetoken.Hash(request)
		if err != nil || request.GetPageSize() != size || request.GetPageToken() != token {
			t.Fatalf("hashing made of it %v, %v", request, err)
		}
		return sum
	}
	first := hash(50, "", "triage")
	if !bytes.Equal(first, hash(10, "next", "triage")) {
		t.Error("the second page is of another question than the first")
	}
	if bytes.Equal(first, hash(50, "", "intake")) {
		t.Error("another filter is the same question")
	}
}

func TestAForgedTokenIsRefused(t *testing.T) {
	t.Parallel()
	s, q := sealer(t, testKey(1)), query(t)
	resume, err := pagetoken.NewResume(testKey(1))
	if err != nil {
		t.Fatal(err)
	}
	token := s.Seal(q, []byte("position 7"))
	ourKeyID, theirs := decoded(t, token)[:4], decoded(t, resume.Seal(q, []byte("position 7")))[4:]
	relabelled := base64.RawURLEncoding.EncodeToString(slices.Concat(ourKeyID, theirs))
	for name, forged := range map[string]string{
		"not base64":                      "%%%",
		"too short":                       "AAAA",
		"a bare key id":                   token[:6],
		"a cut token":                     token[:len(token)-4],
		"a long one":                      strings.Repeat("A", 1<<20),
		"another key":                     sealer(t, testKey(2)).Seal(q, []byte("position 7")),
		"a resume token":                  resume.Seal(q, []byte("position 7")),
		"a resume token under our key id": relabelled,
		"a raw position":                  "7",
		"trailing bits set":               token + "A",
	} {
		if _, err := s.Open(q, forged); !fault.Is(err, fault.InvalidPageToken) {
			t.Errorf("%s: error = %v, want INVALID_PAGE_TOKEN", name, err)
		}
	}
	if _, err := resume.Open(q, token); !fault.Is(err, fault.InvalidResumeToken) {
		t.Errorf("a page token as resume token: error = %v, want INVALID_RESUME_TOKEN", err)
	}
	for i := range len(token) {
		flipped := []byte(token)
		if flipped[i] == 'A' {
			flipped[i] = 'B'
		} else {
			flipped[i] = 'A'
		}
		if got, err := s.Open(q, string(flipped)); err == nil {
			t.Fatalf("character %d changed and the token still opens: %q", i, got)
		}
	}
}

func decoded(t *testing.T, token string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestATokenSaysNothingAboutItsCursor(t *testing.T) {
	t.Parallel()
	s, q := sealer(t, testKey(1)), query(t)
	first, second := s.Seal(q, []byte("7")), s.Seal(q, []byte("7"))
	if first == second {
		t.Error("equal positions can be recognised by equal tokens")
	}
}

func TestKeysRotateWithoutBreakingPages(t *testing.T) {
	t.Parallel()
	q := query(t)
	before, during, after := sealer(t, testKey(1)), sealer(t, testKey(2), testKey(1)), sealer(t, testKey(2))
	oldToken, newToken := before.Seal(q, []byte("7")), during.Seal(q, []byte("8"))
	if _, err := during.Open(q, oldToken); err != nil {
		t.Errorf("while both keys are configured, an old token opens: %v", err)
	}
	if _, err := after.Open(q, newToken); err != nil {
		t.Errorf("the first key seals, so a new token opens after the rotation: %v", err)
	}
	if _, err := after.Open(q, oldToken); !fault.Is(err, fault.InvalidPageToken) {
		t.Errorf("a token of a removed key opens: %v", err)
	}
}

func TestAKeyHas32Bytes(t *testing.T) {
	t.Parallel()
	for _, keys := range [][][]byte{nil, {[]byte("short")}, {testKey(1), nil}} {
		if _, err := pagetoken.New(keys...); err == nil {
			t.Errorf("%d keys of wrong length are accepted", len(keys))
		}
	}
}
