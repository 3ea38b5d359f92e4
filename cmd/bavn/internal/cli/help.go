package cli

import (
	"strings"

	"github.com/alecthomas/kong"
)

// globalGroup is the group of the flags that every command has.
const globalGroup = "global"

// printHelp explains a command by its own flags, and names those of every command in one line; they are explained once, by
// `bavn --help`.
func printHelp(options kong.HelpOptions, parsed *kong.Context) error {
	if parsed.Selected() == nil {
		return kong.DefaultHelpPrinter(options, parsed)
	}
	var global []string
	for _, flag := range parsed.Model.Flags {
		if flag.Group != nil && flag.Group.Key == globalGroup {
			flag.Hidden = true
			global = append(global, "--"+flag.Name)
		}
	}
	if err := kong.DefaultHelpPrinter(options, parsed); err != nil {
		return err
	}
	_, err := parsed.Stdout.Write([]byte("\nFlags of every command, explained by `bavn --help`:\n" + wrap(global)))
	return err
}

// helpWidth is how wide a line of flags may be, in columns.
const helpWidth = 78

// wrap puts words on indented lines.
func wrap(words []string) string {
	var text strings.Builder
	column := helpWidth
	for _, word := range words {
		if column+1+len(word) > helpWidth {
			text.WriteString("\n ")
			column = 1
		}
		text.WriteString(" " + word)
		column += 1 + len(word)
	}
	return strings.TrimPrefix(text.String(), "\n") + "\n"
}
