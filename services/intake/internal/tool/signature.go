package tool

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// Tolerance is how far a signed time may be from ours, as standardwebhooks.com has it.
const Tolerance = 5 * time.Minute

// ErrForged is why a delivery is not taken in.
var ErrForged = errors.New("no secret of the connection signed this, or not now")

// NewSecret makes a secret as standardwebhooks.com writes it.
func NewSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// Verify returns what tells a delivery from others, if one of the secrets signed it: the same again has the same key, whatever
// headers somebody puts around it.
func Verify(kind intakev1.ToolKind, d Delivery, secrets []string, now time.Time) (key string, err error) {
	for _, secret := range secrets {
		if key, ok := signed(kind, d, secret, now); ok {
			return key, nil
		}
	}
	return "", ErrForged
}

func signed(kind intakev1.ToolKind, d Delivery, secret string, now time.Time) (key string, ok bool) {
	switch kind {
	case intakev1.ToolKind_TOOL_KIND_JIRA:
		return digest(d.Body), hubSigned(d, secret)
	case intakev1.ToolKind_TOOL_KIND_ALERTMANAGER:
		return digest(d.Body), bearer(d, secret)
	case intakev1.ToolKind_TOOL_KIND_CLOUD_EVENTS:
		if d.Header.Get(standardwebhooks.HeaderWebhookSignature) == "" {
			return digest(append([]byte(d.Header.Get("Ce-Source")+"\n"+d.Header.Get("Ce-Id")+"\n"), d.Body...)), bearer(d, secret)
		}
		return standardSigned(d, secret, now)
	case intakev1.ToolKind_TOOL_KIND_GENERIC:
		return standardSigned(d, secret, now)
	default:
		return "", false
	}
}

// standardSigned holds for a signature of standardwebhooks.com that was made now. The id is signed with it.
func standardSigned(d Delivery, secret string, now time.Time) (key string, ok bool) {
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil || hook.VerifyIgnoringTimestamp(d.Body, d.Header) != nil {
		return "", false
	}
	seconds, err := strconv.ParseInt(d.Header.Get(standardwebhooks.HeaderWebhookTimestamp), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > Tolerance {
		return "", false
	}
	return digest([]byte(d.Header.Get(standardwebhooks.HeaderWebhookID))), true
}

// hubSigned holds for Jira's signature, of the body alone (WebSub's X-Hub-Signature). When it was made is said in the body.
func hubSigned(d Delivery, secret string) bool {
	method, written, _ := strings.Cut(d.Header.Get("X-Hub-Signature"), "=")
	given, err := hex.DecodeString(written)
	if err != nil || method != "sha256" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Body)
	return hmac.Equal(given, mac.Sum(nil))
}

func bearer(d Delivery, secret string) bool {
	scheme, token, _ := strings.Cut(d.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "bearer") && subtle.ConstantTimeCompare([]byte(token), []byte(secret)) == 1
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
