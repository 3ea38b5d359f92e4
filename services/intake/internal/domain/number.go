package domain

import (
	"fmt"
	"strconv"
)

// NumberScheme says how a desk's ticket numbers look (R14): a prefix and zero-padded digits, as in ASCP00000042.
type NumberScheme struct {
	Prefix string
	Digits int
}

// Number formats the n-th number of the scheme. A desk that has used up its digits must get a longer scheme: a number never
// silently grows or starts again.
func (s NumberScheme) Number(n int64) (string, error) {
	digits := strconv.FormatInt(n, 10)
	if n < 1 || len(digits) > s.Digits {
		return "", fmt.Errorf("number %d does not fit into %s and %d digits", n, s.Prefix, s.Digits)
	}
	return fmt.Sprintf("%s%0*d", s.Prefix, s.Digits, n), nil
}
