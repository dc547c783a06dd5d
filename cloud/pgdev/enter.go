package pgdev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// enter takes a hold on the house's server, bringing it up when nobody has. All entering and leaving goes through one gate, so a
// server is never started twice nor ended under a newcomer.
func (h *house) enter(ctx context.Context) (*Server, error) {
	gate, err := h.lock("gate.lock")
	if err != nil {
		return nil, err
	}
	defer gate.close()
	if err := gate.exclusive(ctx); err != nil {
		return nil, fmt.Errorf("wait for another process that starts or stops it: %w", err)
	}
	users, err := h.lock("users.lock")
	if err != nil {
		return nil, err
	}
	alone, err := users.tryExclusive()
	if err == nil {
		err = users.shared(ctx)
	}
	var s *Server
	if err == nil {
		s, err = h.serve(ctx, alone)
	}
	if err != nil {
		users.close()
		return nil, err
	}
	s.users = users
	return s, nil
}

// leave gives a hold up; the last to leave ends the server.
func (h *house) leave(ctx context.Context, users *lock) error {
	defer users.close()
	gate, err := h.lock("gate.lock")
	if err != nil {
		return err
	}
	defer gate.close()
	if err := gate.exclusive(ctx); err != nil {
		return fmt.Errorf("wait for another process that starts or stops it: %w", err)
	}
	last, err := users.tryExclusive()
	if err != nil || !last {
		return err
	}
	return h.shutdown(ctx)
}

// serve adopts the running server or brings one up.
func (h *house) serve(ctx context.Context, alone bool) (*Server, error) {
	s, err := h.adopt(ctx, alone)
	if s != nil || err != nil {
		return s, err
	}
	if err := h.furnish(ctx); err != nil {
		return nil, err
	}
	s, err = h.raise(ctx)
	if errors.Is(err, errGone) {
		// A starter that was killed may have launched one a moment ago: that one won.
		if other, adoptErr := h.adopt(ctx, alone); other != nil && adoptErr == nil {
			return other, nil
		}
	}
	return s, err
}

// adopt takes over a server that still runs, left by a killed process or shared with a living one. It returns nil when there is none.
// One that runs with other settings is ended first when nobody else uses it.
func (h *house) adopt(ctx context.Context, alone bool) (*Server, error) {
	p, ok := h.running()
	if !ok {
		return nil, nil
	}
	text, err := os.ReadFile(h.settingsFile())
	if err != nil {
		return nil, err
	}
	if want := h.settings(); want != string(text) {
		if !alone {
			return nil, fmt.Errorf("another process keeps it with other settings (port, durability or connections)")
		}
		return nil, h.shutdown(ctx)
	}
	if err := h.await(ctx, p.pid); errors.Is(err, errGone) {
		return nil, nil // it was on its way out
	} else if err != nil {
		return nil, fmt.Errorf("adopt the running server, process %d: %w", p.pid, err)
	}
	return h.hold(ctx, true)
}

// raise starts a postmaster and waits until it answers. One that is of no use does not stay behind.
func (h *house) raise(ctx context.Context) (_ *Server, err error) {
	pid, err := h.launch(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit) // ctx may be what ended the start
			defer cancel()
			err = errors.Join(err, h.halt(end, pid))
		}
	}()
	if err := h.await(ctx, pid); err != nil {
		return nil, fmt.Errorf("%w; its log %s ends with: %s", err, h.logFile(), h.logTail())
	}
	s, err := h.hold(ctx, false)
	if err != nil || h.cfg.Prepare == nil {
		return s, err
	}
	if err := h.cfg.Prepare(ctx, s); err != nil {
		return nil, fmt.Errorf("prepare the started server: %w", err)
	}
	return s, nil
}

func (h *house) hold(ctx context.Context, adopted bool) (*Server, error) {
	p, ok := h.running()
	if !ok {
		return nil, errGone
	}
	word, err := os.ReadFile(h.passwordFile())
	if err != nil {
		return nil, err
	}
	s := &Server{
		house: h, post: p, database: h.cfg.Database, port: h.cfg.Port,
		password: strings.TrimSpace(string(word)), adopted: adopted,
	}
	if err := h.ensureDatabase(ctx, p); err != nil {
		return nil, fmt.Errorf("create database %s: %w", s.database, err)
	}
	return s, nil
}
