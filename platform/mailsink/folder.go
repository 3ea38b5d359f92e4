package mailsink

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A kept message is a file that any mail program opens. As a real server does (RFC 5321 §4.4), the sink puts the envelope on
// top, one Delivered-To per recipient, and ends it with its own Received line; the bytes that were sent follow unchanged.
const (
	extension   = ".eml"
	returnPath  = "Return-Path: "
	deliveredTo = "Delivered-To: "
	received    = "Received: by mailsink.localhost; "
	lineEnd     = "\r\n"
)

type keptMessage struct {
	number  uint64
	message Message
}

func writeFile(folder string, number uint64, m Message) error {
	if folder == "" {
		return nil
	}
	var content bytes.Buffer
	content.WriteString(returnPath + "<" + m.From + ">" + lineEnd)
	for _, to := range m.To {
		content.WriteString(deliveredTo + to + lineEnd)
	}
	content.WriteString(received + m.ReceivedAt.Format(time.RFC3339Nano) + lineEnd)
	content.Write(m.Raw)
	name := filepath.Join(folder, fileName(strconv.FormatUint(number, 10)))
	if err := os.WriteFile(name+".part", content.Bytes(), 0o600); err != nil {
		return fmt.Errorf("keep mail: %w", err)
	}
	if err := os.Rename(name+".part", name); err != nil {
		return fmt.Errorf("keep mail: %w", err)
	}
	return nil
}

func removeFile(folder string, m Message) error {
	if folder == "" {
		return nil
	}
	if err := os.Remove(filepath.Join(folder, fileName(m.ID))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop the oldest mail: %w", err)
	}
	return nil
}

func fileName(id string) string { return id + extension }

// readFolder returns the kept messages in the order of arrival. A file that is not ours stops the start rather than being
// dropped later as the oldest.
func readFolder(folder string) ([]keptMessage, error) {
	if folder == "" {
		return nil, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("mail folder: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(folder, "*"+extension))
	if err != nil {
		return nil, fmt.Errorf("mail folder: %w", err)
	}
	var kept []keptMessage
	for _, name := range names {
		number, err := strconv.ParseUint(strings.TrimSuffix(filepath.Base(name), extension), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("mail folder: %s is not a message of the sink", name)
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("mail folder: %w", err)
		}
		m, err := readEnvelope(content)
		if err != nil {
			return nil, fmt.Errorf("mail folder: %s: %w", name, err)
		}
		m.read()
		kept = append(kept, keptMessage{number: number, message: m})
	}
	slices.SortFunc(kept, func(a, b keptMessage) int { return cmp.Compare(a.number, b.number) })
	return kept, nil
}

func readEnvelope(content []byte) (Message, error) {
	var m Message
	for {
		line, rest, found := bytes.Cut(content, []byte(lineEnd))
		if !found {
			return Message{}, errors.New("no envelope")
		}
		content = rest
		text := string(line)
		switch {
		case strings.HasPrefix(text, returnPath):
			m.From = strings.Trim(strings.TrimPrefix(text, returnPath), "<>")
		case strings.HasPrefix(text, deliveredTo):
			m.To = append(m.To, strings.TrimPrefix(text, deliveredTo))
		case strings.HasPrefix(text, received):
			at, err := time.Parse(time.RFC3339Nano, strings.TrimPrefix(text, received))
			if err != nil {
				return Message{}, fmt.Errorf("envelope: %w", err)
			}
			m.ReceivedAt, m.Raw = at, content
			return m, nil
		default:
			return Message{}, fmt.Errorf("envelope: unexpected line %q", text)
		}
	}
}
