package auth_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
)

// call is the context of an incoming call: from a service if it has a name, with these headers.
func call(service string, headers ...string) context.Context {
	ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs(headers...))
	if service == "" {
		return ctx
	}
	leaf := &x509.Certificate{URIs: []*url.URL{{Scheme: "spiffe", Host: "bavn", Path: "/" + service}}}
	state := tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{leaf}}}
	return peer.NewContext(ctx, &peer.Peer{AuthInfo: credentials.TLSInfo{State: state}})
}

// ask makes a unary call through a and returns whom the handler sees, and the token it would pass on.
func ask(ctx context.Context, a *auth.Authenticator, method string) (p auth.Principal, token string, known bool, err error) {
	_, err = a.Unary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: method}, func(ctx context.Context, _ any) (any, error) {
		p, known = auth.FromContext(ctx)
		token = auth.Token(ctx)
		return nil, nil
	})
	return p, token, known, err
}

func TestWhoCalls(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	issuer := newTestIssuer(t, now)
	good, expired := issuer.token(nil), issuer.token(map[string]any{"exp": start.Add(-time.Hour).Unix()})
	open := auth.NewAuthenticator(verifier(t, now, issuer), auth.Policy{Public: auth.PublicMethods}, now)
	inner := auth.NewAuthenticator(verifier(t, now, issuer), auth.Policy{RequireService: true}, now)
	heard := auth.NewAuthenticator(verifier(t, now, issuer), auth.Policy{SpeaksForTools: "intake"}, now)
	expires := start.Add(time.Hour + 30*time.Second)
	scopes := []string{"openid", "tickets"}

	for name, tc := range map[string]struct {
		who    *auth.Authenticator
		ctx    context.Context
		want   auth.Principal
		token  string
		reason string
	}{
		"a person": {
			who: open, ctx: call("", "authorization", "Bearer "+good),
			want: auth.Principal{Person: "kim", Scopes: scopes, Expires: expires}, token: good,
		},
		"the scheme in lower case": {
			who: open, ctx: call("", "authorization", "bearer "+good),
			want: auth.Principal{Person: "kim", Scopes: scopes, Expires: expires}, token: good,
		},
		"a service as itself": {who: open, ctx: call("intake"), want: auth.Principal{Service: "intake"}},
		"a service with a person": {
			who: inner, ctx: call("gateway", "authorization", "Bearer "+good),
			want: auth.Principal{Person: "kim", Service: "gateway", Scopes: scopes, Expires: expires}, token: good,
		},
		"a service for a person": {
			who: open, ctx: call("intake", "bavn-on-behalf-of", "bo"), want: auth.Principal{Service: "intake", OnBehalfOf: "bo"},
		},
		"on behalf of nonsense": {
			who: open, ctx: call("intake", "bavn-on-behalf-of", "B/o"), want: auth.Principal{Service: "intake"},
		},
		"a person claims to be another": {
			who: open, ctx: call("", "authorization", "Bearer "+good, "bavn-on-behalf-of", "bo"),
			want: auth.Principal{Person: "kim", Scopes: scopes, Expires: expires}, token: good,
		},
		"a tool, by the service that hears it": {
			who: heard, ctx: call("intake", "bavn-tool", "tool-jira"), want: auth.Principal{Service: "intake", Person: "tool-jira"},
		},
		"a tool, by another service":  {who: heard, ctx: call("notify", "bavn-tool", "tool-jira"), reason: fault.PermissionDenied},
		"a tool, where none is heard": {who: open, ctx: call("intake", "bavn-tool", "tool-jira"), reason: fault.PermissionDenied},
		"a person said to be a tool":  {who: heard, ctx: call("intake", "bavn-tool", "mette"), reason: fault.PermissionDenied},
		"two tools at once": {
			who: heard, ctx: call("intake", "bavn-tool", "tool-a", "bavn-tool", "tool-b"), reason: fault.PermissionDenied,
		},
		"a tool without a certificate": {who: heard, ctx: call("", "bavn-tool", "tool-jira"), reason: fault.TokenMissing},
		"a person claims to be a tool": {
			who: heard, ctx: call("intake", "authorization", "Bearer "+good, "bavn-tool", "tool-jira"),
			want: auth.Principal{Person: "kim", Service: "intake", Scopes: scopes, Expires: expires}, token: good,
		},
		"nobody":           {who: open, ctx: call(""), reason: fault.TokenMissing},
		"an expired token": {who: open, ctx: call("", "authorization", "Bearer "+expired), reason: fault.TokenExpired},
		"a service passes an expired": {
			who: open, ctx: call("gateway", "authorization", "Bearer "+expired), reason: fault.TokenExpired,
		},
		"another scheme":  {who: open, ctx: call("", "authorization", "Basic a2ltOng="), reason: fault.TokenInvalid},
		"an empty header": {who: open, ctx: call("", "authorization", ""), reason: fault.TokenInvalid},
		"two tokens": {
			who: open, ctx: call("", "authorization", "Bearer "+good, "authorization", "Bearer "+good), reason: fault.TokenInvalid,
		},
		"a person from outside":  {who: inner, ctx: call("", "authorization", "Bearer "+good), reason: fault.PermissionDenied},
		"a foreign trust domain": {who: open, ctx: call("x/../intake"), reason: fault.TokenMissing},
	} {
		got, token, _, err := ask(tc.ctx, tc.who, "/bavn.triage.v1.Triage/GetTicket")
		if fault.ReasonOf(err) != tc.reason {
			t.Errorf("%s: error = %v, want %q", name, err, tc.reason)
			continue
		}
		if diff := cmp.Diff(tc.want, got); diff != "" || token != tc.token {
			t.Errorf("%s: passes on %.10q, want %.10q\n%s", name, token, tc.token, diff)
		}
	}
}

