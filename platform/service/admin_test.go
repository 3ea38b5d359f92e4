package service

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestAProbeHearsWhetherTheServiceIsReadyAndNeverThatItIsDead(t *testing.T) {
	t.Parallel()
	ready := false
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	handler := adminHandler(metrics, func() bool { return ready })
	status := func(path string) int {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		return answer.Code
	}
	for _, tt := range []struct {
		ready bool
		path  string
		want  int
	}{
		{false, "/livez", http.StatusNoContent},
		{false, "/readyz", http.StatusServiceUnavailable},
		{true, "/livez", http.StatusNoContent},
		{true, "/readyz", http.StatusNoContent},
		{true, "/metrics", http.StatusOK},
	} {
		if ready = tt.ready; status(tt.path) != tt.want {
			t.Errorf("%s while ready is %v: got %d, want %d", tt.path, tt.ready, status(tt.path), tt.want)
		}
	}
}
