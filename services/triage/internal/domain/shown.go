package domain

import (
	"encoding/base64"
	"slices"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// etagBytes of the chain hash are enough that no two states of a ticket meet.
const etagBytes = 15

// Etag is the etag of the state that the event with this chain hash made. It says nothing about how many there were before.
func Etag(chainHash []byte) string {
	return base64.RawURLEncoding.EncodeToString(chainHash[:min(etagBytes, len(chainHash))])
}

// Shown is a ticket as callers see it: the facts of one of its states with that state's etag, and the texts that still exist.
func Shown(facts *triagev1.Ticket, chainHash []byte, texts []Text) *triagev1.Ticket {
	t := proto.CloneOf(facts)
	t.Etag = Etag(chainHash)
	for _, text := range texts {
		switch text.Name {
		case TextTitle:
			t.Title = text.Text
		case TextDescription:
			t.Description = text.Text
		case TextSolution:
			t.Solution = text.Text
		}
	}
	return t
}

// Rewritten are the texts that a ticket shows after events that wrote some of them anew.
func Rewritten(texts []Text, events []Event) []Text {
	shown := slices.Clone(texts)
	for _, e := range events {
		for _, text := range e.Texts {
			shown = slices.DeleteFunc(shown, func(old Text) bool { return old.Name == text.Name })
			shown = append(shown, text)
		}
	}
	return shown
}
