package auth

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
)

// ActionType is the entity type of actions; an action's id is the RPC's short name: Action::"ResolveTicket".
const ActionType cedar.EntityType = "Action"

// Request is one question to the policies.
type Request struct {
	Principal cedar.EntityUID
	// Action is the RPC, as its short name or as gRPC's full one ("/bavn.triage.v1.Triage/ResolveTicket").
	Action   string
	Resource cedar.EntityUID
	// Entities are the principal and the resource with their attributes and parents, and no more than the policies read.
	Entities cedar.EntityGetter
	Context  cedar.Record
	// Hidden refuses with NOT_FOUND instead of PERMISSION_DENIED, where a refusal would reveal that the resource exists.
	Hidden bool
}

// Authorizer decides by the Cedar policies of one service. What no policy permits is refused, and so is what a policy
// that forbids could not be evaluated for.
type Authorizer struct {
	actions map[cedar.EntityUID]policies // by action, with the general ones
	general policies                     // for an action that no policy names
	groups  cedar.EntityMap              // the actions of the schema with their groups
	covered map[cedar.EntityUID]bool
	log     *slog.Logger
}

// Authorize returns nil if a policy permits the request and none forbids it.
func (a *Authorizer) Authorize(ctx context.Context, req Request) error {
	action := actionUID(req.Action)
	applicable, named := a.actions[action]
	if !named {
		applicable = a.general
	}
	decision, diagnostic := cedar.Authorize(applicable, a.entities(req.Entities), cedar.Request{
		Principal: req.Principal, Action: action, Resource: req.Resource, Context: req.Context,
	})
	broken := applicable.brokenForbid(diagnostic)
	if decision == cedar.Allow && !broken && len(diagnostic.Errors) == 0 {
		return nil
	}
	a.report(ctx, req, decision == cedar.Allow && !broken, diagnostic)
	if decision == cedar.Allow && !broken {
		return nil
	}
	if req.Hidden {
		return fault.New(codes.NotFound, fault.NotFound)
	}
	return fault.New(codes.PermissionDenied, fault.PermissionDenied)
}

// report logs which policies decided, for whoever asks why. The person is in none of our logs.
func (a *Authorizer) report(ctx context.Context, req Request, allowed bool, diagnostic cedar.Diagnostic) {
	level, reasons, errs := slog.LevelInfo, make([]string, 0, len(diagnostic.Reasons)), make([]string, 0, len(diagnostic.Errors))
	for _, r := range diagnostic.Reasons {
		reasons = append(reasons, string(r.PolicyID))
	}
	for _, e := range diagnostic.Errors {
		errs = append(errs, string(e.PolicyID)+": "+e.Message)
		level = slog.LevelError
	}
	a.log.Log(ctx, level, "authorization", "allowed", allowed, "action", req.Action, "resource", req.Resource.String(),
		"principal_type", string(req.Principal.Type), "policies", reasons, "policy_errors", errs)
}

// Uncovered returns those of the actions (short or full RPC names) that no permit policy names: nobody can ever call them.
// A policy for every action does not count, because it would hide an RPC that was forgotten.
func (a *Authorizer) Uncovered(actions []string) []string {
	var missing []string
	for _, action := range actions {
		if !a.covered[actionUID(action)] {
			missing = append(missing, action)
		}
	}
	return missing
}

// Stale returns the actions that policies name and that are not among the given ones: renamed or removed RPCs.
func (a *Authorizer) Stale(actions []string) []string {
	known := make(map[cedar.EntityUID]bool, len(actions))
	for _, action := range actions {
		known[actionUID(action)] = true
	}
	var stale []string
	for action := range a.actions {
		if !known[action] {
			stale = append(stale, string(action.ID))
		}
	}
	slices.Sort(stale)
	return stale
}

func actionUID(action string) cedar.EntityUID {
	return cedar.NewEntityUID(ActionType, cedar.String(action[strings.LastIndexByte(action, '/')+1:]))
}

// entities adds the schema's action groups to what the caller brought.
func (a *Authorizer) entities(request cedar.EntityGetter) cedar.EntityGetter {
	if len(a.groups) == 0 && request != nil {
		return request
	}
	return layered{groups: a.groups, request: request}
}

type layered struct {
	groups  cedar.EntityMap
	request cedar.EntityGetter
}

func (l layered) Get(uid cedar.EntityUID) (cedar.Entity, bool) {
	if uid.Type == ActionType || l.request == nil {
		return l.groups.Get(uid)
	}
	return l.request.Get(uid)
}

// policies are those that can apply to one action, in the order of the file.
type policies []policy

type policy struct {
	id cedar.PolicyID
	*cedar.Policy
}

func (p policies) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for _, one := range p {
			if !yield(one.id, one.Policy) {
				return
			}
		}
	}
}

// brokenForbid reports whether a forbid policy failed to evaluate. Cedar skips such a policy, which would open what it
// is there to close.
func (p policies) brokenForbid(diagnostic cedar.Diagnostic) bool {
	for _, e := range diagnostic.Errors {
		i := slices.IndexFunc(p, func(one policy) bool { return one.id == e.PolicyID })
		if i < 0 || p[i].Effect() == cedar.Forbid {
			return true
		}
	}
	return false
}

var errNoID = errors.New(`needs an annotation @id("…"), which the log shows`)

// identify gives a policy the id of its annotation.
func identify(p *cedar.Policy) (cedar.PolicyID, error) {
	id := p.Annotations()["id"]
	if id == "" {
		return "", fmt.Errorf("policy at line %d %w", p.Position().Line, errNoID)
	}
	return cedar.PolicyID(id), nil
}
