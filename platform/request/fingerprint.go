package request

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// idField is left out of the fingerprint: it is what the fingerprint is kept under.
const idField = "request_id"

// Fingerprint is SHA-256 of a decoded message, walked in the order of field numbers. Two encodings of the same message have
// the same fingerprint, whatever order their fields and map entries came in, and a field that is set to its zero value
// differs from one that is not set where the message itself makes a difference.
func Fingerprint(m proto.Message) [32]byte {
	w := walker{hash: sha256.New()}
	w.message(m.ProtoReflect(), true)
	return [32]byte(w.hash.Sum(nil))
}

type walker struct {
	hash  hash.Hash
	space [9]byte
}

// number writes a tagged number: what is hashed can be told apart from what is next to it.
func (w *walker) number(tag byte, n uint64) {
	w.space[0] = tag
	binary.BigEndian.PutUint64(w.space[1:], n)
	w.hash.Write(w.space[:])
}

func (w *walker) text(tag byte, s string) {
	w.number(tag, uint64(len(s)))
	w.hash.Write([]byte(s))
}

func (w *walker) message(m protoreflect.Message, top bool) {
	var fields []protoreflect.FieldDescriptor
	m.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if !top || f.Name() != idField {
			fields = append(fields, f)
		}
		return true
	})
	slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int { return int(a.Number() - b.Number()) })
	w.number('m', uint64(len(fields)))
	for _, f := range fields {
		w.number('f', uint64(f.Number()))
		switch value := m.Get(f); {
		case f.IsMap():
			w.entries(f, value.Map())
		case f.IsList():
			list := value.List()
			w.number('l', uint64(list.Len()))
			for i := range list.Len() {
				w.scalar(f, list.Get(i))
			}
		default:
			w.scalar(f, value)
		}
	}
	// Unknown fields are refused before they get here; if one did, it would be part of what the caller said.
	w.text('u', string(m.GetUnknown()))
}

func (w *walker) entries(f protoreflect.FieldDescriptor, entries protoreflect.Map) {
	keys := make([]protoreflect.MapKey, 0, entries.Len())
	entries.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, k)
		return true
	})
	slices.SortFunc(keys, func(a, b protoreflect.MapKey) int { return strings.Compare(a.String(), b.String()) })
	w.number('p', uint64(len(keys)))
	for _, k := range keys {
		w.text('k', k.String())
		w.scalar(f.MapValue(), entries.Get(k))
	}
}

func (w *walker) scalar(f protoreflect.FieldDescriptor, value protoreflect.Value) {
	switch v := value.Interface().(type) {
	case protoreflect.Message:
		w.message(v, false)
	case string:
		w.text('s', v)
	case []byte:
		w.text('b', string(v))
	case bool:
		if v {
			w.number('t', 1)
		} else {
			w.number('t', 0)
		}
	case protoreflect.EnumNumber:
		w.number('e', uint64(v))
	case int32:
		w.number('i', uint64(v))
	case int64:
		w.number('i', uint64(v))
	case uint32:
		w.number('n', uint64(v))
	case uint64:
		w.number('n', v)
	case float32:
		w.number('d', math.Float64bits(float64(v)))
	case float64:
		w.number('d', math.Float64bits(v))
	default:
		panic("request: field " + string(f.FullName()) + " has a kind that protobuf does not")
	}
}
