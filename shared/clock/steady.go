package clock

import (
	"sync"
	"time"
)

// Steady is the one clock of a node: a Reckoning on the machine's clocks. It is safe for concurrent use.
type Steady struct {
	machine func() Reading

	mu sync.Mutex
	k  Reckoning
}

// Machine reads this machine's clocks; Ran counts from the call of Machine.
func Machine() func() Reading {
	began := time.Now()
	return func() Reading {
		now := time.Now()
		return Reading{Wall: now.UTC().Round(0), Ran: now.Sub(began)}
	}
}

// NewSteady begins at a boot with what the last run saved. built is when the program was made.
func NewSteady(machine func() Reading, saved Saved, built time.Time) *Steady {
	return &Steady{machine: machine, k: Begin(machine(), saved, built)}
}

// Now is the time, in UTC.
func (s *Steady) Now() time.Time {
	ran := s.Ran()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.k.Now(ran)
}

// Ran is how long the machine has run: it measures what nobody may set.
func (s *Steady) Ran() time.Duration { return s.machine().Ran }

// Machine is what the machine's own clock says, right or wrong.
func (s *Steady) Machine() time.Time { return s.machine().Wall.UTC().Round(0) }

// Trusted reports whether the cloud has told the time since boot.
func (s *Steady) Trusted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.k.Trusted()
}

// Within is how wrong Now may be; ok is false while nobody knows.
func (s *Steady) Within() (d time.Duration, ok bool) {
	ran := s.Ran()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.k.Within(ran)
}

// Either are the instants it may be now, as Reckoning.Either.
func (s *Steady) Either() []time.Time {
	now := s.machine()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.k.Either(now)
}

// Save is what to keep over a restart.
func (s *Steady) Save() Saved {
	ran := s.Ran()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.k.Save(ran)
}

// Hear takes note of the cloud's time, as the reply brings it to a question that was asked when the machine had run so long. It returns nil when
// that was all. Otherwise the time has to step, and whoever holds labels moves them along: step does it, at that moment.
func (s *Steady) Hear(asked time.Duration, cloud time.Time) *Step {
	heard := s.Ran()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, wrong := s.k.Hear(asked, heard, cloud)
	if !wrong {
		return nil
	}
	after := s.k
	after.Correct(asked, heard, c)
	return &Step{Correction: c, clock: s, after: after}
}

// Put is a person's word for the time, where there is no cloud to ask: labels from the given one on belong to it. It takes effect with Take.
func (s *Steady) Put(from, to time.Time) *Step {
	heard := s.Ran()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := Correction{From: from, By: to.UTC().Round(0).Sub(s.k.Now(heard))}
	after := s.k
	after.Correct(heard, heard, c)
	return &Step{Correction: c, clock: s, after: after}
}

// Step is a Correction that has not been carried out yet.
type Step struct {
	Correction

	clock *Steady
	after Reckoning
}

// Take sets the clock. A question that was answered meanwhile does not count.
func (p *Step) Take() {
	p.clock.mu.Lock()
	defer p.clock.mu.Unlock()
	p.clock.k = p.after
}

// Save is what to keep over a restart once the step is taken.
func (p *Step) Save() Saved { return p.after.Save(p.clock.Ran()) }
