package domain

import (
	"encoding/base64"

	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// etagBytes of the chain hash are enough that no two states of a ticket meet.
const etagBytes = 15

// Etag is the etag of the state that the event with this chain hash made. It says nothing about how many there were before.
func Etag(chainHash []byte) string {
	return base64.RawURLEncoding.EncodeToString(chainHash[:min(etagBytes, len(chainHash))])
}

// Texts are those that a ticket shows; empty where there is none, or it was erased.
type Texts struct {
	Title, Description, Solution, RootCause string
}

// Shown is a ticket as callers see it: the facts of one of its states with that state's etag, and the texts that still exist.
func Shown(facts *triagev1.Ticket, chainHash []byte, texts Texts) *triagev1.Ticket {
	t := proto.CloneOf(facts)
	t.Etag = Etag(chainHash)
	t.Title, t.Description, t.Solution, t.RootCause = texts.Title, texts.Description, texts.Solution, texts.RootCause
	return t
}

// After are the texts that a ticket shows after events that may have written some of them anew.
func (t Texts) After(events []Event) Texts {
	for _, e := range events {
		for _, text := range e.Texts {
			switch text.Name {
			case TextTitle:
				t.Title = text.Text
			case TextDescription:
				t.Description = text.Text
			case TextSolution:
				t.Solution, t.RootCause = text.Text, ""
			case TextRootCause:
				t.RootCause = text.Text
			}
		}
	}
	return t
}
