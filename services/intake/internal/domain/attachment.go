package domain

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// MaxAttachmentBytes is the largest file that is taken: 25 MiB, which is also what a virus scanner takes as it is shipped.
const MaxAttachmentBytes = 25 << 20

// MaxAttachments is how many files a ticket may have, MaxWaiting how many of one person may wait for a report.
const (
	MaxAttachments = 100
	MaxWaiting     = 20
)

// MostAttachments is how many files may be where one more is to be: at a ticket, or, without one, waiting.
func MostAttachments(ticket string) int64 {
	if ticket == "" {
		return MaxWaiting
	}
	return MaxAttachments
}

// Where a file stands; those that are shown have the contract's numbers.
const (
	Receiving   = 0
	Unscanned   = 1
	Available   = 2
	Quarantined = 3
	GivenUp     = 4
	Erased      = 5
)

// AttachmentName is the name of an attachment.
func AttachmentName(desk, attachment string) string {
	return "desks/" + desk + "/attachments/" + attachment
}

// AttachmentIDs are the files that an answer names, with commas between; nil where it names something else, or one twice.
func AttachmentIDs(answer string) []uuid.UUID {
	var ids []uuid.UUID
	for name := range strings.SplitSeq(answer, ",") {
		name = strings.TrimSpace(name)
		id, err := uuid.Parse(path.Base(name))
		if err != nil || !strings.HasSuffix(name, "/attachments/"+id.String()) || slices.Contains(ids, id) {
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

const (
	maxNameBytes = 200
	// maxExtension is kept when a name is shortened: people and programs go by it.
	maxExtension = 16
)

// FileName is what a file is called: the last part of what its sender calls it, without anything that a file system, a header or
// a reader could take for something else (folders, drives, control and direction characters, devices). It is empty where nothing
// is left.
func FileName(sent string) string {
	name := strings.ToValidUTF8(sent, "_")
	name = name[strings.LastIndexAny(name, `/\:`)+1:] // another system's separators are separators too
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1 // among them the marks that make "gpj.exe" look like "exe.jpg"
		case strings.ContainsRune(`<>"|?*;`, r), unicode.Is(unicode.Co, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(name, " .") // neither hidden, nor what Windows drops
	if name == "" {
		return ""
	}
	if device, _, _ := strings.Cut(strings.ToUpper(name), "."); devices[strings.TrimSpace(device)] {
		name = "_" + name
	}
	return shortened(name)
}

// devices are no files on Windows, whatever their extension.
var devices = map[string]bool{
	"CON": true, "PRN": true, "AUX": true, "NUL": true, "COM1": true, "COM2": true, "COM3": true, "COM4": true, "LPT1": true,
	"LPT2": true, "LPT3": true,
}

func shortened(name string) string {
	if len(name) <= maxNameBytes {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > maxExtension {
		extension = ""
	}
	stem := name[:maxNameBytes-len(extension)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(stem, " .") + extension
}
