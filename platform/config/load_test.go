package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/platform/config"
)

type database struct {
	URL      string        `koanf:"url" usage:"PostgreSQL connection URL" secret:"true"`
	MaxConns int32         `koanf:"max_conns" usage:"connections in the pool"`
	Timeout  time.Duration `koanf:"timeout" usage:"limit of one transaction"`
}

func (d database) Validate() error {
	var errs []error
	if d.URL == "" {
		errs = append(errs, config.Invalid("url", "must be set"))
	}
	if d.MaxConns < 1 {
		errs = append(errs, config.Invalid("max_conns", "must be at least 1, is %d", d.MaxConns))
	}
	return errors.Join(errs...)
}

type process struct {
	Listen   string     `koanf:"listen" usage:"address of the gRPC server"`
	LogLevel slog.Level `koanf:"log_level" usage:"debug, info, warn or error"`
	Ratio    float64    `koanf:"ratio" usage:"share of traces kept"`
	Tracing  bool       `koanf:"tracing" usage:"export spans"`
	Desks    []string   `koanf:"desks" usage:"desks served"`
	DB       database   `koanf:"db"`
}

func defaults() *process {
	return &process{Listen: "127.0.0.1:0", Desks: []string{"nsp"}, DB: database{
		URL: "postgres://bavn:geheim@db/triage", MaxConns: 8, Timeout: 5 * time.Second,
	}}
}

const prefix = "BAVN_TRIAGE_"

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bavn.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(dst any, files []string, env []string, args ...string) error {
	return config.Load(dst, config.Options{
		Program: "triage", Prefix: prefix, Files: files, Env: env, Args: args, Output: &bytes.Buffer{},
	})
}

func TestALaterSourceWinsAndDefaultsStay(t *testing.T) {
	t.Parallel()
	got := defaults()
	err := load(got,
		[]string{file(t, "listen: file:1\nlog_level: WARN\nratio: 0.5\ndesks: [nsp, au]\ndb:\n  max_conns: 4\n  timeout: 2s\n")},
		[]string{prefix + "DB_MAX_CONNS=5", prefix + "LISTEN=env:1", "HOME=/root", "BAVN_INTAKE_LISTEN=not ours"},
		"--listen", "flag:1", "--tracing")
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Listen, want.LogLevel, want.Ratio, want.Tracing, want.Desks = "flag:1", slog.LevelWarn, 0.5, true, []string{"nsp", "au"}
	want.DB.MaxConns, want.DB.Timeout = 5, 2*time.Second
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("effective configuration (-want +got):\n%s", diff)
	}
}

func TestFilesNamedOnTheCommandLineAndInTheEnvironmentAreRead(t *testing.T) {
	t.Parallel()
	got := defaults()
	first, second := file(t, "listen: first:1\nratio: 0.1\n"), file(t, "listen: second:1\n")
	if err := load(got, nil, []string{prefix + "CONFIG=" + first}, "--config", second); err != nil {
		t.Fatal(err)
	}
	if got.Listen != "second:1" || got.Ratio != 0.1 {
		t.Errorf("listen %q, ratio %v: the later file must win and the earlier one count where it is silent", got.Listen, got.Ratio)
	}
}

