package identity

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/bavn/bavn/platform/clock"
)

// checkEvery is how often changed files are looked for. Kubernetes itself takes about a minute to bring a renewed secret.
const checkEvery = 10 * time.Second

// Files are the PEM files that cert-manager writes and renews.
type Files struct {
	CA   string `koanf:"ca"   usage:"PEM file with the CA certificates that are trusted"`
	Cert string `koanf:"cert" usage:"PEM file with this service's certificate (URI name spiffe://bavn/<service>)"`
	Key  string `koanf:"key"  usage:"PEM file with the key of that certificate"`
}

// Load reads the files and returns credentials that follow their changes: a handshake looks at most every ten seconds
// whether there is something new. A broken renewal is logged and the running certificate stays in use. A file that
// cannot be used now is an error, on which the process stops.
func Load(files Files, now clock.Clock, log *slog.Logger) (*Credentials, error) {
	r := &reloader{files: files, clock: now, log: log}
	contents, err := files.read()
	if err != nil {
		return nil, err
	}
	if r.material, err = parse(contents.ca, contents.cert, contents.key); err != nil {
		return nil, fmt.Errorf("use TLS files %s, %s: %w", files.Cert, files.CA, err)
	}
	r.contents, r.checked = contents, now.Now()
	return &Credentials{current: r.current}, nil
}

type contents struct{ ca, cert, key []byte }

func (f Files) read() (contents, error) {
	var c contents
	var errs [3]error
	c.ca, errs[0] = os.ReadFile(f.CA)
	c.cert, errs[1] = os.ReadFile(f.Cert)
	c.key, errs[2] = os.ReadFile(f.Key)
	if err := errors.Join(errs[:]...); err != nil {
		return contents{}, fmt.Errorf("read TLS files: %w", err)
	}
	return c, nil
}

func (c contents) equal(o contents) bool {
	return bytes.Equal(c.ca, o.ca) && bytes.Equal(c.cert, o.cert) && bytes.Equal(c.key, o.key)
}

type reloader struct {
	files Files
	clock clock.Clock
	log   *slog.Logger

	mu       sync.Mutex // a handshake costs a thousand times what waiting here does
	material *material
	contents contents
	checked  time.Time
}

func (r *reloader) current() *material {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	if now.Sub(r.checked) < checkEvery {
		return r.material
	}
	r.checked = now
	read, err := r.files.read()
	if err != nil {
		r.log.Error("TLS files cannot be read; the running certificate stays in use", "error", err)
		return r.material
	}
	if read.equal(r.contents) {
		return r.material
	}
	fresh, err := parse(read.ca, read.cert, read.key)
	if err != nil {
		r.log.Error("TLS files have changed and cannot be used; the running certificate stays in use", "error", err)
		return r.material
	}
	r.log.Info("TLS files have changed; the new certificate is in use",
		"service", fresh.service, "valid_until", fresh.cert.Leaf.NotAfter)
	r.contents, r.material = read, fresh
	return r.material
}
