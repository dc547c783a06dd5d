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

// Serve answers requests on l until ctx ends; then it ends the streams, lets running requests finish for Settings.Drain, and returns. It
// closes l and can be called once. It reports only what made it stop by itself.
func (a *API) Serve(ctx context.Context, l net.Listener) error {
	var working sync.WaitGroup
	defer working.Wait()
	defer a.endStreams()
	working.Go(func() { a.castOrders(a.ending) })
	working.Go(func() { a.castPositions(a.ending) })
	working.Go(func() { a.board.run(a.ending) })

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
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(l) }()

	select {
	case err := <-failed:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	a.endStreams()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.settings.Drain)
	defer cancel()
	err := web.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = web.Close()
	}
	<-failed
	return err
}
