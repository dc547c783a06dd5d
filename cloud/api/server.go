package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Serve answers requests on all listeners until ctx ends; then it ends the streams, lets running requests finish for Settings.Drain, and
// returns. It closes the listeners and can be called once. It reports only what made it stop by itself.
func (a *API) Serve(ctx context.Context, listeners ...net.Listener) error {
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	var working sync.WaitGroup
	defer working.Wait()
	defer endWork()
	working.Go(func() { a.castOrders(work) })
	working.Go(func() { a.castPositions(work) })
	working.Go(func() { a.board.run(work) })
	defer a.streams.end()

	web := &http.Server{
		Handler:           a.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second, // a stream sets its own, write by write
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:          slog.NewLogLogger(a.settings.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		working.Go(func() { failed <- web.Serve(l) })
	}
	select {
	case err := <-failed:
		_ = web.Close()
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	a.streams.end()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.settings.Drain)
	defer cancel()
	err := web.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = web.Close()
	}
	for range listeners {
		if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
	}
	return err
}

// ending ends all streams when the process does.
type ending struct {
	mu      sync.Mutex
	over    bool
	last    int
	cancels map[int]context.CancelFunc
}

// with calls cancel at the end, or at once if that has come, until forget is called.
func (e *ending) with(cancel context.CancelFunc) (forget func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		cancel()
	}
	if e.cancels == nil {
		e.cancels = map[int]context.CancelFunc{}
	}
	e.last++
	number := e.last
	e.cancels[number] = cancel
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.cancels, number)
	}
}

func (e *ending) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
	for _, cancel := range e.cancels {
		cancel()
	}
}
