package feed

import (
	"context"
	"strings"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// serviceView gives the other services the bytes as they are stored and raw positions. They decode and upcast themselves.
type serviceView struct {
	of Filter
}

func (v *serviceView) filter(context.Context) (Filter, error) { return v.of, nil }

func (v *serviceView) event(row *Row) (*eventv1.Event, error) {
	return &eventv1.Event{
		Stored: row.Stored, Hash: row.Hash, PreviousHash: row.PreviousHash, Texts: row.Texts,
		Shard: int32(row.Shard), Position: row.Position.Proto(),
	}, nil
}

func (v *serviceView) bookmark(at Position) *eventv1.Bookmark {
	return &eventv1.Bookmark{Position: at.Proto()}
}

// outsiderView gives persons, partners and scripts decoded records of one desk and sealed tokens, and of those only what
// they may see. Revisions and hashes would tell them how much they do not see, so only who sees everything gets those.
type outsiderView struct {
	of         Filter
	desk       string
	visibility Visibility
	tokens     resumeTokens
	upcasters  *Upcasters
	full       bool // as of the last filter
}

func (v *outsiderView) filter(ctx context.Context) (Filter, error) {
	keys, all, err := v.visibility.Sees(ctx, v.desk)
	if err != nil {
		return Filter{}, err
	}
	v.full = all
	f := v.of
	f.Restricted, f.Audience = !all, keys
	return f, nil
}

func (v *outsiderView) event(row *Row) (*eventv1.Event, error) {
	decoded, err := row.Decode(v.upcasters)
	if err != nil {
		return nil, err
	}
	event := &eventv1.Event{Record: decoded.Record, ResumeToken: v.tokens.seal(v.desk, row.Position)}
	if v.full {
		event.Texts = row.Texts
		event.Stored, event.Hash, event.PreviousHash = row.Stored, row.Hash, row.PreviousHash
		return event, nil
	}
	event.Record.Revision = 0
	event.Record.Audience = nil // who else may see it is not theirs to know
	if cause := event.Record.GetCause(); cause != nil {
		cause.Event, _, _ = strings.Cut(cause.GetEvent(), "@") // a revision too
	}
	for _, t := range row.Texts {
		event.Texts = append(event.Texts, &eventv1.Text{
			Name: t.GetName(), LanguageCode: t.GetLanguageCode(), Text: t.GetText(), Erased: t.GetErased(),
		})
	}
	return event, nil
}

func (v *outsiderView) bookmark(at Position) *eventv1.Bookmark {
	return &eventv1.Bookmark{ResumeToken: v.tokens.seal(v.desk, at)}
}
