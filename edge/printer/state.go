package printer

import (
	"time"
)

// State is how a printer is, for the displays.
type State struct {
	Condition Condition
	Detail    string // why it is offline
	PaperLow  bool
	Since     time.Time // of Condition, by the kitchen's clock
	Printed   time.Time // when the last piece of paper was confirmed
	unfit     time.Time // since when it is not ready, by the machine's; zero while it is
}

// note keeps what was seen of the printer.
func (w *worker) note(s status, why error) {
	w.mu.Lock()
	was := w.state
	w.state.PaperLow = s.low && s.condition != Offline
	w.state.Detail = ""
	if why != nil {
		w.state.Detail = reason(why)
	}
	if s.condition != was.Condition {
		w.state.Condition, w.state.Since = s.condition, w.room.clock.Now()
	}
	switch {
	case s.condition == Ready:
		w.state.unfit = time.Time{}
	case was.unfit.IsZero():
		w.state.unfit = time.Now()
	}
	w.mu.Unlock()
	if s.condition != was.Condition {
		w.log.Info("printer", "printer", w.spec.ID, "is", string(s.condition), "was", string(was.Condition), "why", w.look().Detail)
		w.room.ring()
	}
}

func (w *worker) printed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Printed = w.room.clock.Now()
}

func (w *worker) look() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// reason is an error in one short line.
func reason(err error) string {
	text := err.Error()
	if len(text) > 200 {
		text = text[:200]
	}
	return text
}
