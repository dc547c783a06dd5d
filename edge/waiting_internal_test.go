package edge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/shared/settings"
)

// stopwatch writes the second before each line.
type stopwatch struct {
	began time.Time
	text  bytes.Buffer
}

func (s *stopwatch) Write(line []byte) (int, error) {
	fmt.Fprintf(&s.text, "%d %s", int(time.Since(s.began).Seconds()), line)
	return len(line), nil
}

// heard are the seconds at which something was said, with a word of it that matters.
func (s *stopwatch) heard(words ...string) (all string) {
	for line := range strings.Lines(s.text.String()) {
		at, text, _ := strings.Cut(line, " ")
		for _, w := range words {
			if strings.Contains(text, w) {
				at += " " + w
			}
		}
		all += at + "; "
	}
	return all
}

func TestATechnicianHearsWhatIsWaitedForNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		said := &stopwatch{began: time.Now()}
		err := newWaiting("https://pizza.example", time.Hour, said).whileAsking(t.Context(), func(_ context.Context, failed func(error)) error {
			time.Sleep(10 * time.Second) // a call that nobody takes
			for range 100 {
				failed(fmt.Errorf("dial: %w", syscall.ECONNREFUSED))
				time.Sleep(time.Second)
			}
			return nil
		})
		want := "2 no answer yet; 10 connection refused; 40 connection refused; 70 connection refused; 100 connection refused; "
		if got := said.heard("no answer yet", "connection refused"); err != nil || got != want {
			t.Errorf("%v, heard at %s:\n%s", err, got, &said.text)
		}
		first, rest, _ := strings.Cut(said.text.String(), "\n")
		for _, word := range []string{"https://pizza.example", "60 minutes", "Ctrl-C ends that without harm"} {
			if !strings.Contains(first, word) {
				t.Errorf("the first word lacks %q: %s", word, first)
			}
		}
		if !strings.Contains(rest, "still waiting for https://pizza.example, for 40 seconds now") {
			t.Errorf("later it hears\n%s", rest)
		}
	})
}

func TestWhatIsWrongNowIsNotSaidEveryTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		said := &stopwatch{began: time.Now()}
		_ = newWaiting("https://pizza.example", 0, said).whileAsking(t.Context(), func(_ context.Context, failed func(error)) error {
			for n := range 40 {
				failed([]error{syscall.ECONNREFUSED, syscall.ENETUNREACH}[n%2])
				time.Sleep(500 * time.Millisecond)
			}
			return nil
		})
		if lines := strings.Count(said.text.String(), "\n"); lines < 3 || lines > 4 || !strings.Contains(said.text.String(), "until it answers") {
			t.Errorf("in 20 seconds it says\n%s", &said.text)
		}
	})
}

func TestACloudThatAnswersIsNotTalkedAbout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		said := &stopwatch{began: time.Now()}
		no := errors.New("the code is too old")
		err := newWaiting("https://pizza.example", time.Hour, said).whileAsking(t.Context(), func(_ context.Context, failed func(error)) error {
			failed(syscall.ECONNREFUSED)
			time.Sleep(firstWord - time.Millisecond)
			return no
		})
		if !errors.Is(err, no) || err.Error() != no.Error() || said.text.Len() != 0 {
			t.Errorf("%v:\n%s", err, &said.text)
		}
	})
}

func TestWhoStopsWaitingIsToldHowToGoOn(t *testing.T) {
	t.Parallel()
	for what, most := range map[string]time.Duration{"the waiting was ended": time.Hour, "60 seconds are over": time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			ctx, interrupt := context.WithTimeout(t.Context(), 2*time.Minute)
			defer interrupt()
			err := newWaiting("https://pizza.example", most, new(stopwatch)).whileAsking(ctx, func(ctx context.Context, failed func(error)) error {
				failed(syscall.ENETUNREACH)
				<-ctx.Done()
				return ctx.Err()
			})
			for _, word := range []string{what, "https://pizza.example did not answer: no way leads there", "the same command goes on"} {
				if err == nil || !strings.Contains(err.Error(), word) {
					t.Errorf("%s lacks %q: %v", what, word, err)
				}
			}
			if settings.Exit(err) != 1 {
				t.Errorf("a script takes it for exit code %d", settings.Exit(err))
			}
		})
	}
}
