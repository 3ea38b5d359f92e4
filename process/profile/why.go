package profile

import (
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Why says where an answer comes from, so that "why P2?" is one question.
type Why struct {
	// Rule is the path of the setting: "priority.floors[security]".
	Rule string
	// Condition is its condition, empty where it always holds; Inputs are the facts that this looked at.
	Condition string
	Inputs    map[string]string
	// Reason is for people, where the profile gives one.
	Reason *profilev1.Text
	// Source is where the setting is written, and Derived true where no source says it.
	Source  string
	Derived bool
	// Version is that of the profile that answered.
	Version string
}

// Held is a setting that holds for a ticket, and why.
type Held[T any] struct {
	Setting T
	Why     Why
}

// setting is what every setting of a profile has.
type setting interface {
	GetId() string
	GetSource() string
	GetDerived() bool
}

// rule is a setting with its condition.
type rule[T setting] struct {
	setting T
	path    string
	when    *Condition
}

// gate is a rule with the condition that opens it.
type gate struct {
	rule[*profilev1.Gate]
	satisfied *Condition
}

func ruled[T setting](p *Profile, path string, settings []T) []rule[T] {
	all := make([]rule[T], len(settings))
	for i, s := range settings {
		at := path + "[" + s.GetId() + "]"
		all[i] = rule[T]{s, at, p.conditions[at+".when"]}
	}
	return all
}

// why explains a rule that held.
func (r rule[T]) why(p *Profile, s subject) Why {
	why := p.Because(r.path, r.setting, nil)
	if r.when != nil {
		why.Condition, why.Inputs = r.when.Text, r.when.inputs(s)
	}
	if reasoned, ok := any(r.setting).(interface{ GetReason() *profilev1.Text }); ok {
		why.Reason = reasoned.GetReason()
	}
	return why
}

// first returns the first rule that holds.
func first[T setting](p *Profile, rules []rule[T], s subject) (held Held[T], found bool, err error) {
	for _, r := range rules {
		holds, err := r.when.holds(s)
		if err != nil {
			return held, false, err
		}
		if holds {
			return Held[T]{r.setting, r.why(p, s)}, true, nil
		}
	}
	return held, false, nil
}

// every returns all rules that hold, in order.
func every[T setting](p *Profile, rules []rule[T], s subject) ([]Held[T], error) {
	var all []Held[T]
	for _, r := range rules {
		holds, err := r.when.holds(s)
		if err != nil {
			return nil, err
		}
		if holds {
			all = append(all, Held[T]{r.setting, r.why(p, s)})
		}
	}
	return all, nil
}
