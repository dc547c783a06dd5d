package oven

import (
	"context"
	"fmt"
	"sync"
	"time"

	"awesome.pizza/shared/wire"
)

// How often an oven is asked, and how long it may take to answer.
const (
	PollEvery    = time.Second
	SenseTimeout = 5 * time.Second
)

// Supervisor owns one oven: while Run runs, nothing else touches the driver. Its other methods are safe for concurrent use.
type Supervisor struct {
	Report func(Observation) // told by Run, in order; it must not block. Nil hears nothing
	Decks  int               // of the oven: where each has a chamber, each is watched for itself. Not to be changed while Run runs

	oven  Driver
	band  Band
	bands chan bandWish

	mu    sync.Mutex
	last  Reading
	heats []Heat
	open  map[matter]Alerted
}

type bandWish struct {
	band Band
	done chan error // has room for the answer
}

// Supervise makes the supervisor of an oven that should be in a band. It does nothing before Run.
func Supervise(d Driver, b Band) *Supervisor {
	return &Supervisor{oven: d, band: b, bands: make(chan bandWish), open: map[matter]Alerted{}}
}

// Run owns the oven until ctx ends, then halts it.
func (s *Supervisor) Run(ctx context.Context) (err error) {
	defer func() {
		if halt := s.oven.Halt(); halt != nil {
			err = fmt.Errorf("halt %s: %w", s.oven, halt)
		}
	}()
	poll := time.NewTicker(PollEvery)
	defer poll.Stop()
	w := newWatch(s.band, time.Now())
	w.decks = s.Decks
	s.look(ctx, w)
	for {
		select {
		case <-ctx.Done():
			return nil
		case wish := <-s.bands:
			wish.done <- s.setBand(ctx, w, wish.band)
		case <-poll.C:
			s.look(ctx, w)
		}
	}
}

func (s *Supervisor) look(ctx context.Context, w *watch) {
	sense, cancel := context.WithTimeout(ctx, SenseTimeout)
	defer cancel()
	r, err := s.oven.Sense(sense)
	if ctx.Err() != nil {
		return // we are leaving: that is no fault of the oven
	}
	told := w.step(time.Now(), r, err)
	if err == nil && len(r.Chambers) > 0 {
		s.feel(w.heats(r))
	}
	s.tell(told)
}

func (s *Supervisor) feel(heats []Heat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heats = heats
}

func (s *Supervisor) setBand(ctx context.Context, w *watch, b Band) error {
	setter, can := s.oven.(BandSetter)
	if !can {
		return fmt.Errorf("set band of %s: %w", s.oven, ErrNotSettable)
	}
	if err := setter.SetBand(ctx, b); err != nil {
		return fmt.Errorf("set band of %s: %w", s.oven, err)
	}
	if b != w.band {
		s.tell(w.setBand(b, time.Now()))
	}
	return nil
}

func (s *Supervisor) tell(told []Observation) {
	for _, o := range told {
		s.note(o)
		if s.Report != nil {
			s.Report(o)
		}
	}
}

func (s *Supervisor) note(o Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch o := o.(type) {
	case Observed:
		s.last = o.Reading
	case Alerted:
		s.open[matter{o.Kind, o.Deck}] = o
	case Cleared:
		delete(s.open, matter{o.Kind, o.Deck})
	}
}

// SetBand tells the oven how hot to be, and watches the new band from then on; the same band again changes no alert. It waits for Run.
func (s *Supervisor) SetBand(ctx context.Context, b Band) error {
	if err := b.Validate(); err != nil {
		return err
	}
	wish := bandWish{band: b, done: make(chan error, 1)}
	select {
	case s.bands <- wish:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-wish.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Last is the newest reading; ok is false before the first. Its slices must not be written to.
func (s *Supervisor) Last() (r Reading, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last, len(s.last.Chambers) > 0
}

// Heats are how hot its decks are by the newest reading; nil before the first. They must not be written to.
func (s *Supervisor) Heats() []Heat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heats
}

// Alerts are those open now.
func (s *Supervisor) Alerts() []Alerted {
	s.mu.Lock()
	defer s.mu.Unlock()
	var open []Alerted
	for _, kind := range []wire.AlertKind{wire.Silent, wire.Malfunction, wire.Overheat, wire.Underheat} {
		for deck := range s.Decks + 1 {
			if a, is := s.open[matter{kind, deck}]; is {
				open = append(open, a)
			}
		}
	}
	return open
}

// String names the oven.
func (s *Supervisor) String() string { return s.oven.String() }
