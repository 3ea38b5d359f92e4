package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/config"
	"github.com/bavn/bavn/platform/run"
)

// Config is nested in a process's configuration under the key jobs.
type Config struct {
	// Queues names the queues that this process works and how many jobs of each at once. It is the service's decision, not a
	// setting; nil means the default queue with MaxWorkers, empty means that the process only inserts.
	Queues map[string]int `koanf:"-"`

	MaxWorkers         int           `koanf:"max_workers" usage:"jobs run at once; each may take a database connection"`
	JobTimeout         time.Duration `koanf:"job_timeout" usage:"longest time one attempt may take"`
	RescueAfter        time.Duration `koanf:"rescue_after" usage:"a job that runs longer was left by a dead process"`
	StopTimeout        time.Duration `koanf:"stop_timeout" usage:"time running jobs get at shutdown before they are interrupted"`
	FetchPollInterval  time.Duration `koanf:"fetch_poll_interval" usage:"how often due jobs are looked for"`
	FetchCooldown      time.Duration `koanf:"fetch_cooldown" usage:"shortest time between two fetches, and between two NOTIFYs"`
	PollOnly           bool          `koanf:"poll_only" usage:"neither LISTEN nor NOTIFY: a new job waits for the next poll"`
	MaxAttempts        int           `koanf:"max_attempts" usage:"attempts before a failing job is given up"`
	RetryBase          time.Duration `koanf:"retry_base" usage:"wait after the first failure, doubled after each"`
	RetryMax           time.Duration `koanf:"retry_max" usage:"longest wait between two attempts"`
	CompletedRetention time.Duration `koanf:"completed_retention" usage:"how long a completed job is kept"`
	DiscardedRetention time.Duration `koanf:"discarded_retention" usage:"how long a job that was given up is kept"`
}

// DefaultConfig is small, as a pool of eight connections wants it.
func DefaultConfig() Config {
	return Config{
		MaxWorkers: 4, JobTimeout: 20 * time.Second, RescueAfter: 30 * time.Second, StopTimeout: 5 * time.Second,
		FetchPollInterval: 500 * time.Millisecond, FetchCooldown: 100 * time.Millisecond,
		MaxAttempts: 25, RetryBase: time.Second, RetryMax: 5 * time.Minute,
		CompletedRetention: 5 * time.Minute, DiscardedRetention: 7 * 24 * time.Hour,
	}
}

// Validate returns the settings that cannot work.
func (c Config) Validate() error {
	var errs []error
	atLeast := func(key string, value, least time.Duration) {
		if value < least {
			errs = append(errs, config.Invalid(key, "must be at least %v, is %v", least, value))
		}
	}
	for key, value := range map[string]int{"max_workers": c.MaxWorkers, "max_attempts": c.MaxAttempts} {
		if value < 1 {
			errs = append(errs, config.Invalid(key, "must be at least 1, is %d", value))
		}
	}
	atLeast("job_timeout", c.JobTimeout, time.Second)
	// Below it, a job that is merely slow would be started a second time while it runs.
	atLeast("rescue_after", c.RescueAfter, c.JobTimeout+time.Second)
	atLeast("stop_timeout", c.StopTimeout, time.Millisecond)
	atLeast("fetch_cooldown", c.FetchCooldown, time.Millisecond)
	atLeast("fetch_poll_interval", c.FetchPollInterval, c.FetchCooldown)
	atLeast("retry_base", c.RetryBase, time.Millisecond)
	atLeast("retry_max", c.RetryMax, c.RetryBase)
	atLeast("completed_retention", c.CompletedRetention, time.Second)
	atLeast("discarded_retention", c.DiscardedRetention, time.Second)
	return errors.Join(errs...)
}

// Deps is what a client needs; all fields but Periodic are required.
type Deps struct {
	Pool    *pgxpool.Pool
	Clock   clock.Clock    // any clock but the machine's is a test's: see steeredClock
	Workers *river.Workers // who does which kind of job
	// Periodic jobs are inserted by the one client that leads. Under a test's clock nobody leads: the test inserts them itself.
	Periodic       []*river.PeriodicJob
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider
	Logger         *slog.Logger
}

