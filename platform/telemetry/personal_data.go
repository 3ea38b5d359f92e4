package telemetry

import (
	"regexp"
	"strings"
)

// Personal data is in none of the three (architecture §6). Code is reviewed for it; this is the net below: an attribute whose
// name says that it holds personal data or a secret is hidden in logs and spans, a metric that has one as label is withheld,
// and a mail address is hidden wherever it stands in a text (SMTP servers repeat addresses in their errors).

const hidden = "[hidden]"

// hiddenWords hide an attribute when one of the words of its name is among them: user.email, reporter_phone.
var hiddenWords = set(
	"email", "phone", "mobile", "msisdn", "cpr", "ssn", "birthdate", "postcode",
	"firstname", "lastname", "fullname", "surname",
	"token", "secret", "password", "passwd", "credential", "credentials", "authorization", "cookie", "bearer",
	"title", "description", "subject", "body", "note", "comment", // what people write in a ticket
)

// hiddenNames hide an attribute of exactly this name, because the words alone mean harmless things too (service.name). They
// stand here in OpenTelemetry's spelling; Prometheus's underscores mean the same.
var hiddenNames = set(
	"name", "user.name", "enduser.id", "enduser.name", "user.full.name", "person.name", "display.name", "displayname",
	"first.name", "last.name", "full.name", "given.name", "family.name", "reporter.name", "affected.name",
	"address", "street", "street.address", "home.address",
	"client.address", "net.sock.peer.addr", "network.peer.address", "source.address",
	"url.full", "url.query", "http.url", "http.target", "user.agent.original", "http.user.agent",
	"db.query.parameter", "text",
)

func set(words ...string) map[string]struct{} {
	s := make(map[string]struct{}, len(words))
	for _, w := range words {
		s[w] = struct{}{}
	}
	return s
}

var dots = strings.NewReplacer("_", ".", "-", ".", " ", ".")

// isHidden decides by an attribute's name.
func isHidden(name string) bool {
	name = dots.Replace(strings.ToLower(name))
	if _, ok := hiddenNames[name]; ok {
		return true
	}
	for word := range strings.SplitSeq(name, ".") {
		if _, ok := hiddenWords[word]; ok {
			return true
		}
	}
	return false
}

var mailAddress = regexp.MustCompile(`[^\s<>"'(),:;@]+@[^\s<>"'(),:;@]+`)

// clean hides mail addresses in a text.
func clean(text string) string {
	if !strings.Contains(text, "@") { // nearly always; the expression costs a microsecond
		return text
	}
	return mailAddress.ReplaceAllString(text, hidden)
}
