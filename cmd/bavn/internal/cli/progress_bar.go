package cli

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// plainEvery is how often a run that nobody watches writes a line.
const plainEvery = 5 * time.Second

// progress tells how far a long run is: a bar on a terminal, a line now and then elsewhere. Both go to standard error, so that
// the result can be piped.
type progress struct {
	add func(n int)
	end func()
}

func newProgress(s *session, total int) progress {
	if file, ok := s.errs.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return barProgress(file, total)
	}
	return plainProgress(s, total)
}

func barProgress(w io.Writer, total int) progress {
	container := mpb.New(mpb.WithOutput(w), mpb.WithWidth(40), mpb.WithAutoRefresh())
	bar := container.AddBar(int64(total),
		mpb.PrependDecorators(decor.CountersNoUnit("%d / %d rows ")),
		mpb.AppendDecorators(
			decor.AverageSpeed(0, " %.0f rows/s", decor.WCSyncSpace), decor.Name(" · "),
			decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO), "done"),
		),
	)
	return progress{add: bar.IncrBy, end: func() {
		bar.Abort(false) // what was not done stays visible; a full bar has ended by itself
		container.Wait()
	}}
}

func plainProgress(s *session, total int) progress {
	var done atomic.Int64
	begin := s.clock.Now()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(plainEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				n := done.Load()
				fmt.Fprintf(s.errs, "%d / %d rows · %.0f rows/s\n", n, total, float64(n)/s.clock.Now().Sub(begin).Seconds())
			case <-stop:
				return
			}
		}
	}()
	return progress{add: func(n int) { done.Add(int64(n)) }, end: func() {
		close(stop)
		<-stopped
	}}
}