// Client inserts jobs and, if it has queues, works them. InsertTx and the other methods are River's.
type Client struct {
	*river.Client[pgx.Tx]

	works       bool
	promoter    *promoter
	steered     clock.Clock // a test's; nil under the machine's
	maxAttempts int
	inserting   []rivertype.JobInsertMiddleware
}

// New returns a client that is not started yet; inserting needs no start.
func New(cfg Config, deps Deps) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("configure jobs: %w", err)
	}
	traced, err := newTracing(deps)
	if err != nil {
		return nil, fmt.Errorf("measure jobs: %w", err)
	}
	var driver riverdriver.Driver[pgx.Tx] = riverpgxv5.New(deps.Pool)
	if cfg.PollOnly {
		driver = silentDriver{driver}
	}
	queues := cfg.Queues
	if queues == nil {
		queues = map[string]int{river.QueueDefault: cfg.MaxWorkers}
	}
	soon := &dueSoon{clock: deps.Clock}
	c := &Client{works: len(queues) > 0, maxAttempts: cfg.MaxAttempts, inserting: []rivertype.JobInsertMiddleware{soon, traced}}
	settings := &river.Config{
		Workers:                     deps.Workers,
		Middleware:                  []rivertype.Middleware{traced, soon},
		JobTimeout:                  cfg.JobTimeout,
		RescueStuckJobsAfter:        cfg.RescueAfter,
		SoftStopTimeout:             cfg.StopTimeout,
		FetchPollInterval:           cfg.FetchPollInterval,
		FetchCooldown:               cfg.FetchCooldown,
		MaxAttempts:                 cfg.MaxAttempts,
		RetryPolicy:                 backoff{clock: deps.Clock, base: cfg.RetryBase, limit: cfg.RetryMax},
		CompletedJobRetentionPeriod: cfg.CompletedRetention,
		DiscardedJobRetentionPeriod: cfg.DiscardedRetention,
		Logger:                      slog.New(onlyWarnings{deps.Logger.Handler()}),
	}
	if c.works {
		settings.Queues = make(map[string]river.QueueConfig, len(queues))
		for name, workers := range queues {
			settings.Queues[name] = river.QueueConfig{MaxWorkers: workers}
		}
	}
	c.promoter = &promoter{exec: driver.GetExecutor(), every: promoteEvery, logger: deps.Logger}
	if deps.Clock == clock.System() {
		settings.PeriodicJobs = deps.Periodic
	} else {
		steer(settings, deps.Clock)
		c.steered, c.promoter.clock, c.promoter.every = deps.Clock, deps.Clock, steeredPoll
	}
	if c.Client, err = river.NewClient(driver, settings); err != nil {
		return nil, fmt.Errorf("configure jobs: %w", err)
	}
	return c, nil
}

// Part is the client as a part of a process, stopped after the servers and before the pool.
func (c *Client) Part() run.Part {
	return run.Part{Name: "jobs", Stage: run.Workers, Start: c.Start, Stop: c.Stop}
}

// Start begins to work the queues and returns. The work goes on until Stop, also after ctx has ended.
func (c *Client) Start(ctx context.Context) error {
	if !c.works {
		return nil
	}
	if err := c.Client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	c.promoter.start(context.WithoutCancel(ctx))
	return nil
}

// Stop fetches no more and lets running jobs finish. Those that take longer than Config.StopTimeout are interrupted and run
// again elsewhere, without losing an attempt.
func (c *Client) Stop(ctx context.Context) error {
	if !c.works {
		return nil
	}
	c.promoter.stop()
	if err := c.Client.Stop(ctx); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// silentDriver makes River neither LISTEN nor NOTIFY.
type silentDriver struct{ riverdriver.Driver[pgx.Tx] }

func (silentDriver) SupportsListener() bool     { return false }
func (silentDriver) SupportsListenNotify() bool { return false }

// onlyWarnings leaves out what River says about every single job: the tracing middleware says it with the trace.
type onlyWarnings struct{ slog.Handler }

func (h onlyWarnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h onlyWarnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return onlyWarnings{h.Handler.WithAttrs(attrs)}
}

func (h onlyWarnings) WithGroup(name string) slog.Handler {
	return onlyWarnings{h.Handler.WithGroup(name)}
}
