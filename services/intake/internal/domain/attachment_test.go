package domain_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bavn/bavn/services/intake/internal/domain"
)

// R31: what a stranger calls a file never leads anywhere.
func TestScriptsATraversalNamedFileIsCalledByItsLastPart(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"skærmbillede.png":           "skærmbillede.png",
		"../../../etc/passwd":        "passwd",
		`..\..\windows\system32.dll`: "system32.dll",
		`C:\fakepath\foto.heic`:      "foto.heic",
		"..":                         "",
		"/":                          "",
		" . ":                        "",
		"":                           "",
		".htaccess":                  "htaccess",
		"a\x00.txt":                  "a.txt",
		"a\r\nSet-Cookie: b=1.txt":   " b=1.txt"[1:],
		"faktura\u202Egpj.exe":       "fakturagpj.exe",
		`x"; filename="y.html`:       "x__ filename=_y.html",
		"<svg onload=alert(1)>.svg":  "_svg onload=alert(1)_.svg",
		"con.txt":                    "_con.txt",
		"NUL":                        "_NUL",
		"file:stream:$DATA":          "$DATA",
		"\xff\xfe.png":               "_.png",
		"a\u2028b.txt":               "ab.txt",
	} {
		if got := domain.FileName(sent); got != want {
			t.Errorf("%q is called %q, want %q", sent, got, want)
		}
	}
	long := domain.FileName(strings.Repeat("å", 300) + ".pdf")
	if len(long) > 200 || !strings.HasSuffix(long, "å.pdf") || !utf8.ValidString(long) {
		t.Errorf("a long name becomes %q", long)
	}
}
