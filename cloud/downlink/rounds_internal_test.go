package downlink

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestManyWhoAskAtOnceShareARoundThatBeganAfterThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRounds()
		var rounds atomic.Int32
		var last atomic.Pointer[time.Time]
		work := func(context.Context) error {
			began := time.Now()
			last.Store(&began)
			rounds.Add(1)
			time.Sleep(time.Second)
			return nil
		}
		var all sync.WaitGroup
		for n := range 30 {
			all.Go(func() {
				time.Sleep(time.Duration(n) * 50 * time.Millisecond) // they come for a second and a half
				came := time.Now()
				if err := r.take(t.Context(), work); err != nil {
					t.Error(err)
				}
				if began := *last.Load(); began.Before(came) {
					t.Errorf("who came at %v was given a round of %v", came, began)
				}
				if waited := time.Since(came); waited > 2*time.Second {
					t.Errorf("it waited for %v", waited)
				}
			})
		}
		all.Wait()
		if rounds.Load() != 3 {
			t.Errorf("%d rounds", rounds.Load())
		}
	})
}

func TestARoundThatFailedIsSharedWithNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRounds()
		gone := errors.New("the hub is gone")
		rounds := 0
		work := func(context.Context) error {
			time.Sleep(time.Second)
			if rounds++; rounds < 3 {
				return gone
			}
			return nil
		}
		var all sync.WaitGroup
		var failed, well atomic.Int32
		for range 5 {
			all.Go(func() {
				if err := r.take(t.Context(), work); errors.Is(err, gone) {
					failed.Add(1)
				} else if err == nil {
					well.Add(1)
				}
			})
		}
		all.Wait()
		if failed.Load() != 2 || well.Load() != 3 || rounds != 3 {
			t.Errorf("%d failed and %d were well in %d rounds", failed.Load(), well.Load(), rounds)
		}
	})
}

func TestWhoHasNoTimeDoesNotWaitForItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRounds()
		var busy sync.WaitGroup
		busy.Go(func() {
			_ = r.take(t.Context(), func(context.Context) error { time.Sleep(time.Minute); return nil })
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.take(ctx, func(context.Context) error { t.Error("it is done all the same"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		busy.Wait()
	})
}
