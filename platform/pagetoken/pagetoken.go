// Package pagetoken makes the opaque tokens that lists and feeds give out. They are encrypted, because a raw position is
// a count, and they are bound to the query that made them: a token of another query, desk or method is refused.
package pagetoken

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/bavn/bavn/platform/fault"
)

const (
	// KeyBytes is the size of a key: AES-256.
	KeyBytes = 32
	keyIDLen = 4
	// maxTokenLen is far above any cursor; longer input is not ours.
	maxTokenLen = 8 << 10
)

// Query is what a token belongs to. Two queries differ if any part does.
type Query struct {
	// Principal is set where a list means something else to another caller; empty where the token may be handed on.
	Principal string
	// Desk is the desk the query asks about.
	Desk string
	// Method is the full RPC name.
	Method string
	// Hash tells requests of one method apart; see Hash.
	Hash []byte
}

// asksForThePage are the fields of a request that may differ between the pages of one list (AIP-158).
var asksForThePage = []protoreflect.Name{"page_size", "page_token"}

// Hash is the query hash of a request message: of everything but what asks for the page. It is stable between replicas of one
// release only, which a token needs no more than.
func Hash(request proto.Message) ([]byte, error) {
	question := proto.Clone(request).ProtoReflect()
	for _, name := range asksForThePage {
		if field := question.Descriptor().Fields().ByName(name); field != nil {
			question.Clear(field)
		}
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(question.Interface())
	if err != nil {
		return nil, fmt.Errorf("hash a query: %w", err)
	}
	sum := sha256.Sum256(raw)
	return sum[:], nil
}

// Sealer makes and opens tokens. It is safe for concurrent use.
type Sealer struct {
	current key
	byID    map[[keyIDLen]byte]key
	refuse  *fault.Error
}

type key struct {
	id   [keyIDLen]byte
	aead cipher.AEAD
}

// New makes a sealer for page tokens, which refuses with INVALID_PAGE_TOKEN. The first key seals, all of them open: to
// rotate, add the new key in front and remove the old one when its tokens no longer matter.
func New(keys ...[]byte) (*Sealer, error) {
	return newSealer(fault.InvalidPageToken, keys)
}

// NewResume makes a sealer for the resume tokens of feeds, which refuses with INVALID_RESUME_TOKEN.
func NewResume(keys ...[]byte) (*Sealer, error) {
	return newSealer(fault.InvalidResumeToken, keys)
}

// fieldOf is where a request holds the kind of token.
var fieldOf = map[string]string{fault.InvalidPageToken: "page_token", fault.InvalidResumeToken: "resume_token"}

func newSealer(reason string, keys [][]byte) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("page tokens need a key")
	}
	s := &Sealer{
		byID:   make(map[[keyIDLen]byte]key, len(keys)),
		refuse: fault.New(codes.InvalidArgument, reason).Field(fieldOf[reason], "token.foreign"),
	}
	for i, raw := range keys {
		k, err := newKey(reason, raw)
		if err != nil {
			return nil, fmt.Errorf("page token key %d: %w", i, err)
		}
		if i == 0 {
			s.current = k
		}
		s.byID[k.id] = k
	}
	return s, nil
}

// newKey derives a key of its own for each kind of token, so that one can never be opened as the other.
func newKey(kind string, raw []byte) (key, error) {
	if len(raw) != KeyBytes {
		return key{}, fmt.Errorf("has %d bytes, want %d", len(raw), KeyBytes)
	}
	derived := sha256.Sum256(append([]byte("bavn "+kind+" key\x00"), raw...))
	block, err := aes.NewCipher(derived[:])
	if err != nil {
		return key{}, fmt.Errorf("use key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, fmt.Errorf("use key: %w", err)
	}
	id := sha256.Sum256(append([]byte("bavn "+kind+" key id\x00"), raw...))
	return key{id: [keyIDLen]byte(id[:keyIDLen]), aead: aead}, nil
}

// Seal returns the token for a cursor of this query. Two tokens of the same cursor differ.
func (s *Sealer) Seal(query Query, cursor []byte) string {
	token := s.current.aead.Seal(s.current.id[:len(s.current.id):len(s.current.id)], nil, cursor, query.binding())
	return base64.RawURLEncoding.EncodeToString(token)
}

// Open returns the cursor of a token of this query, and nil for the empty token, which is the first page's. Anything
// else is refused: INVALID_PAGE_TOKEN (INVALID_RESUME_TOKEN), without saying what is wrong with it.
func (s *Sealer) Open(query Query, token string) ([]byte, error) {
	if token == "" {
		return nil, nil
	}
	if len(token) > maxTokenLen {
		return nil, s.refuse.Cause(fmt.Errorf("token of %d characters", len(token)))
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(token, "="))
	if err != nil {
		return nil, s.refuse.Cause(fmt.Errorf("decode: %w", err))
	}
	if len(raw) < keyIDLen {
		return nil, s.refuse.Cause(errors.New("too short"))
	}
	k, ok := s.byID[[keyIDLen]byte(raw[:keyIDLen])]
	if !ok {
		return nil, s.refuse.Cause(errors.New("sealed with a key that is not ours"))
	}
	cursor, err := k.aead.Open(nil, nil, raw[keyIDLen:], query.binding())
	if err != nil {
		return nil, s.refuse.Cause(fmt.Errorf("open: %w", err))
	}
	if cursor == nil { // nil would be the first page
		cursor = []byte{}
	}
	return cursor, nil
}

// binding is the authenticated data: each part with its length, so that no two queries have the same.
func (q Query) binding() []byte {
	var b []byte
	for _, part := range [][]byte{[]byte(q.Principal), []byte(q.Desk), []byte(q.Method), q.Hash} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}
