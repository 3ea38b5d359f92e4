package manifests_test

import (
	"slices"
	"strings"
)

// policy is a NetworkPolicy, as far as pods of one namespace and TCP are concerned.
type policy struct {
	Spec struct {
		Pods    selector  `yaml:"podSelector"`
		Types   []string  `yaml:"policyTypes"`
		Ingress []traffic `yaml:"ingress"`
		Egress  []traffic `yaml:"egress"`
	} `yaml:"spec"`
}

type traffic struct {
	From  []peer `yaml:"from"`
	To    []peer `yaml:"to"`
	Ports []struct {
		Port     int    `yaml:"port"`
		Protocol string `yaml:"protocol"`
	} `yaml:"ports"`
}

type peer struct {
	Pods      *selector `yaml:"podSelector"`
	Namespace *selector `yaml:"namespaceSelector"`
}

type selector struct {
	Labels      map[string]string `yaml:"matchLabels"`
	Expressions []struct {
		Key      string   `yaml:"key"`
		Operator string   `yaml:"operator"`
		Values   []string `yaml:"values"`
	} `yaml:"matchExpressions"`
}

func (s selector) selects(labels map[string]string) bool {
	for key, value := range s.Labels {
		if labels[key] != value {
			return false
		}
	}
	for _, e := range s.Expressions {
		if e.Operator != "In" || !slices.Contains(e.Values, labels[e.Key]) {
			return false
		}
	}
	return true
}

// lets reports whether a pod may open a connection to another. As in Kubernetes, a pod that no policy of a direction selects
// is open in it; the others are open to what one of their policies allows.
func (c *cluster) lets(from, to map[string]string, port int) bool {
	return c.direction("Egress", from, to, port) && c.direction("Ingress", to, from, port)
}

func (c *cluster) direction(direction string, self, other map[string]string, port int) bool {
	restricted := false
	for _, p := range c.policies {
		if !p.Spec.Pods.selects(self) || !slices.Contains(p.Spec.Types, direction) {
			continue
		}
		restricted = true
		rules := p.Spec.Egress
		if direction == "Ingress" {
			rules = p.Spec.Ingress
		}
		if slices.ContainsFunc(rules, func(t traffic) bool { return t.allows(other, port) }) {
			return true
		}
	}
	return !restricted
}

func (t traffic) allows(other map[string]string, port int) bool {
	peers := slices.Concat(t.From, t.To)
	if len(peers) > 0 && !slices.ContainsFunc(peers, func(p peer) bool {
		return p.Namespace == nil && p.Pods != nil && p.Pods.selects(other)
	}) {
		return false
	}
	for _, p := range t.Ports {
		if p.Port == port && strings.EqualFold(p.Protocol, "TCP") {
			return true
		}
	}
	return len(t.Ports) == 0
}
