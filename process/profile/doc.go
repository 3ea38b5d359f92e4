// Package profile reads the process of a desk from its file and answers by it: which priority, who gets the ticket, who is told,
// what must be so before a step. A profile is loaded whole or not at all; its answers are pure functions of the ticket's facts,
// and each says why: by which rule, from which source, in which version.
//
// docs/adr/0017 says how profiles extend each other. profiles/ holds the shipped ones.
package profile
