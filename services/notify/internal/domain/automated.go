package domain

import "strings"

// machines are local parts behind which nobody reads (RFC 2142, RFC 5321): what is sent there comes back, or goes round.
var machines = []string{
	"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounce", "bounces", "autoreply",
	"auto-reply",
}

// Automated reports whether a program and no person is behind an address. Nothing is mailed there by itself, so that two programs
// never write to each other.
func Automated(address string) bool {
	local, _, _ := strings.Cut(strings.ToLower(strings.Trim(strings.TrimSpace(address), "<>")), "@")
	if local == "" {
		return true // the null sender
	}
	name, _, _ := strings.Cut(local, "+")
	for _, machine := range machines {
		if name == machine || strings.HasPrefix(name, machine+"-") || strings.HasPrefix(name, machine+".") {
			return true
		}
	}
	return false
}
