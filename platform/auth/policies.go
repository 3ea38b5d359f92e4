package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"
)

// NewAuthorizer parses the policies of a service once. With a schema (Cedar's own language; nil for none) every policy is
// type-checked against it, so that a misspelt attribute, type or action stops the start and not a call. Each policy
// carries a unique @id. An empty document is allowed and refuses everything.
func NewAuthorizer(document, schemaDocument []byte, log *slog.Logger) (*Authorizer, error) {
	list, err := cedar.NewPolicyListFromBytes("policies.cedar", document)
	if err != nil {
		return nil, fmt.Errorf("parse policies: %w", err)
	}
	words, err := newVocabulary(schemaDocument)
	if err != nil {
		return nil, err
	}
	a := &Authorizer{
		actions: map[cedar.EntityUID]policies{}, covered: map[cedar.EntityUID]bool{}, groups: words.groups, log: log,
	}
	var all policies
	var problems []error
	seen := map[cedar.PolicyID]bool{}
	for _, parsed := range list {
		id, err := identify(parsed)
		switch {
		case err != nil:
			problems = append(problems, err)
			continue
		case seen[id]:
			problems = append(problems, fmt.Errorf("policy %s: the id is used twice", id))
		}
		seen[id] = true
		problems = append(problems, words.check(id, parsed))
		all = append(all, policy{id: id, Policy: parsed})
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("check policies: %w", err)
	}
	a.index(all, words)
	return a, nil
}

// index sorts the policies by the actions they can apply to: a call then evaluates a handful instead of all.
func (a *Authorizer) index(all policies, words vocabulary) {
	scopes := make([]scope, len(all))
	for i, p := range all {
		scopes[i] = words.scopeOf(p)
		for action := range scopes[i].actions {
			a.actions[action] = nil
			if p.Effect() == cedar.Permit {
				a.covered[action] = true
			}
		}
	}
	for i, p := range all {
		if scopes[i].every {
			a.general = append(a.general, p)
		}
		for action := range a.actions {
			if scopes[i].every || scopes[i].actions[action] {
				a.actions[action] = append(a.actions[action], p)
			}
		}
	}
}

// scope is the set of actions that a policy's head allows.
type scope struct {
	every   bool
	actions map[cedar.EntityUID]bool
}

// vocabulary is what the schema says, or nothing.
type vocabulary struct {
	validator *validate.Validator
	groups    cedar.EntityMap
}

func newVocabulary(document []byte) (vocabulary, error) {
	if len(document) == 0 {
		return vocabulary{}, nil
	}
	var s schema.Schema
	s.SetFilename("schema.cedarschema")
	if err := s.UnmarshalCedar(document); err != nil {
		return vocabulary{}, fmt.Errorf("parse policy schema: %w", err)
	}
	resolved, err := s.Resolve()
	if err != nil {
		return vocabulary{}, fmt.Errorf("resolve policy schema: %w", err)
	}
	v := vocabulary{validator: validate.New(resolved), groups: make(cedar.EntityMap, len(resolved.Actions))}
	for uid, action := range resolved.Actions {
		v.groups[uid] = action.Entity
	}
	return v, nil
}

func (v vocabulary) check(id cedar.PolicyID, p *cedar.Policy) error {
	if v.validator == nil {
		return nil
	}
	if err := v.validator.Policy(string(id), (*ast.Policy)(p.AST())); err != nil {
		return fmt.Errorf("policy %s (line %d): %w", id, p.Position().Line, err)
	}
	return nil
}

func (v vocabulary) scopeOf(p policy) scope {
	var named []cedar.EntityUID
	switch head := p.AST().Action.(type) {
	case ast.ScopeTypeEq:
		named = []cedar.EntityUID{head.Entity}
	case ast.ScopeTypeIn:
		named = []cedar.EntityUID{head.Entity}
	case ast.ScopeTypeInSet:
		named = head.Entities
	default:
		return scope{every: true}
	}
	s := scope{actions: map[cedar.EntityUID]bool{}}
	for _, uid := range named {
		maps.Copy(s.actions, v.members(uid))
	}
	return s
}

// members are the RPCs below a group, at any depth; an action that is no group is its own member.
func (v vocabulary) members(uid cedar.EntityUID) map[cedar.EntityUID]bool {
	found := map[cedar.EntityUID]bool{}
	var isGroup bool
	for child, entity := range v.groups {
		if entity.Parents.Contains(uid) {
			isGroup = true
			maps.Copy(found, v.members(child))
		}
	}
	if !isGroup {
		found[uid] = true
	}
	return found
}
