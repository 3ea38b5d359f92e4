package app

import (
	"net/http"
	"strings"

	"github.com/bavn/bavn/platform/telemetry"
)

// contentPolicy lets the page load what was built with it and nothing else; there is no inline script or style.
var contentPolicy = strings.Join([]string{
	"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
	"connect-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
}, "; ")

// withHeaders puts on every answer what protects a browser, and the trace that a user can quote to support.
func withHeaders(https bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", contentPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if https {
			header.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		if traceparent := telemetry.Traceparent(r.Context()); traceparent != "" {
			header.Set("Traceparent", traceparent)
		}
		next.ServeHTTP(w, r)
	})
}

// private keeps answers with somebody's data out of every cache.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Add("Vary", "Authorization, Cookie, Accept-Language")
		next.ServeHTTP(w, r)
	})
}
