package rpc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/bavn/bavn/platform/fault"
)

// codec decodes requests. gRPC decodes outside of all interceptors and answers a failure with INTERNAL, so a message that
// cannot be decoded is handed on empty, with the reason in a field that no contract has; checkWire refuses it inside, where it is
// logged and translated. Whoever sends such a field himself is refused for it like for any unknown field.
type codec struct {
	encoding.CodecV2
	limit int
}

// refusedField carries the reason. It is the highest field number there is.
const refusedField = protowire.MaxValidNumber

// What a codec has refused.
const (
	tooLarge    = "too large"
	malformed   = "malformed"
	invalidUTF8 = "invalid utf-8 " // followed by the path of the field
)

func strictCodec(limit int) encoding.CodecV2 {
	return codec{CodecV2: encoding.GetCodecV2(grpcproto.Name), limit: limit}
}

func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	message, ok := v.(proto.Message)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	if data.Len() > c.limit {
		refuse(message, tooLarge)
		return nil
	}
	if err := c.CodecV2.Unmarshal(data, v); err != nil {
		reason := malformed
		if path, found := brokenString(message.ProtoReflect().Descriptor(), data.Materialize(), ""); found {
			reason = invalidUTF8 + path
		}
		refuse(message, reason)
	}
	return nil
}

func refuse(message proto.Message, reason string) {
	proto.Reset(message)
	unknown := protowire.AppendTag(nil, refusedField, protowire.BytesType)
	message.ProtoReflect().SetUnknown(protowire.AppendString(unknown, reason))
}

// checkWire refuses what is not in the contract although protobuf would let it pass: undecodable messages, unknown fields,
// NUL in texts (PostgreSQL cannot store it).
func checkWire(_ context.Context, _ string, message proto.Message) error {
	return checkMessage(message.ProtoReflect(), "")
}

func checkMessage(m protoreflect.Message, path string) error {
	if unknown := m.GetUnknown(); len(unknown) > 0 {
		return refuseUnknown(m.Descriptor(), unknown, path)
	}
	var problem error
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		problem = checkField(field, value, path)
		return problem == nil
	})
	return problem
}

func checkField(field protoreflect.FieldDescriptor, value protoreflect.Value, path string) error {
	switch {
	case field.IsMap():
		return checkMap(field, value.Map(), path)
	case !holdsText(field):
		return nil
	case field.IsList():
		list := value.List()
		for i := range list.Len() {
			if err := checkValue(field, list.Get(i), join(path, field)+"["+strconv.Itoa(i)+"]"); err != nil {
				return err
			}
		}
		return nil
	case field.Kind() == protoreflect.StringKind && strings.IndexByte(value.String(), 0) < 0:
		return nil // by far the most frequent case makes no path
	default:
		return checkValue(field, value, join(path, field))
	}
}

func checkMap(field protoreflect.FieldDescriptor, entries protoreflect.Map, path string) error {
	var problem error
	entries.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		at := join(path, field) + "[" + strconv.Quote(key.String()) + "]"
		problem = checkValue(field.MapKey(), key.Value(), at)
		if problem == nil {
			problem = checkValue(field.MapValue(), value, at)
		}
		return problem == nil
	})
	return problem
}

func checkValue(field protoreflect.FieldDescriptor, value protoreflect.Value, path string) error {
	switch field.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return checkMessage(value.Message(), path)
	case protoreflect.StringKind:
		if strings.IndexByte(value.String(), 0) >= 0 {
			return fault.New(codes.InvalidArgument, fault.NULByte).Meta("field", path).Field(path, "nul_byte")
		}
		return nil
	default:
		return nil
	}
}

func holdsText(field protoreflect.FieldDescriptor) bool {
	switch field.Kind() {
	case protoreflect.StringKind, protoreflect.MessageKind, protoreflect.GroupKind:
		return true
	default:
		return false
	}
}

func refuseUnknown(message protoreflect.MessageDescriptor, unknown []byte, path string) error {
	number, wireType, n := protowire.ConsumeTag(unknown)
	if number == refusedField && wireType == protowire.BytesType && path == "" {
		if reason, m := protowire.ConsumeString(unknown[n:]); m >= 0 {
			return refuseUndecoded(reason)
		}
	}
	at := strconv.Itoa(int(number))
	if path != "" {
		at = path + "." + at
	}
	return fault.New(codes.InvalidArgument, fault.UnknownField).
		Meta("field", "#"+strconv.Itoa(int(number))).Meta("message", string(message.FullName())).Field(at, "unknown_field")
}

func refuseUndecoded(reason string) error {
	path, notUTF8 := strings.CutPrefix(reason, invalidUTF8)
	switch {
	case notUTF8:
		return fault.New(codes.InvalidArgument, fault.InvalidUTF8).Field(path, "invalid_utf8")
	case reason == tooLarge:
		return fault.New(codes.ResourceExhausted, fault.MessageTooLarge)
	default:
		return fault.New(codes.InvalidArgument, fault.MalformedMessage).Cause(errors.New("the message cannot be decoded"))
	}
}

// brokenString finds the first text that is not UTF-8 in an encoded message, for its path.
func brokenString(message protoreflect.MessageDescriptor, raw []byte, path string) (string, bool) {
	seen := map[protowire.Number]int{}
	for len(raw) > 0 {
		number, wireType, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return "", false
		}
		raw = raw[n:]
		size := protowire.ConsumeFieldValue(number, wireType, raw)
		if size < 0 {
			return "", false
		}
		field := message.Fields().ByNumber(number)
		if field != nil && wireType == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(raw)
			at := join(path, field)
			if field.IsList() {
				at = fmt.Sprintf("%s[%d]", at, seen[number])
				seen[number]++
			}
			switch {
			case field.Kind() == protoreflect.StringKind && !utf8.Valid(value):
				return at, true
			case field.Kind() == protoreflect.MessageKind:
				if found, ok := brokenString(field.Message(), value, at); ok {
					return found, true
				}
			}
		}
		raw = raw[size:]
	}
	return "", false
}

func join(path string, field protoreflect.FieldDescriptor) string {
	if path == "" {
		return string(field.Name())
	}
	return path + "." + string(field.Name())
}
