package extracts

import (
	_ "embed"

	"github.com/bavn/bavn/gateway/internal/public"
)

//go:embed words.yaml
var wordsFile []byte

// own is what the pages say by themselves.
var own = public.MustWords(wordsFile)
