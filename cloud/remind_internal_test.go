package cloud

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"awesome.pizza/shared/link"
)

// book has one command for r1, and can be out of reach.
type book struct {
	hints chan string
	gone  error
}

func (b *book) WatchCommands() (<-chan string, func()) { return b.hints, func() {} }

func (b *book) Link(context.Context, string) (link.LinkRow, uint64, error) {
	return link.LinkRow{}, 7, b.gone
}

func (b *book) Unanswered(context.Context) (map[string]uint64, error) {
	return map[string]uint64{"r1": 7}, b.gone
}

type lines chan uint64

func (l lines) Committed(_ context.Context, _ string, high uint64) { l <- high }

func TestACommandWhoseHintWasLostIsSentByTheReminder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		b, sent := &book{hints: make(chan string), gone: errors.New("no database")}, make(lines, 64)
		var log bytes.Buffer
		words := slog.New(slog.NewTextHandler(&log, nil))
		done := make(chan error, 2)
		go func() { done <- sendCommands(ctx, b, sent, words) }()
		b.hints <- "r1" // read by a core that cannot reach the database
		synctest.Wait()
		if len(sent) != 0 || !strings.Contains(log.String(), "restaurant=r1") || !strings.Contains(log.String(), "no database") {
			t.Errorf("%d sent, the log says %q", len(sent), log.String())
		}
		b.gone = nil
		go func() { done <- remind(ctx, b, sent, words) }()
		if high := <-sent; high != 7 {
			t.Errorf("reminded of command %d", high)
		}
		b.hints <- "r1"
		if high := <-sent; high != 7 {
			t.Errorf("a hint sends up to %d", high)
		}
		stop()
		if err := errors.Join(<-done, <-done); err != nil {
			t.Error(err)
		}
	})
}
