package resilience

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/test/house"
)

const (
	// soakMails come in where BAVN_SOAK_MAILS says nothing else; one in largeEvery has a file of largeFile bytes.
	soakMails  = 50_000
	largeEvery = 1_000
	largeFile  = 20 << 20
	// samples of the memory are taken at even distances. The first quarter warms caches and pools up.
	samples = 20
	// A process may grow by chance, because garbage is collected when it is: by a share of what it had, and by a fixed amount.
	mayGrow, mayGrowBytes = 1.25, 32 << 20
)

// Lost mail: the memory of the services stays flat over 50,000 mails, large ones among them.
//
//nolint:paralleltest // it wants the machine for itself
func TestMemoryStaysFlatOverFiftyThousandMails(t *testing.T) {
	mails, large := soakMails, largeEvery
	if wanted := os.Getenv("BAVN_SOAK_MAILS"); wanted != "" {
		n, err := strconv.Atoi(wanted)
		if err != nil || n < samples {
			t.Fatalf("BAVN_SOAK_MAILS is %q, want a number from %d on", wanted, samples)
		}
		mails, large = n, max(1, min(largeEvery, n/samples))
	} else if os.Getenv("BAVN_SOAK") == "" {
		t.Skip("fifty thousand mails: run `make soak`, or say how many by BAVN_SOAK_MAILS")
	}
	s := openMailStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Minute)
	defer cancel()
	file := base64.StdEncoding.EncodeToString(make([]byte, largeFile))
	used := map[string][]int64{}
	for sample := range samples {
		from, to := sample*mails/samples, (sample+1)*mails/samples
		if err := bring(ctx, s, from, to, large, file); err != nil {
			t.Fatal(err)
		}
		tickets(ctx, t, s, to)
		for _, name := range []string{"intake", "triage", "notify", "reporting"} {
			resident, err := residentBytes(s, name)
			if err != nil {
				t.Fatal(err)
			}
			used[name] = append(used[name], resident)
		}
		t.Logf("%d mails: intake %d MB, triage %d MB, notify %d MB, reporting %d MB", to, last(used["intake"])>>20,
			last(used["triage"])>>20, last(used["notify"])>>20, last(used["reporting"])>>20)
	}
	for name, all := range used {
		warm, end := largest(all[samples/4:samples/2]), largest(all[3*samples/4:])
		if allowed := int64(mayGrow*float64(warm)) + mayGrowBytes; end > allowed {
			t.Errorf("%s grew from %d MB to %d MB: %v", name, warm>>20, end>>20, all)
		}
	}
	if c := settledMails(ctx, t, s); c.GetTicketed() != int64(mails) || c.GetMissing() != 0 {
		t.Errorf("%d mails are %v", mails, c)
	}
}

// bring hands mails over, by several servers at once.
func bring(ctx context.Context, s *stage, from, to, large int, file string) error {
	servers, ctx := errgroup.WithContext(ctx)
	servers.SetLimit(8)
	for n := from; n < to; n++ {
		servers.Go(func() error {
			person := fmt.Sprintf("p%d@hospital.example", n/60) // fewer than a flood
			mail := strings.Join([]string{
				"From: " + person, "To: " + toTheDesk, fmt.Sprint("Subject: Sag ", n), fmt.Sprintf("Message-ID: <%d@soak.example>", n),
				"MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain; charset=utf-8",
				"", "Den er sort.", "--b",
			}, "\r\n")
			if n%large == large-1 {
				mail += "\r\nContent-Type: application/octet-stream; name=dump.bin\r\n" +
					"Content-Disposition: attachment; filename=dump.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n" + lines(file) +
					"\r\n--b"
			}
			_, err := deliver(ctx, s.Addresses().MailIn, person, mail+"--\r\n")
			return err
		})
	}
	return servers.Wait()
}

// lines are a text in lines of 76 characters (RFC 2045, 6.8).
func lines(text string) string {
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	return b.String() + text
}

// tickets waits until so many mails are tickets.
func tickets(ctx context.Context, t *testing.T, s *stage, n int) {
	t.Helper()
	err := house.Until(ctx, func(ctx context.Context) error {
		var opened int
		err := s.DB("intake").QueryRow(ctx, "SELECT count(*) FROM inbound_items WHERE outcome = 1").Scan(&opened)
		if err == nil && opened < n {
			err = fmt.Errorf("%d of %d mails are tickets", opened, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// residentBytes is what the kernel says that one of the five uses.
func residentBytes(s *stage, name string) (int64, error) {
	pid, runs := s.processes.PID(name)
	if !runs {
		return 0, fmt.Errorf("%s does not run", name)
	}
	pages, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(pages))
	if len(fields) < 2 {
		return 0, fmt.Errorf("memory of %s is %q", name, pages)
	}
	resident, err := strconv.ParseInt(fields[1], 10, 64)
	return resident * int64(os.Getpagesize()), err
}

func last(all []int64) int64 { return all[len(all)-1] }

func largest(all []int64) (most int64) {
	for _, n := range all {
		most = max(most, n)
	}
	return most
}
