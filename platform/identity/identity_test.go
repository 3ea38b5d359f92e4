package identity_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/identity"
)

// start is the real time, because crypto/tls checks validity by it.
var start = time.Now().UTC()

func openCA(t *testing.T, dir string) *identity.DevCA {
	t.Helper()
	ca, err := identity.OpenDevCA(dir, start)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func issue(t *testing.T, ca *identity.DevCA, service string) *identity.Credentials {
	t.Helper()
	c, err := ca.Credentials(service, start)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// handshake connects over loopback and returns the context that gRPC would give the server's handler.
func handshake(t *testing.T, server *tls.Config, client credentials.TransportCredentials, host string) (context.Context, error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	type result struct {
		ctx context.Context
		err error
	}
	served := make(chan result, 1)
	go func() {
		raw, err := listener.Accept()
		if err != nil {
			served <- result{err: err}
			return
		}
		conn, info, err := credentials.NewTLS(server).ServerHandshake(raw)
		if err != nil {
			_ = raw.Close()
			served <- result{err: err}
			return
		}
		_, err = conn.Write([]byte("x"))
		_ = conn.Close()
		served <- result{ctx: peer.NewContext(context.Background(), &peer.Peer{AuthInfo: info}), err: err}
	}()

	raw, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := client.ClientHandshake(context.Background(), host, raw)
	if err == nil {
		_, err = io.ReadFull(conn, make([]byte, 1)) // TLS 1.3: the client hears of a refused certificate only here
	}
	_ = raw.Close()
	r := <-served
	if err != nil {
		return nil, err
	}
	return r.ctx, r.err
}

func TestTwoServicesKnowEachOther(t *testing.T) {
	t.Parallel()
	ca := openCA(t, t.TempDir())
	for _, host := range []string{"127.0.0.1:4000", "localhost:4000"} {
		ctx, err := handshake(t, issue(t, ca, "triage").ServerTLS(), issue(t, ca, "intake").Client("triage"), host)
		if err != nil {
			t.Fatalf("intake cannot call triage at %s: %v", host, err)
		}
		if service, ok := identity.PeerService(ctx); !ok || service != "intake" {
			t.Errorf("triage takes its caller for %q (%v), it is intake", service, ok)
		}
	}
}

func TestACallerWithoutCertificateIsNoService(t *testing.T) {
	t.Parallel()
	ca := openCA(t, t.TempDir())
	ctx, err := handshake(t, issue(t, ca, "triage").ServerTLS(), credentials.NewTLS(&tls.Config{RootCAs: ca.Roots()}), "localhost")
	if err != nil {
		t.Fatalf("a person's client (token, no certificate) must get through TLS: %v", err)
	}
	if service, ok := identity.PeerService(ctx); ok {
		t.Errorf("a caller without certificate is taken for %q", service)
	}
	if _, ok := identity.PeerService(context.Background()); ok {
		t.Error("a call without a peer is taken for a service")
	}
}

func TestAHandshakeIsRefused(t *testing.T) {
	t.Parallel()
	ours, theirs := openCA(t, t.TempDir()), openCA(t, t.TempDir())
	triage, intake := issue(t, ours, "triage"), issue(t, ours, "intake")
	certPEM, keyPEM, err := theirs.Issue("intake", start)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	forged := credentials.NewTLS(&tls.Config{
		RootCAs:              ours.Roots(),
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger, nil },
	})
	old := credentials.NewTLS(&tls.Config{RootCAs: ours.Roots(), MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12})
	for name, tc := range map[string]struct {
		server     *tls.Config
		client     credentials.TransportCredentials
		host, want string
	}{
		"client of a foreign CA": {triage.ServerTLS(), forged, "localhost", "unknown certificate authority"},
		"server of a foreign CA": {
			issue(t, theirs, "triage").ServerTLS(), intake.Client("triage"), "localhost", "unknown authority",
		},
		"server that is another service": {
			issue(t, ours, "notify").ServerTLS(), intake.Client("triage"), "localhost", `"notify", not "triage"`,
		},
		"server under another host name":  {triage.ServerTLS(), intake.Client("triage"), "evil.example", "evil.example"},
		"client that speaks only TLS 1.2": {triage.ServerTLS(), old, "localhost", "protocol version"},
	} {
		if _, err := handshake(t, tc.server, tc.client, tc.host); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error = %v, want one about %q", name, err, tc.want)
		}
	}
}

