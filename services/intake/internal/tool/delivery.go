// Package tool reads what the parties' own tools send: who signed it, and what it says. It knows the tools' documented shapes and
// nothing of tickets.
package tool

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Delivery is one webhook as it came.
type Delivery struct {
	// Header has the names in their canonical form.
	Header http.Header
	Body   []byte
}

// MediaType of a delivery that is kept: an HTTP message (RFC 9112 §10.2), because some tools say in headers what it is.
const MediaType = "message/http"

// kept are the headers that say what a delivery is. Whatever proves who sent it is not kept: a bearer token is a secret.
func kept(name string) bool {
	switch name {
	case "Content-Type", "X-Atlassian-Webhook-Identifier", "Webhook-Id", "Webhook-Timestamp":
		return true
	}
	return strings.HasPrefix(name, "Ce-")
}

// NewDelivery makes a delivery of what the gateway passed on.
func NewDelivery(headers map[string]string, body []byte) Delivery {
	d := Delivery{Header: http.Header{}, Body: body}
	for name, value := range headers {
		d.Header.Set(name, value)
	}
	return d
}

// Original is the delivery as it is kept: its telling headers, and the body byte by byte.
func (d Delivery) Original() []byte {
	var b bytes.Buffer
	b.WriteString("POST / HTTP/1.1\r\nHost: bavn\r\n")
	for _, name := range slices.Sorted(maps.Keys(d.Header)) {
		if value := d.Header.Get(name); kept(name) && strings.IndexFunc(value, control) < 0 {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(d.Body))
	b.Write(d.Body)
	return b.Bytes()
}

// control characters have no place in a header.
func control(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

// ReadOriginal is the delivery that was kept.
func ReadOriginal(original []byte) (Delivery, error) {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(original)))
	if err != nil {
		return Delivery{}, fmt.Errorf("read the kept delivery: %w", err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return Delivery{}, fmt.Errorf("read the kept delivery: %w", err)
	}
	return Delivery{Header: r.Header, Body: body}, nil
}
