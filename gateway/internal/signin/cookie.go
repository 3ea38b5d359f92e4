package signin

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// pieceBytes keeps name, value and attributes under the 4096 bytes that browsers take (RFC 6265 §6.1); an issuer's tokens
	// may need several pieces.
	pieceBytes = 3800
	maxPieces  = 4
)

// cookie is a sealed value in a browser. Over HTTPS its name has the __Host- prefix: no other host may have set it.
type cookie struct {
	name   string
	secure bool
	seal   *seal
}

func newCookie(name string, secure bool, s *seal) cookie {
	if secure {
		name = "__Host-" + name
	}
	return cookie{name: name, secure: secure, seal: s}
}

func (c cookie) piece(i int) string {
	if i == 0 {
		return c.name
	}
	return c.name + "." + strconv.Itoa(i)
}

// read fills content from the request's cookie, and reports false for one that is missing, altered or not ours.
func (c cookie) read(r *http.Request, content any) bool {
	var value strings.Builder
	for i := range maxPieces {
		piece, err := r.Cookie(c.piece(i))
		if err != nil {
			break
		}
		value.WriteString(piece.Value)
		if len(piece.Value) < pieceBytes {
			break
		}
	}
	return value.Len() > 0 && c.seal.open(c.name, value.String(), content)
}

// write seals content into the answer for at most ttl, and reports false if it is too large for a browser.
func (c cookie) write(w http.ResponseWriter, content any, ttl time.Duration) bool {
	value, err := c.seal.close(c.name, content)
	if err != nil || len(value) >= pieceBytes*maxPieces {
		return false
	}
	for i := 0; i == 0 || value != ""; i++ {
		piece := value[:min(len(value), pieceBytes)]
		value = value[len(piece):]
		c.set(w, i, piece, int(ttl/time.Second))
		if len(piece) == pieceBytes && value == "" {
			c.set(w, i+1, "-", -1) // a full last piece must not be continued by an old one
		}
	}
	return true
}

// clear removes every piece that the browser has.
func (c cookie) clear(w http.ResponseWriter, r *http.Request) {
	for i := range maxPieces {
		if _, err := r.Cookie(c.piece(i)); err == nil {
			c.set(w, i, "", -1)
		}
	}
}

func (c cookie) set(w http.ResponseWriter, i int, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: c.piece(i), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	})
}
