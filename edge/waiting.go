package edge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"awesome.pizza/edge/uplink"
)

// When whoever stands before the box hears what it waits for.
const (
	firstWord = 2 * time.Second  // nobody looks at a silent screen for longer
	otherWord = 5 * time.Second  // after the last one, when something else is wrong now
	nextWord  = 30 * time.Second // after the last one, while nothing changes
)

// waiting tells a technician what is waited for while the cloud does not answer: at which address, and what is wrong.
type waiting struct {
	cloud   string
	most    time.Duration // 0: for ever
	out     io.Writer
	changed chan struct{}

	mu  sync.Mutex
	why string
}

func newWaiting(cloud string, most time.Duration, out io.Writer) *waiting {
	return &waiting{cloud: cloud, most: most, out: out, changed: make(chan struct{}, 1), why: "there is no answer yet"}
}

// whileAsking runs ask, which says of every try that came to nothing why, until it returns, the time is over or ctx ends. The last two are
// errors that say what was waited for and how to go on.
func (w *waiting) whileAsking(ctx context.Context, ask func(ctx context.Context, failed func(error)) error) error {
	asking, over := ctx, context.CancelFunc(func() {})
	if w.most > 0 {
		asking, over = context.WithTimeout(ctx, w.most)
	}
	defer over()
	telling, answered := context.WithCancel(asking)
	var teller sync.WaitGroup
	teller.Go(func() { w.tell(telling) })
	err := ask(asking, w.failed)
	answered()
	teller.Wait()
	if err == nil || asking.Err() == nil || !errors.Is(err, asking.Err()) {
		return err
	}
	ended := "the waiting was ended"
	if ctx.Err() == nil {
		ended = ago(w.most) + " are over"
	}
	return fmt.Errorf("not enrolled: %s, and %s did not answer: %s. Nothing is lost: the same command goes on, with the same key, while the code is good",
		ended, w.cloud, w.reason())
}

// failed takes note of why a try came to nothing.
func (w *waiting) failed(err error) {
	w.mu.Lock()
	w.why = uplink.Why(err)
	w.mu.Unlock()
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func (w *waiting) reason() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.why
}

// tell says what is waited for, now and then, until ctx ends.
func (w *waiting) tell(ctx context.Context) {
	began := time.Now()
	word := time.NewTimer(firstWord)
	defer word.Stop()
	var said string
	var spoken time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.changed:
			if said != "" && w.reason() != said {
				word.Reset(time.Until(spoken.Add(otherWord)))
			}
		case <-word.C:
			first := said == ""
			said, spoken = w.reason(), time.Now()
			w.say(first, said, spoken.Sub(began))
			word.Reset(nextWord)
		}
	}
}

func (w *waiting) say(first bool, why string, since time.Duration) {
	if !first {
		fmt.Fprintf(w.out, "still waiting for %s, for %s now: %s\n", w.cloud, ago(since), why)
		return
	}
	until := "until it answers"
	if w.most > 0 {
		until = "for " + ago(w.most)
	}
	fmt.Fprintf(w.out, "waiting for %s: %s. It is asked again %s; Ctrl-C ends that without harm\n", w.cloud, why, until)
}
