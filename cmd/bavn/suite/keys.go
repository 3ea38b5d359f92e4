package suite

import (
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
}

func (f Folder) keys() (keys, error) {
	path := f.Path("keys.json")
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		secret := make([]byte, pagetoken.KeyBytes)
		_, _ = rand.Read(secret) // never fails (crypto/rand)
		made := keys{Tokens: hex.EncodeToString(secret), Session: gateway.NewSessionKey()}
		if content, err = json.Marshal(made); err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
	}
	var k keys
	if err == nil {
		err = json.Unmarshal(content, &k)
	}
	if err != nil {
		return keys{}, fmt.Errorf("keep the suite's keys: %w", err)
	}
	return k, nil
}
