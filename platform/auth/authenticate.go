package auth

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/identity"
)

const (
	tokenHeader      = "authorization"
	onBehalfOfHeader = "bavn-on-behalf-of"
	toolHeader       = "bavn-tool"
)

// PublicMethods are the methods that need no caller: what an orchestrator and a developer's tools ask. Everything else
// is refused without a token or a certificate.
var PublicMethods = []string{
	"/grpc.health.v1.Health/Check",
	"/grpc.health.v1.Health/List",
	"/grpc.health.v1.Health/Watch",
	"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
}

// Authenticator finds out who makes a call.
type Authenticator struct {
	tokens  *TokenVerifier
	clock   clock.Clock
	public  map[string]bool
	service bool
	speaker string
}

// Policy says who may call at all.
type Policy struct {
	// Public are the full names of methods without authentication ("/package.Service/Method").
	Public []string
	// RequireService refuses callers without the certificate of a service, even with a token: for services that only
	// other services reach.
	RequireService bool
	// SpeaksForTools is the one service that may act as a party's tool: a person of the desk whose id says that it is one, and whom
	// nobody signs in as. What the tool may do is what its memberships say, as for everybody (ADR 0036). Empty for none.
	SpeaksForTools string
}

// NewAuthenticator joins token verification and certificates.
func NewAuthenticator(tokens *TokenVerifier, policy Policy, now clock.Clock) *Authenticator {
	public := make(map[string]bool, len(policy.Public))
	for _, method := range policy.Public {
		public[method] = true
	}
	return &Authenticator{tokens: tokens, clock: now, public: public, service: policy.RequireService, speaker: policy.SpeaksForTools}
}

// Unary authenticates one call.
func (a *Authenticator) Unary(
	ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler,
) (any, error) {
	if a.public[info.FullMethod] {
		return handler(ctx, req)
	}
	ctx, err := a.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	return handler(ctx, req)
}

// Stream authenticates a stream and ends it with TOKEN_EXPIRED when its token expires.
func (a *Authenticator) Stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if a.public[info.FullMethod] {
		return handler(srv, ss)
	}
	ctx, err := a.authenticate(ss.Context())
	if err != nil {
		return err
	}
	if p, _ := FromContext(ctx); !p.Expires.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, p.Expires.Sub(a.clock.Now()), errExpired)
		defer cancel()
	}
	err = handler(srv, &expiringStream{ServerStream: ss, ctx: ctx})
	if expired := expiry(ctx); expired != nil {
		return expired
	}
	return err
}

// authenticate puts the principal into the context, or says TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID.
func (a *Authenticator) authenticate(ctx context.Context) (context.Context, error) {
	service, isService := identity.PeerService(ctx)
	if a.service && !isService {
		return nil, fault.New(codes.PermissionDenied, fault.PermissionDenied).
			Cause(fmt.Errorf("the caller shows no service certificate"))
	}
	headers := metadata.ValueFromIncomingContext(ctx, tokenHeader)
	if len(headers) == 0 {
		if !isService {
			return nil, errMissing
		}
		principal := Principal{Service: service}
		if tool := metadata.ValueFromIncomingContext(ctx, toolHeader); len(tool) > 0 {
			if service != a.speaker || len(tool) > 1 || !IsTool(tool[0]) {
				return nil, fault.New(codes.PermissionDenied, fault.PermissionDenied).
					Cause(fmt.Errorf("%s may not speak for a tool", service))
			}
			principal.Person = tool[0]
			return NewContext(ctx, principal), nil
		}
		if named := metadata.ValueFromIncomingContext(ctx, onBehalfOfHeader); len(named) == 1 && personID.MatchString(named[0]) {
			principal.OnBehalfOf = named[0]
		}
		return NewContext(ctx, principal), nil
	}
	token, err := bearer(headers)
	if err != nil {
		return nil, err
	}
	principal, err := a.tokens.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	principal.Service = service
	return NewContextWithToken(ctx, principal, token), nil
}

// OnBehalfOf marks an outgoing call of a service that acts in the background for a person.
func OnBehalfOf(ctx context.Context, person string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, onBehalfOfHeader, person)
}

// toolPrefix begins the ids of the persons that are tools.
const toolPrefix = "tool-"

// Tool is the id of the person that a party's tool acts as, by the id of its connection.
func Tool(connection string) string { return toolPrefix + connection }

// IsTool reports whether a person's id is that of a tool.
func IsTool(person string) bool {
	return strings.HasPrefix(person, toolPrefix) && personID.MatchString(person)
}

// AsTool marks an outgoing call of the service that speaks for tools: it is made as the tool, with the rights that the tool was
// given in the desk and no others.
func AsTool(ctx context.Context, tool string) context.Context {
	ctx = NewContext(ctx, Principal{Person: tool}) // and with nobody's token
	return metadata.AppendToOutgoingContext(ctx, toolHeader, tool)
}

func bearer(headers []string) (string, error) {
	if len(headers) > 1 {
		return "", errInvalid.Cause(fmt.Errorf("%d authorization headers", len(headers)))
	}
	scheme, token, ok := strings.Cut(headers[0], " ")
	if !ok || !strings.EqualFold(scheme, "bearer") || token == "" {
		return "", errInvalid.Cause(fmt.Errorf("authorization is not of the form Bearer <token>"))
	}
	return token, nil
}

// expiringStream stops a handler that looks at its messages rather than its context.
type expiringStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *expiringStream) Context() context.Context { return s.ctx }

func (s *expiringStream) SendMsg(m any) error {
	if expired := expiry(s.ctx); expired != nil {
		return expired
	}
	return s.ServerStream.SendMsg(m)
}

func (s *expiringStream) RecvMsg(m any) error {
	if expired := expiry(s.ctx); expired != nil {
		return expired
	}
	return s.ServerStream.RecvMsg(m)
}

// expiry is TOKEN_EXPIRED if that is what ended the context.
func expiry(ctx context.Context) error {
	if cause := context.Cause(ctx); fault.Is(cause, fault.TokenExpired) {
		return cause
	}
	return nil
}
