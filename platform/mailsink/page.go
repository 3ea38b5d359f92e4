package mailsink

import (
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
)

//go:embed mailbox.html message.html mailbox.css
var pages embed.FS

var templates = template.Must(template.ParseFS(pages, "mailbox.html", "message.html"))

// Handler serves the mailbox, to be mounted at the root of a loopback address:
//
//	GET /                       the newest messages first, as a page
//	GET /mail/{id}              one message as a page; HTML mail is shown as its source, never run
//	GET /messages               JSON; ?to=, ?subject= and ?message_id= select as Filter does
//	GET /messages/{id}          JSON
//	GET /messages/{id}/raw      the bytes that were sent, as message/rfc822
func (s *Sink) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		messages := s.Messages(filterOf(r))
		slices.Reverse(messages)
		render(w, "mailbox.html", map[string]any{"Messages": messages, "Filter": filterOf(r), "Addr": s.Addr()})
	})
	mux.HandleFunc("GET /mail/{id}", s.one(func(w http.ResponseWriter, m Message) { render(w, "message.html", m) }))
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, map[string]any{"messages": append([]Message{}, s.Messages(filterOf(r))...)})
	})
	mux.HandleFunc("GET /messages/{id}", s.one(func(w http.ResponseWriter, m Message) { writeJSON(w, m) }))
	mux.HandleFunc("GET /messages/{id}/raw", s.one(func(w http.ResponseWriter, m Message) {
		w.Header().Set("Content-Type", "message/rfc822")
		w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(m.ID)+`"`)
		_, _ = w.Write(m.Raw)
	}))
	mux.HandleFunc("GET /mailbox.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pages, "mailbox.css")
	})
	return mux
}

func filterOf(r *http.Request) Filter {
	query := r.URL.Query()
	return Filter{To: query.Get("to"), Subject: query.Get("subject"), MessageID: query.Get("message_id")}
}

func (s *Sink) one(show func(http.ResponseWriter, Message)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, found := s.Message(r.PathValue("id"))
		if !found {
			http.Error(w, "no such message, or no longer", http.StatusNotFound)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		show(w, m)
	}
}

func render(w http.ResponseWriter, name string, content any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; "+
		"base-uri 'none'; frame-ancestors 'none'")
	_ = templates.ExecuteTemplate(w, name, content) // fails only when the browser has gone away
}

func writeJSON(w http.ResponseWriter, content any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(content) // likewise
}