func TestWhatCannotBeMeantIsRefusedByName(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file string
		env  []string
		args []string
		want []string // all of them in the one error
	}{
		"misspelt key in the file":      {file: "db:\n  max_con: 4\n", want: []string{"db.max_con: unknown key in file "}},
		"misspelt variable":             {env: []string{prefix + "DB_MAX=4"}, want: []string{"_DB_MAX: unknown environment variable"}},
		"misspelt flag":                 {args: []string{"--db-max-con=4"}, want: []string{"--db-max-con"}},
		"argument that is no flag":      {args: []string{"serve"}, want: []string{`unexpected argument "serve"`}},
		"value where a group is meant":  {file: "db: here\n", want: []string{"db: is a value in file", "must be a group of keys"}},
		"group where a value is meant":  {file: "listen:\n  port: 1\n", want: []string{"listen: must be a string, is a group of keys"}},
		"list where a value is meant":   {file: "listen: [a, b]\n", want: []string{"listen: must be a string, is a list"}},
		"key without a value":           {file: "listen:\n", want: []string{"listen: has no value"}},
		"text that YAML read as number": {file: "listen: 1.10\n", want: []string{"listen: is not text in YAML: put it in quotes"}},
		"duration without a unit":       {file: "db:\n  timeout: 5\n", want: []string{`db.timeout: "5" is not of type duration`}},
		"number that does not fit":      {env: []string{prefix + "DB_MAX_CONNS=3000000000"}, want: []string{"value out of range"}},
		"fraction of a connection":      {file: "db:\n  max_conns: 1.5\n", want: []string{`db.max_conns: "1.5" is not of type int`}},
		"missing file":                  {args: []string{"--config", "/nowhere.yaml"}, want: []string{"/nowhere.yaml"}},
		"broken YAML":                   {file: "db: [\n", want: []string{"read configuration file"}},
		"everything at once": {
			file: "lisen: x\n", env: []string{prefix + "RATIO=much"}, args: []string{"--db-max-conns=few"},
			want: []string{"lisen: unknown key", `ratio: "much"`, `db.max_conns: "few"`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var files []string
			if tt.file != "" {
				files = []string{file(t, tt.file)}
			}
			err := load(defaults(), files, tt.env, tt.args...)
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error must say %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestAnInvalidSettingIsNamedInAllThreeSpellings(t *testing.T) {
	t.Parallel()
	err := load(defaults(), nil, nil, "--db-url=", "--db-max-conns=0")
	want := "db.url: must be set (file key db.url, env BAVN_TRIAGE_DB_URL, flag --db-url)\n" +
		"db.max_conns: must be at least 1, is 0 (file key db.max_conns, env BAVN_TRIAGE_DB_MAX_CONNS, flag --db-max-conns)"
	if err == nil || err.Error() != want {
		t.Errorf("one line per setting:\n got %v\nwant %s", err, want)
	}
	if invalid, ok := errors.AsType[*config.FieldError](err); !ok || invalid.Key != "db.url" {
		t.Errorf("the setting must be readable from the error, got %+v", invalid)
	}
}

type plain struct {
	URL string `koanf:"url" usage:"connection URL"`
}

func (plain) Validate() error { return errors.New("url: is required") }

func TestAnErrorThatBeginsWithTheKeyIsAFieldErrorToo(t *testing.T) {
	t.Parallel()
	err := load(&struct {
		DB plain `koanf:"db"`
	}{}, nil, nil)
	if want := "db.url: is required (file key db.url, env BAVN_TRIAGE_DB_URL, flag --db-url)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestPrintConfigShowsWhatIsInForceAndWhereItCameFrom(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	path := file(t, "ratio: 0.25\n")
	err := config.Load(defaults(), config.Options{
		Prefix: prefix, Files: []string{path}, Env: []string{prefix + "DB_TIMEOUT=1m"},
		Args: []string{"--listen=:1", "--print-config"}, Output: &out,
	})
	if !errors.Is(err, config.ErrPrinted) {
		t.Fatalf("got %v, want ErrPrinted", err)
	}
	want := "listen: :1 # flag --listen\nlog_level: INFO\nratio: 0.25 # file " + path + "\ntracing: false\ndesks: [nsp]\ndb:\n" +
		"  url: '[hidden]'\n  max_conns: 8\n  timeout: 1m0s # env BAVN_TRIAGE_DB_TIMEOUT\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("--print-config (-want +got):\n%s", diff)
	}
}

func TestPrintConfigShowsAnInvalidConfigurationBeforeItIsRefused(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	args := []string{"--db-max-conns=0", "--print-config"}
	err := config.Load(defaults(), config.Options{Prefix: prefix, Args: args, Output: &out})
	if err == nil || errors.Is(err, config.ErrPrinted) || !strings.Contains(out.String(), "max_conns: 0 # flag") {
		t.Errorf("got error %v after printing\n%s", err, out.String())
	}
}

func TestWhatIsPrintedLoadsAsTheSameConfiguration(t *testing.T) {
	t.Parallel()
	want := defaults()
	want.Listen, want.Desks, want.LogLevel = "yes", []string{"1", "a b"}, slog.LevelError+2
	var out bytes.Buffer
	if err := config.Print(want, &out); err != nil {
		t.Fatal(err)
	}
	got := &process{DB: database{URL: "x", MaxConns: 1}}
	if err := load(got, []string{file(t, out.String())}, nil); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	got.DB.URL = want.DB.URL // hidden by design
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("printed and loaded again (-want +got):\n%s", diff)
	}
}

func TestASecretIsNeverShown(t *testing.T) {
	t.Parallel()
	type secrets struct {
		Key  int64    `koanf:"key" usage:"a secret number" secret:"true"`
		Keys []string `koanf:"keys" usage:"secret words" secret:"true"`
	}
	dst := &secrets{Key: 4711, Keys: []string{"geheim"}}
	var shown bytes.Buffer
	if err := config.Print(dst, &shown); err != nil {
		t.Fatal(err)
	}
	document, err := config.Document(dst, prefix)
	if err != nil {
		t.Fatal(err)
	}
	shown.WriteString(document)
	help := config.Load(dst, config.Options{Args: []string{"--help"}, Output: &shown})
	refused := load(dst, nil, []string{prefix + "KEY=geheim"})
	fmt.Fprint(&shown, help, refused)
	if refused == nil || strings.Contains(shown.String(), "geheim") || strings.Contains(shown.String(), "4711") {
		t.Errorf("a secret got out:\n%s", shown.String())
	}
}

func TestAStructThatCannotBeDocumentedIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		dst  any
		want string
	}{
		"no pointer": {process{}, "must be a pointer"},
		"no tag":     {&struct{ A string }{}, "A needs a koanf tag"},
		"no usage": {&struct {
			A string `koanf:"a"`
		}{}, "a: needs a usage tag"},
		"unspellable type": {&struct {
			A chan int `koanf:"a" usage:"x"`
		}{}, "no source can spell a chan int"},
		"two of one name": {&struct {
			A, B string `koanf:"a" usage:"x"`
		}{}, "a and a share the flag --a"},
		"taken by platform": {&struct {
			A string `koanf:"config" usage:"x"`
		}{}, "share the flag --config"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := load(tt.dst, nil, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error that says %q", err, tt.want)
			}
		})
	}
}

