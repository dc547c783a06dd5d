package kds

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

// Server answers the LAN. Make it with New and let it work with Serve.
type Server struct {
	Deps
	settings Settings
	pages    pages
	caster   *caster
	presence *presence
	seats    seats
	desk     *desk
	handler  http.Handler
}

// New makes a server; it reports pages that cannot be read.
func New(d Deps, s Settings) (*Server, error) {
	s = s.withDefaults()
	p, err := readPages(d.Pages)
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	if d.Printers == nil {
		d.Printers = noPrinters{}
	}
	if d.Sensors == nil {
		d.Sensors = noSensors{}
	}
	srv := &Server{Deps: d, settings: s, pages: p, presence: newPresence(d.Clock.Now())}
	srv.desk = newDesk(srv)
	srv.caster = newCaster(srv)
	srv.handler = srv.routes()
	return srv, nil
}

// Serve answers requests on the listeners until ctx ends; then it ends the streams, lets running requests finish for Settings.Drain, and
// returns. It closes them. It reports only what made it stop by itself.
func (s *Server) Serve(ctx context.Context, doors ...net.Listener) error {
	streams, endStreams := context.WithCancel(context.WithoutCancel(ctx))
	defer endStreams()
	var casting sync.WaitGroup
	s.caster.begin()
	casting.Go(func() { s.caster.run(streams) })
	casting.Go(func() { s.watch(streams) })
	defer casting.Wait()
	defer endStreams()

	web := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second, // a stream sets its own, write by write
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:          slog.NewLogLogger(s.settings.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, len(doors))
	for _, l := range doors {
		go func() { failed <- web.Serve(l) }()
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve the LAN: %w", errors.Join(err, web.Close(), ended(failed, len(doors)-1)))
	case <-ctx.Done():
	}
	endStreams()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.settings.Drain)
	defer cancel()
	err := web.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = web.Close()
	}
	return errors.Join(err, ended(failed, len(doors)))
}

// ended waits for so many doors that are being closed, and says what else was wrong with them.
func ended(doors <-chan error, many int) (err error) {
	for range many {
		if why := <-doors; !errors.Is(why, http.ErrServerClosed) {
			err = errors.Join(err, why)
		}
	}
	return err
}

// Handler is the whole LAN interface, for tests and for other listeners. Streams live only while Serve runs.
func (s *Server) Handler() http.Handler { return s.handler }
