package profile

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"

	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// version is the hash of what a profile says, its bases included: the settings in the order of their numbers, so that neither
// comments nor the order of keys nor the way of writing change it. The order of entries does: the first rule that holds wins.
func version(settings *profilev1.Profile) string {
	sum := sha256.New()
	digest(sum, settings.ProtoReflect())
	return hex.EncodeToString(sum.Sum(nil))
}

func digest(sum hash.Hash, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for number := protoreflect.FieldNumber(1); number < 100; number++ { // the schema's numbers end at 99, which a test holds
		field := fields.ByNumber(number)
		if field == nil || !m.Has(field) {
			continue
		}
		count(sum, int(number))
		if !field.IsList() {
			digestValue(sum, field, m.Get(field))
			continue
		}
		list := m.Get(field).List()
		count(sum, list.Len())
		for i := range list.Len() {
			digestValue(sum, field, list.Get(i))
		}
	}
	count(sum, 0)
}

func digestValue(sum hash.Hash, field protoreflect.FieldDescriptor, value protoreflect.Value) {
	if field.Message() != nil {
		digest(sum, value.Message())
		return
	}
	text := value.String()
	count(sum, len(text))
	sum.Write([]byte(text))
}

// count writes a length, so that "ab"+"c" differs from "a"+"bc".
func count(sum hash.Hash, n int) {
	var buffer [binary.MaxVarintLen64]byte
	sum.Write(buffer[:binary.PutUvarint(buffer[:], uint64(n))])
}
