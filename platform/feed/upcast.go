package feed

import (
	"fmt"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// Upcast changes a decoded record of one schema version into the next. It works on a copy that nobody else holds.
type Upcast func(*eventv1.Record) error

// Upcasters bring old records up to date when they are read; stored bytes never change. Add all of them before the first
// read. A nil *Upcasters has none.
type Upcasters struct {
	steps map[schema]Upcast
}

type schema struct {
	typ     string
	version int32
}

// Add registers the step from a version of a type to the next one. A second step for the same version is a mistake of the
// program and panics, as a second flag of one name does.
func (u *Upcasters) Add(typ string, from int32, step Upcast) {
	if u.steps == nil {
		u.steps = map[schema]Upcast{}
	}
	key := schema{typ, from}
	if _, twice := u.steps[key]; twice {
		panic(fmt.Sprintf("two upcasts for %s version %d", typ, from))
	}
	u.steps[key] = step
}

// Apply takes record through every step that its type and version have, and sets the version it reached.
func (u *Upcasters) Apply(record *eventv1.Record) error {
	if u == nil {
		return nil
	}
	for {
		step, ok := u.steps[schema{record.GetType(), record.GetSchemaVersion()}]
		if !ok {
			return nil
		}
		from := record.GetSchemaVersion()
		if err := step(record); err != nil {
			return fmt.Errorf("upcast %s from version %d: %w", record.GetType(), from, err)
		}
		record.SchemaVersion = from + 1
	}
}
