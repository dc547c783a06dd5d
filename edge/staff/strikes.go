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
// minute. The zero value is ready. It is not safe for concurrent use.
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

// Right forgets a screen's wrong PINs.
func (s *Strikes) Right(screen string) { delete(s.at, screen) }

func (s *Strikes) forget() {
	oldest := ""
	for screen, k := range s.at {
		if o, ok := s.at[oldest]; !ok || k.last.Before(o.last) {
			oldest = screen
		}
	}
	delete(s.at, oldest)
}
