package staff

import (
	"time"
)

const (
	freeTries   = 3
	strikeMost  = 30 * time.Second // a forgotten PIN must not stop a kitchen
	strikeKept  = 15 * time.Minute
	strikesMost = 1000 // screens remembered; the oldest make room
)

// Strikes slow a screen down at which wrong PINs are entered: three are free, after each further one it waits twice as long, up to half a
// minute, and a quarter of an hour without one makes good for all. The right PIN makes good for none: who has one could guess at others' between.
// The zero value is ready. It is not safe for concurrent use.
type Strikes struct{ at map[string]strike }

type strike struct {
	wrong int
	last  time.Time
}

// Wait is how long a screen has to wait until the next PIN is looked at.
func (s *Strikes) Wait(screen string, now time.Time) time.Duration {
	k := s.at[screen]
	if k.wrong < freeTries {
		return 0
	}
	pause := strikeMost
	if over := k.wrong - freeTries; over < 5 {
		pause = time.Second << over
	}
	return min(strikeMost, max(0, k.last.Add(pause).Sub(now))) // a clock that was put back makes nobody wait for longer
}

// Wrong counts a wrong PIN.
func (s *Strikes) Wrong(screen string, now time.Time) {
	if s.at == nil {
		s.at = map[string]strike{}
	}
	k := s.at[screen]
	if now.Sub(k.last) > strikeKept {
		k.wrong = 0
	}
	s.at[screen] = strike{k.wrong + 1, now}
	for len(s.at) > strikesMost {
		s.forget()
	}
}

func (s *Strikes) forget() {
	oldest := ""
	for screen, k := range s.at {
		if o, ok := s.at[oldest]; !ok || k.last.Before(o.last) {
			oldest = screen
		}
	}
	delete(s.at, oldest)
}
