package devissuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
)

// signingKey is the issuer's one ES256 key, named by its RFC 7638 thumbprint.
type signingKey struct{ private jose.JSONWebKey }

func (k signingKey) public() jose.JSONWebKey { return k.private.Public() }

// signer makes a signer whose tokens carry the given media type (RFC 9068: an access token is an `at+jwt`).
func (k signingKey) signer(mediaType jose.ContentType) (jose.Signer, error) {
	options := (&jose.SignerOptions{}).WithType(mediaType)
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.private}, options)
}

// loadOrMakeKey reads the key from file, or makes one and keeps it there. Two processes that start at once end up with the
// same key: the first link to the name wins and the other reads it.
func loadOrMakeKey(file string) (signingKey, error) {
	if file == "" {
		return makeKey()
	}
	key, err := readKey(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if key, err = makeKey(); err != nil {
		return signingKey{}, err
	}
	if err := keepKey(file, key); err != nil && !errors.Is(err, fs.ErrExist) {
		return signingKey{}, err
	}
	return readKey(file)
}

func makeKey() (signingKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return signingKey{}, fmt.Errorf("generate: %w", err)
	}
	key := jose.JSONWebKey{Key: private, Algorithm: string(jose.ES256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return signingKey{}, fmt.Errorf("thumbprint: %w", err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return signingKey{private: key}, nil
}

func readKey(file string) (signingKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return signingKey{}, err
	}
	var key jose.JSONWebKey
	if err := json.Unmarshal(text, &key); err != nil {
		return signingKey{}, fmt.Errorf("%s: %w", file, err)
	}
	if private, ok := key.Key.(*ecdsa.PrivateKey); !ok || private.Curve != elliptic.P256() || key.KeyID == "" {
		return signingKey{}, fmt.Errorf("%s: not a named private P-256 key", file)
	}
	return signingKey{private: key}, nil
}

// keepKey writes the whole key under a temporary name first, so that no reader ever meets half of it.
func keepKey(file string, key signingKey) error {
	text, err := json.Marshal(key.private)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(folder, ".issuer-key-*") // readable by its owner only
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Close()); err != nil {
		return err
	}
	return os.Link(draft.Name(), file)
}
