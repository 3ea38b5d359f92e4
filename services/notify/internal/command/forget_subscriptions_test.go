package command_test

import (
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/bavn/bavn/services/notify/internal/command"
)

// R148: an address that nobody confirmed is forgotten after a week; whoever confirmed stays.
func TestAnAddressThatNobodyConfirmedIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for address, confirmed := range map[string]bool{"typed-in@example.org": false, "reader@example.org": true} {
		var at *time.Time
		if now := w.clock.Now(); confirmed {
			at = &now
		}
		w.exec(`INSERT INTO board_subscriptions (desk, subscription, email, services, language_code, asked_at, asked, confirmed_at)
			VALUES ('nsp', gen_random_uuid(), $1, '{}', 'da', $2, 1, $3)`, address, w.clock.Now(), at)
	}
	worker := &command.ForgetSubscriptionsWorker{Board: &command.Board{Commands: w.commands}}
	for _, days := range []int{6, 2} {
		w.clock.Advance(time.Duration(days) * 24 * time.Hour)
		if err := worker.Work(t.Context(), &river.Job[command.ForgetSubscriptions]{}); err != nil {
			t.Fatal(err)
		}
		want := 1
		if days == 6 {
			want = 2
		}
		if n := w.count("SELECT count(*) FROM board_subscriptions"); n != want {
			t.Errorf("after %d more days there are %d subscriptions, want %d", days, n, want)
		}
	}
}
