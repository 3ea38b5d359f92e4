package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// field is one setting of a process: where it lives in the struct and how it is spelled in each source.
type field struct {
	key    string // file: db.max_conns
	env    string // environment: BAVN_TRIAGE_DB_MAX_CONNS
	flag   string // command line: db-max-conns
	usage  string
	secret bool
	value  reflect.Value
}

// spellings names the field in all three sources, for error messages.
func (f field) spellings() string {
	return fmt.Sprintf("file key %s, env %s, flag --%s", f.key, f.env, f.flag)
}

// fields lists the settings of dst in the order in which the struct declares them. It refuses what could not be documented
// or told apart: a field without tag or usage, a type no source can spell, two fields with one name.
func fields(dst any, prefix string) ([]field, error) {
	root := reflect.ValueOf(dst)
	if root.Kind() != reflect.Pointer || root.IsNil() || root.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("configuration must be a pointer to a struct, not %T", dst)
	}
	list, err := structFields(root.Elem(), "", prefix)
	if err != nil {
		return nil, err
	}
	taken := map[string]string{}
	for _, reserved := range []string{reservedConfig, reservedPrint, reservedHelp} {
		taken[reserved] = "every process"
	}
	for _, f := range list {
		if other, ok := taken[f.flag]; ok {
			return nil, fmt.Errorf("%s and %s share the flag --%s", other, f.key, f.flag)
		}
		taken[f.flag] = f.key
	}
	return list, nil
}

func structFields(parent reflect.Value, path, prefix string) ([]field, error) {
	var list []field
	var problems []error
	for i := range parent.NumField() {
		declared, value := parent.Type().Field(i), parent.Field(i)
		name := declared.Tag.Get("koanf")
		switch {
		case name == "-":
			continue
		case isEmbedded(declared): // its settings are the parent's own
			embedded, err := structFields(value, path, prefix)
			list, problems = append(list, embedded...), append(problems, err)
			continue
		case name == "" || !declared.IsExported():
			problems = append(problems, fmt.Errorf("%s.%s needs a koanf tag (\"-\" leaves it out)", parent.Type(), declared.Name))
			continue
		}
		key := join(path, name)
		if value.Kind() == reflect.Struct && !isText(value) {
			nested, err := structFields(value, key, prefix)
			list, problems = append(list, nested...), append(problems, err)
			continue
		}
		f := field{
			key:    key,
			env:    prefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_")),
			flag:   strings.NewReplacer(".", "-", "_", "-").Replace(key),
			usage:  declared.Tag.Get("usage"),
			secret: declared.Tag.Get("secret") == "true",
			value:  value,
		}
		if f.usage == "" {
			problems = append(problems, fmt.Errorf("%s: needs a usage tag", key))
		}
		if typeName(value) == "" {
			problems = append(problems, fmt.Errorf("%s: no source can spell a %s", key, value.Type()))
		}
		list = append(list, f)
	}
	return list, errors.Join(problems...)
}

func isEmbedded(declared reflect.StructField) bool {
	return declared.Anonymous && declared.IsExported() && declared.Type.Kind() == reflect.Struct && declared.Tag.Get("koanf") == ""
}

func join(path, name string) string {
	switch {
	case path == "":
		return name
	case name == "":
		return path
	}
	return path + "." + name
}
