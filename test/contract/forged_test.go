package contract_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/bavn/bavn/test/house"
)

// tokens makes one of each kind of token that must not open anything, all in mette's name, and remembers it as "token <kind>".
func (p *preparation) tokens() error {
	good, err := p.h.Token(house.Mette, time.Hour)
	if err != nil {
		return err
	}
	if p.made["token expired"], err = p.h.Token(house.Mette, -time.Minute); err != nil {
		return err
	}
	issuer, err := issuersKey(p.h.Folder().Path("issuer.key"))
	if err != nil {
		return err
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	parts := strings.Split(good, ".")
	var claims map[string]any
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil {
		return fmt.Errorf("read the claims of a good token: %w", err)
	}
	p.made["token none"] = ""
	p.made["token garbage"] = "not-a-token"
	p.made["token unsigned"] = parts[0] + "." + parts[1] + "."
	p.made["token algorithm none"] = encodePart(map[string]any{"alg": "none", "typ": "at+jwt"}) + "." + parts[1] + "."
	p.made["token for somebody else"] = parts[0] + "." + encodePart(with(claims, "sub", house.Root)) + "." + parts[2]
	own := jose.SigningKey{Algorithm: jose.ES256, Key: issuer}
	forger := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: stranger, KeyID: issuer.KeyID}}
	public, err := x509.MarshalPKIXPublicKey(issuer.Public().Key)
	if err != nil {
		return err
	}
	for _, token := range []struct {
		kind   string
		by     jose.SigningKey
		claims map[string]any
	}{
		{"signed by a stranger", forger, claims},
		{"signed with the public key", jose.SigningKey{Algorithm: jose.HS256, Key: public}, claims},
		{"wrong audience", own, with(claims, "aud", []string{"somebody-else"})},
		{"wrong issuer", own, with(claims, "iss", "https://issuer.example.org")},
		{"not yet valid", own, with(claims, "nbf", time.Now().Add(time.Hour).Unix())},
		{"without a person", own, with(claims, "sub", "")},
		{"with a path for a person", own, with(claims, "sub", "../root")},
	} {
		if p.made["token "+token.kind], err = sign(token.by, token.claims); err != nil {
			return fmt.Errorf("token %s: %w", token.kind, err)
		}
	}
	// What the rest is compared with: the same way of signing opens the door when nothing is wrong.
	p.made["token good"], err = sign(own, claims)
	return err
}

func with(claims map[string]any, name string, value any) map[string]any {
	changed := maps.Clone(claims)
	changed[name] = value
	return changed
}

func encodePart(part map[string]any) string {
	text, err := json.Marshal(part)
	if err != nil {
		panic(err) // maps of texts and numbers always marshal
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func sign(by jose.SigningKey, claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(by, (&jose.SignerOptions{}).WithType("at+jwt"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

func issuersKey(file string) (jose.JSONWebKey, error) {
	var key jose.JSONWebKey
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &key)
	}
	return key, err
}
