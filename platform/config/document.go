package config

import (
	"fmt"
	"strings"
)

// Document returns the settings of dst as a Markdown table with their defaults. A test compares it with the page in docs/, so
// that file keys, variables, flags and documentation cannot drift apart.
func Document(dst any, prefix string) (string, error) {
	list, err := fields(dst, prefix)
	if err != nil {
		return "", err
	}
	var table strings.Builder
	table.WriteString("| key | environment | flag | default | meaning |\n|---|---|---|---|---|\n")
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	for _, f := range list {
		shown := ""
		if text := f.shown(); text != "" {
			shown = "`" + cell.Replace(text) + "`"
		}
		usage := f.usage
		if f.secret {
			usage += " (secret: others can see a command line)"
		}
		fmt.Fprintf(&table, "| `%s` | `%s` | `--%s` | %s | %s |\n", f.key, f.env, f.flag, shown, cell.Replace(usage))
	}
	return table.String(), nil
}
