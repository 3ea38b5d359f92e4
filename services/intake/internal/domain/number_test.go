package domain

import "testing"

func TestR14NumbersHaveThePrefixAndEightDigits(t *testing.T) {
	t.Parallel()
	scheme := NumberScheme{Prefix: "ASCP", Digits: 8}
	for n, want := range map[int64]string{1: "ASCP00000001", 42: "ASCP00000042", 99_999_999: "ASCP99999999"} {
		got, err := scheme.Number(n)
		if err != nil || got != want {
			t.Errorf("number %d of ASCP with 8 digits is %q (%v), want %q", n, got, err, want)
		}
	}
}

func TestASchemeThatIsUsedUpGivesNoNumber(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{-1, 0, 10_000} {
		if got, err := (NumberScheme{Prefix: "AU", Digits: 4}).Number(n); err == nil {
			t.Errorf("number %d of 4 digits is %q, want an error: a number must not grow or repeat", n, got)
		}
	}
}
