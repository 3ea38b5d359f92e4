package domain

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2/event"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// cloudType begins the type of every event that leaves Bavn.
const cloudType = "dk.bavn."

// happened is the data of a CloudEvent: the facts after it, as the REST API shows them.
type happened struct {
	Resource   string          `json:"resource"`
	Revision   int64           `json:"revision"`
	ActorParty string          `json:"actorParty,omitempty"`
	Actor      string          `json:"actor,omitempty"`
	Facts      json.RawMessage `json:"facts"`
}

// CloudEvent is an event as webhooks get it, in CloudEvents' structured JSON. It holds facts and no text. Unless persons may be
// named, nothing in it leads to one: not their ids, nor the numbers and addresses of who is on duty.
func CloudEvent(id string, record *eventv1.Record, persons bool) ([]byte, error) {
	payload, err := record.GetPayload().UnmarshalNew()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", record.GetType(), err)
	}
	forget(payload.ProtoReflect(), persons)
	facts, err := protojson.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", record.GetType(), err)
	}
	data := happened{
		Resource: record.GetResource(), Revision: record.GetRevision(), ActorParty: record.GetActor().GetParty(), Facts: facts,
	}
	if persons {
		data.Actor = record.GetActor().GetPerson()
	}
	e := cloudevents.New()
	e.SetID(id)
	e.SetSource("//bavn.dk/" + record.GetDesk())
	e.SetType(cloudType + record.GetType())
	e.SetSubject(record.GetResource())
	e.SetTime(record.GetOccurredAt().AsTime())
	if parent := JourneyParent(record.GetJourney().GetTraceId(), record.GetJourney().GetRootSpanId()); parent != "" {
		e.SetExtension("traceparent", parent)
	}
	if err := e.SetData("application/json", data); err != nil {
		return nil, fmt.Errorf("write %s: %w", record.GetType(), err)
	}
	return json.Marshal(e)
}

// TestEvent is what a receiver is tried with.
func TestEvent(id, webhook string, at time.Time) ([]byte, error) {
	e := cloudevents.New()
	e.SetID(id)
	e.SetSource("//bavn.dk/" + webhook)
	e.SetType(TestType)
	e.SetSubject(webhook)
	e.SetTime(at)
	if err := e.SetData("application/json", map[string]string{"message": "It works."}); err != nil {
		return nil, err
	}
	return json.Marshal(e)
}

// TestType is the type of a test event.
const TestType = "bavn.webhook.test"

// forget takes away what is not for webhooks: always how Bavn decided whom else to tell, and what leads to a person unless
// persons may be named. It looks at every text of the message, so that a new field that names a person is forgotten as well.
func forget(m protoreflect.Message, persons bool) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Name() == "notifications":
			m.Clear(field)
		case field.IsMap():
			forgetMap(m, field, value.Map(), persons)
		case field.IsList():
			forgetList(m, field, value.List(), persons)
		case field.Message() != nil:
			forget(value.Message(), persons)
		case !persons && personal(field, value):
			m.Clear(field)
		}
		return true
	})
}

func forgetMap(m protoreflect.Message, field protoreflect.FieldDescriptor, values protoreflect.Map, persons bool) {
	var named []protoreflect.MapKey
	values.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		if nested := field.MapValue(); nested.Message() != nil {
			forget(value.Message(), persons)
		} else if !persons && (personal(nested, value) || personText(key.String())) {
			named = append(named, key)
		}
		return true
	})
	for _, key := range named {
		m.Mutable(field).Map().Clear(key)
	}
}

func forgetList(m protoreflect.Message, field protoreflect.FieldDescriptor, values protoreflect.List, persons bool) {
	if field.Message() != nil {
		for i := range values.Len() {
			forget(values.Get(i).Message(), persons)
		}
		return
	}
	if persons || field.Kind() != protoreflect.StringKind {
		return
	}
	kept := m.NewField(field).List()
	for i := range values.Len() {
		if !personal(field, values.Get(i)) {
			kept.Append(values.Get(i))
		}
	}
	if kept.Len() == 0 {
		m.Clear(field)
		return
	}
	m.Set(field, protoreflect.ValueOfList(kept))
}

// personal reports whether a text names a person, or is where one is reached.
func personal(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
	if field.Kind() != protoreflect.StringKind {
		return false
	}
	return field.Name() == "phone" || field.Name() == "email" || personText(value.String())
}

func personText(text string) bool { return strings.Contains(text, "persons/") }