func ExampleDocument() {
	table, _ := config.Document(&database{MaxConns: 8, Timeout: 5 * time.Second}, "BAVN_TRIAGE_DB_")
	fmt.Print(table)
	// Output:
	// | key | environment | flag | default | meaning |
	// |---|---|---|---|---|
	// | `url` | `BAVN_TRIAGE_DB_URL` | `--url` |  | PostgreSQL connection URL (secret: others can see a command line) |
	// | `max_conns` | `BAVN_TRIAGE_DB_MAX_CONNS` | `--max-conns` | `8` | connections in the pool |
	// | `timeout` | `BAVN_TRIAGE_DB_TIMEOUT` | `--timeout` | `5s` | limit of one transaction |
}

func TestAnEmbeddedStructsMistakesAreSaidOnce(t *testing.T) {
	t.Parallel()
	type Database = database
	err := load(&struct{ Database }{}, nil, nil)
	if err == nil || strings.Count(err.Error(), "url: must be set") != 1 {
		t.Errorf("got %v, want one line per mistake", err)
	}
	err = load(&struct{ *plain }{}, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "needs a koanf tag") {
		t.Errorf("got %v, want an embedded pointer refused", err)
	}
}

func TestTheSettingsOfAnEmbeddedStructAreItsParentsOwn(t *testing.T) {
	t.Parallel()
	type Shared struct {
		Listen string `koanf:"listen" usage:"where"`
	}
	var cfg struct {
		Shared
		Size int `koanf:"size" usage:"how many"`
	}
	err := config.Load(&cfg, config.Options{Env: []string{"T_LISTEN=here", "T_SIZE=3"}, Prefix: "T_"})
	if err != nil || cfg.Listen != "here" || cfg.Size != 3 {
		t.Errorf("loaded %+v (%v), want listen here and size 3", cfg, err)
	}
}