func TestProcessesThatStartTogetherShareOneCA(t *testing.T) {
	t.Parallel()
	var dir string
	for range 20 { // the moment in which two of them can collide is short
		dir = filepath.Join(t.TempDir(), "ca")
		cas := make([]*identity.DevCA, 8)
		together := make(chan struct{})
		var wg sync.WaitGroup
		for i := range cas {
			wg.Go(func() {
				<-together
				ca, err := identity.OpenDevCA(dir, start)
				if err != nil {
					t.Errorf("process %d: %v", i, err)
					return
				}
				cas[i] = ca
			})
		}
		close(together)
		wg.Wait()
		if t.Failed() {
			t.FailNow()
		}
		for i := range cas {
			if !cas[i].Roots().Equal(cas[0].Roots()) {
				t.Fatalf("process %d does not trust process 0", i)
			}
		}
	}
	secret, err := os.Stat(filepath.Join(dir, "ca.pem"))
	if err != nil || secret.Mode().Perm() != 0o600 {
		t.Errorf("the CA's key must be readable by its owner alone: %v, %v", secret.Mode(), err)
	}
	left, err := fs.Glob(os.DirFS(dir), ".*")
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files with keys are left behind: %v, %v", left, err)
	}
}

func TestABrokenCAStopsTheProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.OpenDevCA(dir, start); err == nil {
		t.Error("a broken CA is used")
	}
	expired := t.TempDir()
	openCA(t, expired)
	if _, err := identity.OpenDevCA(expired, start.AddDate(20, 0, 0)); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("an expired CA is used: %v", err)
	}
}

func TestAServiceNameIsALabel(t *testing.T) {
	t.Parallel()
	ca := openCA(t, t.TempDir())
	for _, name := range []string{"", "Triage", "a/b", "a.b", "-a", "a-", strings.Repeat("a", 33)} {
		if _, err := ca.Credentials(name, start); err == nil {
			t.Errorf("a certificate is issued for %q", name)
		}
	}
}

// renewed writes the files of a service as cert-manager does.
func renewed(t *testing.T, dir string, ca *identity.DevCA, caDir, service string) identity.Files {
	t.Helper()
	cert, key, err := ca.Issue(service, start)
	if err != nil {
		t.Fatal(err)
	}
	roots, err := os.ReadFile(filepath.Join(caDir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	files := identity.Files{
		CA: filepath.Join(dir, "ca.crt"), Cert: filepath.Join(dir, "tls.crt"), Key: filepath.Join(dir, "tls.key"),
	}
	for path, content := range map[string][]byte{files.CA: roots, files.Cert: cert, files.Key: key} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestRenewedFilesAreUsedWithoutARestart(t *testing.T) {
	t.Parallel()
	oldDir, newDir, dir := t.TempDir(), t.TempDir(), t.TempDir()
	oldCA, newCA := openCA(t, oldDir), openCA(t, newDir)
	now := clock.NewManual(start)
	var logged bytes.Buffer
	server, err := identity.Load(renewed(t, dir, oldCA, oldDir, "triage"), now, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	config := server.ServerTLS()
	reaches := func(ca *identity.DevCA) bool {
		_, err := handshake(t, config, issue(t, ca, "intake").Client("triage"), "localhost")
		return err == nil
	}
	if !reaches(oldCA) || reaches(newCA) {
		t.Fatal("before the renewal only the old CA counts")
	}
	files := renewed(t, dir, newCA, newDir, "triage")
	now.Advance(time.Minute)
	if reaches(oldCA) || !reaches(newCA) {
		t.Error("after the renewal only the new CA counts, for certificates and for roots")
	}

	if err := os.WriteFile(files.Key, []byte("half a ke"), 0o600); err != nil {
		t.Fatal(err)
	}
	now.Advance(time.Minute)
	if !reaches(newCA) {
		t.Error("a broken renewal takes the service down")
	}
	if !strings.Contains(logged.String(), "cannot be used") || strings.Contains(logged.String(), "half a ke") {
		t.Errorf("a broken renewal is logged, without the key: %s", logged.String())
	}
}

func TestUnusableFilesStopTheProcess(t *testing.T) {
	t.Parallel()
	caDir, dir := t.TempDir(), t.TempDir()
	ca := openCA(t, caDir)
	good := renewed(t, dir, ca, caDir, "triage")
	for name, files := range map[string]identity.Files{
		"missing file":     {CA: good.CA, Cert: good.Cert, Key: filepath.Join(dir, "none")},
		"key is no key":    {CA: good.CA, Cert: good.Cert, Key: good.CA},
		"CA is no CA file": {CA: good.Key, Cert: good.Cert, Key: good.Key},
		"nothing set":      {},
	} {
		if _, err := identity.Load(files, clock.NewManual(start), slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: the process starts", name)
		}
	}
}
