package resilience

import (
	"context"
	"fmt"
)

// textsAreWhole holds the texts that reporting keeps beside the events against those of the services.
func textsAreWhole(ctx context.Context, e *evidence) (finding, error) {
	const sql = `SELECT resource || '@' || revision || ' ' || name, language_code || ' ' || encode(salt, 'hex') || ' ' || text`
	rows, err := e.DB("reporting").Query(ctx, sql+` FROM history_texts`)
	if err != nil {
		return finding{}, fmt.Errorf("read texts of reporting: %w", err)
	}
	kept, err := textByText(rows)
	if err != nil {
		return finding{}, fmt.Errorf("read texts of reporting: %w", err)
	}
	var f finding
	for _, source := range sources {
		rows, err := e.DB(source).Query(ctx, sql+` FROM event_texts`)
		if err != nil {
			return f, fmt.Errorf("read texts of %s: %w", source, err)
		}
		told, err := textByText(rows)
		if err != nil {
			return f, fmt.Errorf("read texts of %s: %w", source, err)
		}
		for name, text := range told {
			f.examined++
			if kept[name] != text {
				f.mind("%s is %q in %s and %q in reporting", name, text, source, kept[name])
			}
			delete(kept, name)
		}
	}
	for name := range kept {
		f.mind("%s is in reporting, and nobody told it", name)
	}
	return f, nil
}
