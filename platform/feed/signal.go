package feed

import "sync"

// Signal wakes everybody who waits, at once and as often as it is raised; raises that nobody waits for are one. The zero
// Signal is ready.
type Signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// Raise wakes all who hold a channel of Raised.
func (s *Signal) Raise() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// Raised returns a channel that the next Raise closes. Take it before looking at what the signal is about.
func (s *Signal) Raised() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}
