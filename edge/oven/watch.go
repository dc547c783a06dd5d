package oven

import (
	"errors"
	"fmt"
	"time"

	"awesome.pizza/shared/wire"
)

// How long something must be so before it is an alert.
const (
	BandLimit  = time.Minute     // outside the band
	FaultLimit = 3 * time.Second // a fault the oven reports; a single bad frame is noise
)

// Observation is what a supervisor tells: Observed, Alerted or Cleared.
type Observation interface{ observation() }

// Observed is a reading newer than the one before.
type Observed struct{ Reading Reading }

// Alerted says that something became wrong. It is told once, until it is Cleared.
type Alerted struct {
	Kind    wire.AlertKind // Overheat, Underheat, Silent or Malfunction
	Level   wire.Level
	Since   time.Time // when it began, not when it was noticed
	Celsius *Celsius  // the chamber to blame, for Overheat and Underheat
	Detail  string
}

// Cleared says that what was Alerted is over.
type Cleared struct {
	Kind  wire.AlertKind
	Since time.Time // of the alert
	At    time.Time
}

func (Observed) observation() {}
func (Alerted) observation()  {}
func (Cleared) observation()  {}

// watch decides what is worth telling. It is pure: time and readings come in, observations go out.
type watch struct {
	band    Band
	reached bool      // the oven has been in its band since the band was set
	heard   time.Time // when the oven last said something, or when we began to listen
	newest  time.Time // of the reading told last
	begun   map[wire.AlertKind]time.Time
	open    map[wire.AlertKind]time.Time
}

func newWatch(b Band, now time.Time) *watch {
	return &watch{band: b, heard: now, begun: map[wire.AlertKind]time.Time{}, open: map[wire.AlertKind]time.Time{}}
}

// step takes the outcome of one Sense.
func (w *watch) step(now time.Time, r Reading, err error) []Observation {
	if err == nil && len(r.Chambers) == 0 {
		err = fmt.Errorf("%w: a reading without chambers", ErrFault)
	}
	if err != nil {
		return w.failed(now, err)
	}
	var told []Observation
	if r.At.After(w.newest) {
		w.newest = r.At
		told = append(told, Observed{r})
	}
	if r.At.After(w.heard) {
		w.heard = r.At
	}
	told = append(told, w.judge(wire.Silent, now, w.heard, now.Sub(w.heard) > SilenceLimit, 0, Alerted{Level: wire.Critical})...)
	told = append(told, w.judge(wire.Malfunction, now, now, false, FaultLimit, Alerted{})...)
	return append(told, w.temperature(now, r)...)
}

// failed is a Sense without a reading. An oven that reports a fault is not silent; one that is silent is in no band.
func (w *watch) failed(now time.Time, err error) []Observation {
	broken := errors.Is(err, ErrFault)
	told := w.judge(wire.Malfunction, now, now, broken || w.isOpen(wire.Malfunction), FaultLimit, Alerted{Level: wire.Critical, Detail: err.Error()})
	if broken {
		w.heard = now
	}
	silent := now.Sub(w.heard) > SilenceLimit
	if silent {
		w.forget(wire.Overheat)
		w.forget(wire.Underheat)
	}
	return append(told, w.judge(wire.Silent, now, w.heard, silent, 0, Alerted{Level: wire.Critical, Detail: err.Error()})...)
}

// temperature judges the band. Too cold counts only once the oven has been warm; too hot counts always.
func (w *watch) temperature(now time.Time, r Reading) []Observation {
	coldest, hottest := r.extremes()
	over, under := hottest > w.band.High, coldest < w.band.Low
	w.reached = w.reached || !over && !under
	told := w.judge(wire.Overheat, now, now, over, BandLimit, Alerted{Level: wire.Critical, Celsius: &hottest})
	return append(told, w.judge(wire.Underheat, now, now, under && w.reached, BandLimit, Alerted{Level: wire.Warning, Celsius: &coldest})...)
}

// judge turns "it is so now" into at most one Alerted or Cleared: it must have been so for longer than limit. since is when it began,
// should it begin now.
func (w *watch) judge(kind wire.AlertKind, now, since time.Time, so bool, limit time.Duration, a Alerted) []Observation {
	if !so {
		delete(w.begun, kind)
		if opened, is := w.open[kind]; is {
			delete(w.open, kind)
			return []Observation{Cleared{Kind: kind, Since: opened, At: now}}
		}
		return nil
	}
	if _, is := w.begun[kind]; !is {
		w.begun[kind] = since
	}
	if w.isOpen(kind) || limit > 0 && now.Sub(w.begun[kind]) <= limit {
		return nil
	}
	a.Kind, a.Since = kind, w.begun[kind]
	w.open[kind] = a.Since
	return []Observation{a}
}

func (w *watch) isOpen(kind wire.AlertKind) bool {
	_, is := w.open[kind]
	return is
}

// forget drops a suspicion that is no alert yet.
func (w *watch) forget(kind wire.AlertKind) {
	if !w.isOpen(kind) {
		delete(w.begun, kind)
	}
}

// setBand starts over with another band: what was wrong with the old one is over.
func (w *watch) setBand(b Band, now time.Time) []Observation {
	w.band, w.reached = b, false
	told := w.judge(wire.Overheat, now, now, false, 0, Alerted{})
	return append(told, w.judge(wire.Underheat, now, now, false, 0, Alerted{})...)
}