func TestOnlyListedMethodsArePublic(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	a := auth.NewAuthenticator(verifier(t, now), auth.Policy{Public: auth.PublicMethods}, now)
	for _, method := range auth.PublicMethods {
		if _, _, known, err := ask(call(""), a, method); err != nil || known {
			t.Errorf("%s: %v; an orchestrator has no token", method, err)
		}
	}
	for _, method := range []string{
		"/bavn.triage.v1.Triage/GetTicket", "/grpc.health.v1.Health/Chec", "/grpc.health.v1.Health/Check/", "",
	} {
		if _, _, _, err := ask(call(""), a, method); !fault.Is(err, fault.TokenMissing) {
			t.Errorf("%q is public: %v", method, err)
		}
	}
}

type fakeStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s fakeStream) Context() context.Context { return s.ctx }
func (s fakeStream) SendMsg(any) error        { return nil }

func TestAStreamEndsWhenItsTokenExpires(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	issuer := newTestIssuer(t, now)
	a := auth.NewAuthenticator(verifier(t, now, issuer), auth.Policy{}, now)
	token := issuer.token(nil)
	// The token goes into the cache outside of the bubble, in which there is no network.
	if _, _, _, err := ask(call("", "authorization", "Bearer "+token), a, "/x/y"); err != nil {
		t.Fatal(err)
	}
	info := &grpc.StreamServerInfo{FullMethod: "/bavn.event.v1.Feed/Watch"}
	for name, handler := range map[string]grpc.StreamHandler{
		"a handler that waits": func(_ any, ss grpc.ServerStream) error {
			<-ss.Context().Done()
			return ss.Context().Err()
		},
		"a handler that ends quietly": func(_ any, ss grpc.ServerStream) error {
			<-ss.Context().Done()
			return nil
		},
		"a handler that only sends": func(_ any, ss grpc.ServerStream) error {
			for {
				if err := ss.SendMsg(nil); err != nil {
					return err
				}
				<-time.After(time.Minute) // virtual time: synctest
			}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			err := a.Stream(nil, fakeStream{ctx: call("", "authorization", "Bearer "+token)}, info, handler)
			if !fault.Is(err, fault.TokenExpired) {
				t.Errorf("%s: the stream ends with %v, want TOKEN_EXPIRED", name, err)
			}
			if lasted := time.Since(began); lasted < time.Hour || lasted > time.Hour+2*time.Minute {
				t.Errorf("%s: the stream lasted %v, the token an hour", name, lasted)
			}
		})
	}
}

func TestAServicesOwnStreamDoesNotExpire(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(start)
	a := auth.NewAuthenticator(verifier(t, now), auth.Policy{}, now)
	err := a.Stream(nil, fakeStream{ctx: call("notify")}, &grpc.StreamServerInfo{}, func(_ any, ss grpc.ServerStream) error {
		if _, bounded := ss.Context().Deadline(); bounded {
			t.Error("a service that acts as itself has no token that could expire")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
