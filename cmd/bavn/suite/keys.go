package suite

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	gateway "github.com/bavn/bavn/gateway/app"
	"github.com/bavn/bavn/platform/pagetoken"
)

// keys seal what the services give away and want back: they outlive a restart with the folder.
type keys struct {
	Tokens  string `json:"tokens"`  // page and resume tokens
	Session string `json:"session"` // the gateway's cookies
	// References are those in mails, which intake and notify share.
	References string `json:"references"`
}

func (f Folder) keys() (keys, error) {
	path := f.Path("keys.json")
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		content, err = []byte("{}"), nil
	}
	var k keys
	if err == nil {
		err = json.Unmarshal(content, &k)
	}
	if complete := k.complete(); err == nil && complete != k { // a folder of an older release has fewer
		k = complete
		if content, err = json.Marshal(k); err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
	}
	if err != nil {
		return keys{}, fmt.Errorf("keep the suite's keys: %w", err)
	}
	return k, nil
}

func (k keys) complete() keys {
	return keys{
		Tokens:     cmp.Or(k.Tokens, newKey()),
		Session:    cmp.Or(k.Session, gateway.NewSessionKey()),
		References: cmp.Or(k.References, newKey()),
	}
}

func newKey() string {
	secret := make([]byte, pagetoken.KeyBytes)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	return hex.EncodeToString(secret)
}

// References is the key of the references in mails, for who plays somebody that answers one.
func (f Folder) References() (string, error) {
	k, err := f.keys()
	return k.References, err
}
