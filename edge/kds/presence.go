package kds

import (
	"context"
	"errors"
	"sync"
	"time"

	"awesome.pizza/edge/kitchen"
)

const (
	// silentMost is how long a screen that says what it shows may say nothing: a tablet without power leaves its stream open.
	silentMost = 15 * time.Second
	// presentMost is how many screens are remembered at once.
	presentMost = 2 * kitchen.ScreensMost
)

// presence is which screens are there, as their streams and words tell. It forgets all with its process: then they are gone since it began.
type presence struct {
	began time.Time

	mu      sync.Mutex
	screens map[string]*present
}

// present is one screen.
type present struct {
	streams int
	left    time.Time // when the last stream ended
	word    time.Time // when it last said anything
	seq     uint64    // the last change that it says it shows; 0 when it never said
}

func newPresence(now time.Time) *presence {
	return &presence{began: now, screens: map[string]*present{}}
}

// of is a screen; it makes room for a new one by forgetting one that is not there. Mu is held.
func (p *presence) of(screen string) *present {
	if s := p.screens[screen]; s != nil {
		return s
	}
	if len(p.screens) >= presentMost {
		for id, s := range p.screens {
			if s.streams == 0 {
				delete(p.screens, id)
				break
			}
		}
	}
	s := &present{left: p.began}
	p.screens[screen] = s
	return s
}

// join takes note of a stream of a screen until leave is called.
func (p *presence) join(screen string, now func() time.Time) (leave func()) {
	if screen == "" {
		return func() {}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.of(screen)
	s.streams++
	s.word = now()
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if s.streams--; s.streams == 0 {
			s.left, s.seq = now(), 0
		}
	}
}

// drew takes note of what a screen says it shows.
func (p *presence) drew(screen string, seq uint64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.of(screen)
	s.word, s.seq = now, max(s.seq, seq)
}

// sight is how a screen is now. One that has said which change it shows is held to go on saying so.
func (p *presence) sight(screen string, now time.Time) (kitchen.Sight, present) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := present{left: p.began}
	if known := p.screens[screen]; known != nil {
		s = *known
	}
	silent := s.seq > 0 && now.Sub(s.word) > silentMost
	sight := kitchen.Sight{Screen: screen, Here: s.streams > 0 && !silent, Since: s.left}
	if s.streams > 0 {
		sight.Since, sight.Seq = s.word, s.seq
	}
	return sight, s
}

// watch has the kitchen compare screens with what they should show, until ctx ends.
func (s *Server) watch(ctx context.Context) {
	pace := time.NewTicker(s.settings.Pace)
	defer pace.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			s.settings.Log.Error("look for screens that are gone", "err", err)
		}
	}
}

func (s *Server) look(ctx context.Context) error {
	screens, err := s.Kitchen.Screens(ctx)
	if err != nil || len(screens) == 0 {
		return err
	}
	now, sights := s.Clock.Now(), make([]kitchen.Sight, len(screens))
	for i, screen := range screens {
		sights[i], _ = s.presence.sight(screen.ID, now)
	}
	return errors.Join(s.Kitchen.Watch(ctx, sights), s.Kitchen.Look(ctx, sights))
}
