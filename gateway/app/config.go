package app

import (
	"errors"
	"net/url"
	"time"

	"github.com/bavn/bavn/gateway/internal/board"
	"github.com/bavn/bavn/gateway/internal/extracts"
	"github.com/bavn/bavn/gateway/internal/signin"
	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/dial"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/telemetry"
)

// Service is the gateway's name in certificates, traces and logs.
const Service = "gateway"

// Config is everything that can be set.
type Config struct {
	HTTP      HTTPConfig       `koanf:"http"`
	Admin     AdminConfig      `koanf:"admin"`
	Services  Services         `koanf:"services"`
	Process   ProcessConfig    `koanf:"process"`
	Board     board.Config     `koanf:"board"`
	Extracts  extracts.Config  `koanf:"extracts"`
	SignIn    signin.Config    `koanf:"sign_in"`
	TLS       identity.Files   `koanf:"tls"` // of the calls to the services
	Telemetry telemetry.Config `koanf:"telemetry"`
	Run       run.Config       `koanf:"run"`
}

// HTTPConfig is the public door. TLS ends before it: at the ingress, which is also where a certificate for the public name is.
type HTTPConfig struct {
	Listen      string   `koanf:"listen" usage:"host:port for browsers and scripts; port 0 takes a free one"`
	PublicURL   string   `koanf:"public_url" usage:"address that browsers see, such as https://bavn.example.dk"`
	CORSOrigins []string `koanf:"cors_origins" usage:"origins whose pages may call the API with a token of their own; none if empty"`

	FilesURL string `koanf:"files_url" usage:"origin that files are fetched from, apart from the page; public_url if empty"`

	UploadTimeout      time.Duration `koanf:"upload_timeout" usage:"longest time to send one file"`
	BodyBytes          int64         `koanf:"body_bytes" usage:"largest request body"`
	HeaderBytes        int           `koanf:"header_bytes" usage:"largest request header"`
	RequestTimeout     time.Duration `koanf:"request_timeout" usage:"longest time until the answer of a call that is no stream"`
	StreamWriteTimeout time.Duration `koanf:"stream_write_timeout" usage:"longest time to take one message of a stream"`
	ReadTimeout        time.Duration `koanf:"read_timeout" usage:"longest time to send a request"`
	IdleTimeout        time.Duration `koanf:"idle_timeout" usage:"longest time between two requests of a connection"`
}

// AdminConfig is the door for probes and scrapers.
type AdminConfig struct {
	Listen string `koanf:"listen" usage:"host:port of /metrics, /healthz and /readyz; port 0 takes a free one"`
}

// Services says where the services are.
type Services struct {
	Intake    dial.Config `koanf:"intake"`
	Triage    dial.Config `koanf:"triage"`
	Notify    dial.Config `koanf:"notify"`
	Reporting dial.Config `koanf:"reporting"`
}

// ProcessConfig says which processes are shown to everybody.
type ProcessConfig struct {
	Pages string `koanf:"pages" usage:"folder of pages that bavn profile page --html wrote; those of the shipped profiles if empty"`
}

// DefaultConfig is what a process starts from.
func DefaultConfig() Config {
	reporting := dial.DefaultConfig("")
	reporting.MaxMessageBytes = 16 << 20 // a journey has every event of its ticket
	return Config{
		HTTP: HTTPConfig{
			Listen: "127.0.0.1:8080", PublicURL: "http://127.0.0.1:8080",
			UploadTimeout: 15 * time.Minute,
			BodyBytes:     1 << 20, HeaderBytes: 64 << 10,
			RequestTimeout: 30 * time.Second, StreamWriteTimeout: 30 * time.Second,
			ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		},
		Admin: AdminConfig{Listen: "127.0.0.1:9080"},
		Services: Services{
			Intake: dial.DefaultConfig(""), Triage: dial.DefaultConfig(""),
			Notify: dial.DefaultConfig(""), Reporting: reporting,
		},
		Board:     board.DefaultConfig(),
		Extracts:  extracts.DefaultConfig(),
		SignIn:    signin.DefaultConfig(),
		Telemetry: telemetry.DefaultConfig(Service),
		Run:       run.DefaultConfig(),
	}
}

// Validate returns the settings that cannot work.
func (c HTTPConfig) Validate() error {
	var errs []error
	if c.Listen == "" {
		errs = append(errs, config.Invalid("listen", "must be host:port"))
	}
	if public, err := url.Parse(c.PublicURL); err != nil || public.Host == "" ||
		public.Scheme != "http" && public.Scheme != "https" || public.Path != "" && public.Path != "/" {
		errs = append(errs, config.Invalid("public_url", "must be http(s)://host[:port], is %q", c.PublicURL))
	}
	if files, err := url.Parse(c.FilesURL); c.FilesURL != "" && (err != nil || files.Host == "" ||
		files.Scheme != "http" && files.Scheme != "https" || files.Path != "" && files.Path != "/") {
		errs = append(errs, config.Invalid("files_url", "must be http(s)://host[:port], is %q", c.FilesURL))
	}
	for _, size := range []struct {
		key   string
		bytes int64
	}{{"body_bytes", c.BodyBytes}, {"header_bytes", int64(c.HeaderBytes)}} {
		if size.bytes < 1<<10 {
			errs = append(errs, config.Invalid(size.key, "must be at least 1024, is %d", size.bytes))
		}
	}
	for _, limit := range []struct {
		key  string
		time time.Duration
	}{
		{"request_timeout", c.RequestTimeout},
		{"stream_write_timeout", c.StreamWriteTimeout},
		{"upload_timeout", c.UploadTimeout},
		{"read_timeout", c.ReadTimeout},
		{"idle_timeout", c.IdleTimeout},
	} {
		if limit.time <= 0 {
			errs = append(errs, config.Invalid(limit.key, "must be more than 0, is %v", limit.time))
		}
	}
	return errors.Join(errs...)
}

// Validate returns the settings that cannot work.
func (c AdminConfig) Validate() error {
	if c.Listen == "" {
		return config.Invalid("listen", "must be host:port")
	}
	return nil
}
