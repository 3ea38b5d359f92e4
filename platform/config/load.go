// Package config fills one struct per process from a YAML file, the environment and the command line.
//
// The struct is the single source of truth: a field tagged `koanf:"max_conns" usage:"…"` in a struct tagged `koanf:"db"` is
// the file key db.max_conns, the variable <PREFIX>DB_MAX_CONNS and the flag --db-max-conns. Defaults are the values that are
// already in the struct. A later source wins: file, environment, flags. Anything a source names that the struct does not have
// is an error, so that a misspelt setting can never be silently without effect; all errors are reported together. (Kubernetes
// puts variables named after its Services into every pod: a Service called bavn-triage would bring unknown ones such as
// BAVN_TRIAGE_PORT. The manifests set enableServiceLinks: false.)
//
// Field types: string, bool, integers, floats, time.Duration, lists of strings (a comma separates them outside YAML) and
// anything that marshals to and from text, such as slog.Level. A field tagged secret:"true" is never printed.
package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
)

// Options says where Load looks.
type Options struct {
	Program string    // named in --help
	Args    []string  // the command line without the program's name
	Env     []string  // NAME=value, as os.Environ gives it
	Prefix  string    // of the environment variables: BAVN_TRIAGE_
	Files   []string  // read first, in this order; --config and <PREFIX>CONFIG add to them
	Output  io.Writer // for --help and --print-config; standard output if nil
}

// ErrPrinted is returned after --help or a valid --print-config: the process has done what was asked and ends with status 0.
var ErrPrinted = errors.New("printed what was asked for, nothing to run")

// Names that every process has beside its own settings.
const (
	reservedConfig = "config"
	reservedPrint  = "print-config"
	reservedHelp   = "help"
)

// Load fills dst, a pointer to a struct, and validates it and every struct nested in it that has `Validate() error`. The
// returned error holds one line per wrong setting, each with the three ways to spell it.
func Load(dst any, o Options) error {
	if o.Output == nil {
		o.Output = os.Stdout
	}
	list, err := fields(dst, o.Prefix)
	if err != nil {
		return fmt.Errorf("describe configuration %T: %w", dst, err)
	}
	byKey := make(map[string]field, len(list))
	for _, f := range list {
		byKey[f.key] = f
	}

	command, err := parseArgs(list, o)
	if err != nil {
		return err // ErrPrinted after --help, too
	}
	layers, problems := readLayers(list, command, o)
	sources := map[string]string{}
	for _, l := range layers {
		problems = append(problems, l.apply(byKey, sources)...)
	}
	if len(problems) == 0 {
		problems = validate(reflect.ValueOf(dst).Elem(), "", byKey)
	}
	if command.print {
		// Printed before it is refused: a wrong configuration is the one somebody wants to look at.
		if err := printFields(list, sources, o.Output); err != nil {
			return fmt.Errorf("print configuration: %w", err)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	if command.print {
		return ErrPrinted
	}
	return nil
}
