package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// layer is one source's settings. Each is kept apart, so that a wrong value and --print-config can name where it came from.
type layer struct {
	values *koanf.Koanf
	name   func(field) string // "file bavn.yaml", "env BAVN_TRIAGE_LOG_LEVEL", "flag --log-level"
	file   string             // empty unless the layer is a file, which may name keys the struct does not have
}

// apply copies the layer's values into the struct and notes itself as their source.
func (l layer) apply(byKey map[string]field, sources map[string]string) []error {
	var problems []error
	for _, key := range l.values.Keys() {
		f, known := byKey[key]
		if !known {
			if err := l.unknown(key, byKey); err != nil {
				problems = append(problems, err)
			}
			continue
		}
		if err := setValue(f, l.values.Get(key)); err != nil {
			problems = append(problems, f.problem(fmt.Errorf("%w, from %s", err, l.name(f))))
			continue
		}
		sources[key] = l.name(f)
	}
	return problems
}

// unknown says why a key of the file is none of the struct's fields, at the level where file and struct part.
func (l layer) unknown(key string, byKey map[string]field) error {
	if isGroup(key, byKey) {
		if l.values.Get(key) == nil {
			return nil // "db:" with every line under it commented out
		}
		return fmt.Errorf("%s: is a value in file %s, must be a group of keys", key, l.file)
	}
	for parent := key; strings.Contains(parent, "."); {
		parent = parent[:strings.LastIndexByte(parent, '.')]
		if f, ok := byKey[parent]; ok {
			return f.problem(fmt.Errorf("must be a %s, is a group of keys, from %s", typeName(f.value), l.name(f)))
		}
	}
	return fmt.Errorf("%s: unknown key in file %s", key, l.file)
}

func isGroup(key string, byKey map[string]field) bool {
	for known := range byKey {
		if strings.HasPrefix(known, key+".") {
			return true
		}
	}
	return false
}

// command is what the command line says beside settings.
type command struct {
	flags *pflag.FlagSet
	files []string
	print bool
}

// argument holds a flag's text as given; parsing it is setText's work, for all sources alike.
type argument struct{ kind, text string }

func (a *argument) String() string        { return a.text }
func (a *argument) Set(text string) error { a.text = text; return nil }
func (a *argument) Type() string          { return a.kind }

func parseArgs(list []field, o Options) (command, error) {
	c := command{flags: pflag.NewFlagSet(o.Program, pflag.ContinueOnError)}
	c.flags.SortFlags = false
	c.flags.SetOutput(o.Output)
	c.flags.StringArrayVar(&c.files, reservedConfig, nil, "read settings from this YAML file (repeatable; env "+o.Prefix+"CONFIG)")
	c.flags.BoolVar(&c.print, reservedPrint, false, "print the settings in force and where each came from, then end")
	for _, f := range list {
		// A flag's default is only for --help: the struct already holds it.
		added := c.flags.VarPF(&argument{kind: typeName(f.value), text: f.shown()}, f.flag, "", f.usage+" (env "+f.env+")")
		if f.value.Kind() == reflect.Bool {
			added.NoOptDefVal = "true"
		}
	}
	switch err := c.flags.Parse(o.Args); {
	case errors.Is(err, pflag.ErrHelp):
		return c, ErrPrinted
	case err != nil:
		return c, fmt.Errorf("command line: %w", err)
	case c.flags.NArg() > 0:
		return c, fmt.Errorf("command line: unexpected argument %q", c.flags.Arg(0))
	}
	return c, nil
}

// readLayers returns the sources in the order in which they override each other.
func readLayers(list []field, c command, o Options) ([]layer, []error) {
	environment, files, problems := readEnv(list, o)
	var layers []layer
	for _, path := range slices.Concat(o.Files, files, c.files) {
		l := layer{values: koanf.New("."), file: path, name: func(field) string { return "file " + path }}
		if err := l.values.Load(file.Provider(path), yaml.Parser()); err != nil {
			problems = append(problems, fmt.Errorf("read configuration file %s: %w", path, err))
			continue
		}
		layers = append(layers, l)
	}
	flags := layer{values: koanf.New("."), name: func(f field) string { return "flag --" + f.flag }}
	keys := make(map[string]string, len(list))
	for _, f := range list {
		keys[f.flag] = f.key
	}
	given := func(f *pflag.Flag) (string, any) { return keys[f.Name], f.Value.String() }
	if err := flags.values.Load(posflag.ProviderWithFlag(c.flags, ".", nil, given), nil); err != nil {
		problems = append(problems, fmt.Errorf("read flags: %w", err))
	}
	return append(layers, environment, flags), problems
}

// readEnv also returns the files that <PREFIX>CONFIG names. A variable with the prefix that is no setting is an error.
func readEnv(list []field, o Options) (layer, []string, []error) {
	keys := make(map[string]string, len(list))
	for _, f := range list {
		keys[f.env] = f.key
	}
	var files []string
	var problems []error
	l := layer{values: koanf.New("."), name: func(f field) string { return "env " + f.env }}
	err := l.values.Load(env.Provider(".", env.Opt{
		Prefix:      o.Prefix,
		EnvironFunc: func() []string { return o.Env },
		TransformFunc: func(name, value string) (string, any) {
			if name == o.Prefix+"CONFIG" {
				files = strings.Split(value, ",")
				return "", nil
			}
			key, known := keys[name]
			if !known {
				problems = append(problems, fmt.Errorf("%s: unknown environment variable", name))
			}
			return key, value
		},
	}), nil)
	if err != nil {
		problems = append(problems, fmt.Errorf("read environment: %w", err))
	}
	return l, files, problems
}
