package contract_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/bavn/bavn/test/house"
)

// TestBadInputIsRefusedAlikeOverGRPCAndREST sends every case of testdata/bad_input.yaml over gRPC with TLS and over HTTP through
// the gateway. Each must be refused with its code, reason and field, in the caller's language; nothing may be written, nothing of
// our inside be said, and a twin request must get the same words.
func TestBadInputIsRefusedAlikeOverGRPCAndREST(t *testing.T) {
	t.Parallel()
	cases := readCases(t)
	h := furnished(t)
	prepared := prepare(t, h)
	before := census(t, h)
	for _, transport := range []string{"gRPC", "REST"} { //nolint:paralleltest // whatever is written must be this case's
		for _, c := range cases {
			if c.Only != "" && c.Only != transport {
				continue
			}
			t.Run(transport+"/"+c.Name, func(t *testing.T) {
				refuses(t, h, c, transport, prepared)
				after := census(t, h)
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("something was written (-before +after):\n%s", diff)
					before = after
				}
			})
		}
	}
}

func refuses(t *testing.T, h *house.House, c badCase, transport string, prepared map[string]string) {
	t.Helper()
	got := send(t, h, c, transport, c.Request, prepared)
	want := c.over(transport)
	if c.Answered {
		want.Code, want.HTTP = "OK", 200
	}
	if got.code() != want.Code || got.reason() != want.Reason || got.field() != want.Field || got.rule() != want.Rule {
		t.Errorf("answers %s %s at %q by %q, want %s %s at %q by %q:\n%s", got.code(), got.reason(), got.field(), got.rule(),
			want.Code, want.Reason, want.Field, want.Rule, got.said)
	}
	if transport == "REST" {
		if want.HTTP == 0 {
			want.HTTP = runtime.HTTPStatusFromCode(got.status.Code())
		}
		if got.http != want.HTTP {
			t.Errorf("HTTP status %d, want %d", got.http, want.HTTP)
		}
	}
	if got.status.Code() != codes.OK && got.localized() != "da" {
		t.Errorf("the refusal speaks %q to a caller who asked for Danish: %s", got.localized(), got.said)
	}
	if field, untranslated := got.untranslated(); untranslated {
		t.Errorf("what is wrong with %q is said in English to a caller who asked for Danish: %s", field, got.said)
	}
	if found := inside.FindString(got.said); found != "" {
		t.Errorf("the answer shows %q of the inside: %s", found, got.said)
	}
	if c.Twin == nil {
		return
	}
	twin := clone(c.Request, c.Twin)
	other := send(t, h, c, transport, twin, prepared)
	one, two := anonymous(t, got.said, c.Request, c.Twin, prepared), anonymous(t, other.said, c.Twin, c.Twin, prepared)
	if one != two || got.http != other.http {
		t.Errorf("the twin is told something else:\n%d %s\n%d %s", got.http, one, other.http, two)
	}
}

const caseLimit = 10 * time.Second

func send(
	t *testing.T, h *house.House, c badCase, transport string, request map[string]any, prepared map[string]string,
) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), caseLimit)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "accept-language", "da")
	if c.As != "" {
		ctx = h.As(ctx, c.As)
	} else if token := prepared["token "+c.Token]; token != "" {
		ctx = house.Bearing(ctx, token)
	}
	filled, err := fill(request, prepared)
	if err != nil {
		t.Fatalf("fill in the request: %v", err)
	}
	object, _ := filled.(map[string]any)
	var got answer
	if transport == "gRPC" {
		got, err = sendGRPC(ctx, h.GRPC, c, object)
	} else {
		got, err = sendREST(ctx, h, c, object, prepared)
	}
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	return got
}

func clone(request, changes map[string]any) map[string]any {
	copied := maps.Clone(request)
	maps.Copy(copied, changes)
	return copied
}

// anonymous replaces what a request asked for, and its last part, by one word for both twins.
func anonymous(t *testing.T, said string, request, changed map[string]any, prepared map[string]string) string {
	t.Helper()
	for field := range changed {
		text, ok := request[field].(string)
		if !ok {
			continue
		}
		name, err := fillText(text, prepared, 0)
		if err != nil {
			t.Fatal(err)
		}
		said = strings.ReplaceAll(said, name, "<"+field+">")
		said = strings.ReplaceAll(said, name[strings.LastIndexByte(name, '/')+1:], "<"+field+">")
	}
	return said
}

func census(t *testing.T, h *house.House) map[string]int64 {
	t.Helper()
	counts, err := h.Census(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return counts
}
