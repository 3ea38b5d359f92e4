package feed

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"
)

//go:embed sql/erase_texts.sql
var eraseTextsSQL string

// Erasure names texts to erase (R147).
type Erasure struct {
	// Desk is the desk's id.
	Desk string
	// Resources whose events' texts go; at least one.
	Resources []string
	// Names of the texts; empty means all.
	Names []string
}

// Erase takes texts and their salts away for good and returns how many. The stored bytes and the hash chain stay as they
// are: they hold salted digests, which say nothing once the salt is gone. The command that erases has locked the
// resources, as for any write, and appends an event that tells every subscriber to do the same. Over many resources, call
// it in batches: a long transaction holds every feed back.
func Erase(ctx context.Context, tx Execer, erasure Erasure, now time.Time) (int64, error) {
	if erasure.Desk == "" || len(erasure.Resources) == 0 {
		return 0, errors.New("erase texts: without desk or resource")
	}
	tag, err := tx.Exec(ctx, eraseTextsSQL, erasure.Desk, erasure.Resources, erasure.Names, now)
	if err != nil {
		return 0, fmt.Errorf("erase texts: %w", err)
	}
	return tag.RowsAffected(), nil
}
