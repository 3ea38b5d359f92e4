package command_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/riverqueue/river"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/ldapsource"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// slapdPackages are Debian's OpenLDAP server and what it needs beside libc.
var slapdPackages = []string{
	"slapd", "libldap-2.5-0", "libltdl7", "libodbc2", "libsasl2-2", "libargon2-1", "libwrap0", "libperl5.36",
}

// installed is a root folder with slapd: the machine's own, or one that Debian's packages are unpacked into.
func installed(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("/usr/sbin/slapd"); err == nil {
		return "/"
	}
	folder := t.TempDir()
	fetch := exec.CommandContext(t.Context(), "apt-get", append([]string{"-qq", "download"}, slapdPackages...)...)
	fetch.Dir = folder
	if said, err := fetch.CombinedOutput(); err != nil {
		t.Skipf("needs OpenLDAP's slapd, and Debian's package cannot be had here: %v: %s", err, said)
	}
	packages, err := filepath.Glob(filepath.Join(folder, "*.deb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range packages {
		unpack := exec.CommandContext(t.Context(), "dpkg-deb", "-x", file, filepath.Join(folder, "root"))
		if said, err := unpack.CombinedOutput(); err != nil {
			t.Skipf("needs OpenLDAP's slapd, and %s cannot be unpacked here: %v: %s", file, err, said)
		}
	}
	return filepath.Join(folder, "root")
}

const (
	admin       = "cn=admin,dc=au,dc=example"
	adminSecret = "not-a-secret"
)

// slapd starts a real directory and returns its address.
func slapd(t *testing.T) string {
	t.Helper()
	root := installed(t)
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	schema := filepath.Join(root, "etc/ldap/schema")
	conf := fmt.Sprintf(`include %[1]s/core.schema
include %[1]s/cosine.schema
include %[1]s/inetorgperson.schema
modulepath %[2]s/usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=au,dc=example"
rootdn "%[3]s"
rootpw %[4]s
directory %[5]s
access to * by users read by anonymous auth
limits users size=500
`, schema, strings.TrimSuffix(root, "/"), admin, adminSecret, data)
	file := filepath.Join(folder, "slapd.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "ldap://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	server := exec.CommandContext(ctx, filepath.Join(root, "usr/sbin/slapd"), "-h", address, "-f", file, "-d", "0")
	server.Env = append(os.Environ(), "LD_LIBRARY_PATH="+filepath.Join(root, "usr/lib/x86_64-linux-gnu"))
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil && !errors.As(err, new(*exec.ExitError)) && !errors.Is(err, context.Canceled) {
			t.Errorf("slapd is not stopped: %v", err)
		}
	})
	deadline := time.After(30 * time.Second)
	for {
		if conn, err := ldap.DialURL(address); err == nil {
			_ = conn.Close()
			return address
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("slapd ends: %v: %s", err, said.String())
		case <-deadline:
			t.Fatal("slapd does not answer")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// directory is a connection that may write.
func directory(t *testing.T, address string) *ldap.Conn {
	t.Helper()
	conn, err := ldap.DialURL(address)
	if err == nil {
		err = conn.Bind(admin, adminSecret)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func entry(t *testing.T, conn *ldap.Conn, uid, name string, more map[string]string) {
	t.Helper()
	add := ldap.NewAddRequest("uid="+uid+",dc=au,dc=example", nil)
	add.Attribute("objectClass", []string{"inetOrgPerson"})
	add.Attribute("uid", []string{uid})
	add.Attribute("cn", []string{name})
	add.Attribute("sn", []string{name})
	for attribute, value := range more {
		add.Attribute(attribute, []string{value})
	}
	if err := conn.Add(add); err != nil {
		t.Fatal(err)
	}
}

// R35, R36: a real directory is imported by the job: new, changed, unchanged and gone; beyond what the server gives at once.
func TestR35ADirectoryIsSynced(t *testing.T) {
	t.Parallel()
	address := slapd(t)
	f := setUp(t)
	conn := directory(t, address)
	base := ldap.NewAddRequest("dc=au,dc=example", nil)
	base.Attribute("objectClass", []string{"dcObject", "organization"})
	base.Attribute("dc", []string{"au"})
	base.Attribute("o", []string{"Aarhus Universitet"})
	if err := conn.Add(base); err != nil {
		t.Fatal(err)
	}
	entry(t, conn, "au100", "Åse Ærø", map[string]string{
		"mail": "aase@au.example", "telephoneNumber": "+45 87 15 00 00", "employeeNumber": "au100", "departmentNumber": "IT",
		"preferredLanguage": "da", "physicalDeliveryOfficeName": "5335-091",
	})
	entry(t, conn, "gaest1", "Gæst", nil)
	const others = 1200
	for i := range others {
		entry(t, conn, fmt.Sprintf("s%d", i), fmt.Sprintf("Studerende %d", i), nil)
	}
	cfg := ldapsource.DefaultConfig()
	cfg.URL, cfg.BaseDN, cfg.Desk, cfg.StartTLS = address, "dc=au,dc=example", "nsp", false
	cfg.BindDN, cfg.BindPassword = admin, adminSecret
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	worker := &command.SyncPersonsWorker{Commands: f.commands, Directory: cfg, Request: &intakev1.ImportPersonsRequest{
		Parent: "desks/nsp", Source: cfg.Source, CloseAbsent: true, PhoneRegion: "DK",
	}}
	sync := func(want string) {
		t.Helper()
		f.log.Reset()
		if err := worker.Work(t.Context(), &river.Job[command.SyncPersonsArgs]{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(f.log.String(), want) || strings.Contains(f.log.String(), "Åse") {
			t.Errorf("the log says %s, want %s and nobody's name", f.log.String(), want)
		}
	}
	sync(fmt.Sprintf("created=%d changed=0 unchanged=0 closed=0 refused=0", others+2))
	got, err := store.ReadPerson(t.Context(), f.pool, "desks/nsp/persons/au100")
	if err != nil || got.GetDisplayName() != "Åse Ærø" || got.GetEmail() != "aase@au.example" ||
		got.GetPhone() != "+4587150000" || got.GetOrganisationId() != "au100" || got.GetOffice() != "5335-091" ||
		got.GetDepartment() != "IT" {
		t.Errorf("she is registered as %v (%v)", got, err)
	}
	sync(fmt.Sprintf("created=0 changed=0 unchanged=%d closed=0 refused=0", others+2))
	moved := ldap.NewModifyRequest("uid=au100,dc=au,dc=example", nil)
	moved.Replace("physicalDeliveryOfficeName", []string{"5335-100"})
	if err := errors.Join(conn.Modify(moved), conn.Del(ldap.NewDelRequest("uid=gaest1,dc=au,dc=example", nil))); err != nil {
		t.Fatal(err)
	}
	sync(fmt.Sprintf("created=0 changed=1 unchanged=%d closed=1 refused=0", others))
	got, err = store.ReadPerson(t.Context(), f.pool, "desks/nsp/persons/gaest1")
	if err != nil || got.GetLeaveTime() == nil || got.GetDisplayName() != "Gæst" {
		t.Errorf("the guest who left is %v", got)
	}
	// A directory that does not answer to its end closes nobody.
	cfg.BindPassword = "wrong"
	worker.Directory = cfg
	if err := worker.Work(t.Context(), &river.Job[command.SyncPersonsArgs]{}); err == nil {
		t.Error("a directory that lets nobody in is taken for an empty one")
	}
	if n := f.count(t, "SELECT count(*) FROM persons WHERE left_at IS NOT NULL"); n != 1 {
		t.Errorf("%d persons are closed, want the guest", n)
	}
}
