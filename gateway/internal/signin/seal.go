package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

const keyBytes = 32

// NewKey makes a session key for a gateway that is alone and may forget its sessions at a restart.
func NewKey() string {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // crypto/rand never fails: it ends the process instead
	return base64.StdEncoding.EncodeToString(key)
}

// seal keeps what a browser carries for us secret and unaltered: AES-256-GCM with a random nonce, bound to the cookie's name.
type seal struct{ keys []cipher.AEAD }

func newSeal(keys []string) (*seal, error) {
	if len(keys) == 0 {
		return nil, errors.New("needs at least one key")
	}
	s := &seal{}
	for i, text := range keys {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != keyBytes {
			return nil, fmt.Errorf("key %d is not the base64 of %d bytes", i+1, keyBytes)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		box, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		s.keys = append(s.keys, box)
	}
	return s, nil
}

func (s *seal) close(name string, content any) (string, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", name, err)
	}
	return base64.RawURLEncoding.EncodeToString(s.keys[0].Seal(nil, nil, text, []byte(name))), nil
}

// open reports whether value was sealed by us under this name, and fills content.
func (s *seal) open(name, value string, content any) bool {
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return false
	}
	for _, key := range s.keys {
		if text, err := key.Open(nil, nil, sealed, []byte(name)); err == nil {
			return json.Unmarshal(text, content) == nil
		}
	}
	return false
}
