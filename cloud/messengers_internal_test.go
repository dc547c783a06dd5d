package cloud

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
)

var quiet = slog.New(slog.DiscardHandler)

func TestMessengersPassOnWhatTheyHearInOrder(t *testing.T) {
	t.Parallel()
	heard := make(chan int, 3)
	for n := range 3 {
		heard <- n
	}
	close(heard) // a watch that ends by itself
	var got []int
	forward(t.Context(), heard, func(n int) { got = append(got, n) })
	if !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("passed on %v", got)
	}
}

func TestMessengersEndWithTheirContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		heard, ended, passed := make(chan string), false, 0
		go func() {
			forward(ctx, heard, func(string) { passed++ })
			ended = true
		}()
		heard <- "a change"
		synctest.Wait()
		if ended || passed != 1 {
			t.Fatalf("ended %v, passed %d", ended, passed)
		}
		cancel()
		synctest.Wait()
		if !ended {
			t.Error("it waits for a change that nobody wants any more")
		}
	})
}
