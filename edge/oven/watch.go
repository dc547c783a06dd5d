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
	Deck    int            // from 1, for Overheat and Underheat of one deck of several; 0: the oven
	Level   wire.Level
	Since   time.Time // when it began, not when it was noticed
	Celsius *Celsius  // the chamber to blame, for Overheat and Underheat
	Detail  string
}

// Cleared says that what was Alerted is over.
type Cleared struct {
	Kind  wire.AlertKind
	Deck  int
	Since time.Time // of the alert
	At    time.Time
}

func (Observed) observation() {}
func (Alerted) observation()  {}
func (Cleared) observation()  {}

// watch decides what is worth telling. It is pure: time and readings come in, observations go out.
type watch struct {
	band   Band
	decks  int
	heard  time.Time // when the oven last said something, or when we began to listen
	newest time.Time // of the reading told last
	trends map[int]*trend
	begun  map[matter]time.Time
	open   map[matter]time.Time
}

// matter is what can be wrong with an oven, or with one of its decks.
type matter struct {
	kind wire.AlertKind
	deck int
}

func newWatch(b Band, now time.Time) *watch {
	return &watch{band: b, heard: now, trends: map[int]*trend{}, begun: map[matter]time.Time{}, open: map[matter]time.Time{}}
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
	told = append(told, w.judge(matter{kind: wire.Silent}, now, w.heard, now.Sub(w.heard) > SilenceLimit, 0, Alerted{Level: wire.Critical})...)
	told = append(told, w.judge(matter{kind: wire.Malfunction}, now, now, false, FaultLimit, Alerted{})...)
	return append(told, w.temperature(now, r)...)
}

// failed is a Sense without a reading. An oven that reports a fault is not silent; one that is silent is in no band.
func (w *watch) failed(now time.Time, err error) []Observation {
	broken := errors.Is(err, ErrFault)
	told := w.judge(matter{kind: wire.Malfunction}, now, now, broken || w.isOpen(matter{kind: wire.Malfunction}), FaultLimit, Alerted{Level: wire.Critical, Detail: err.Error()})
	if broken {
		w.heard = now
	}
	silent := now.Sub(w.heard) > SilenceLimit
	if silent {
		w.forget()
	}
	return append(told, w.judge(matter{kind: wire.Silent}, now, w.heard, silent, 0, Alerted{Level: wire.Critical, Detail: err.Error()})...)
}

// temperature judges the band, of each deck for itself where the oven says how hot each is. Too cold counts only once the deck has been warm, or
// cools down; too hot counts always.
func (w *watch) temperature(now time.Time, r Reading) (told []Observation) {
	for _, d := range r.decks(w.decks) {
		over, under := d.hottest > w.band.High, d.coldest < w.band.Low
		t := w.trends[d.deck]
		if t == nil {
			t = &trend{}
			w.trends[d.deck] = t
		}
		t.note(r.At, d.coldest)
		t.reached = t.reached || !over && !under || under && t.falls()
		told = append(told, w.judge(matter{wire.Overheat, d.deck}, now, now, over, BandLimit, Alerted{Level: wire.Critical, Celsius: &d.hottest})...)
		told = append(told, w.judge(matter{wire.Underheat, d.deck}, now, now, under && t.reached, BandLimit, Alerted{Level: wire.Warning, Celsius: &d.coldest})...)
	}
	return told
}

// judge turns "it is so now" into at most one Alerted or Cleared: it must have been so for longer than limit. since is when it began,
// should it begin now.
func (w *watch) judge(m matter, now, since time.Time, so bool, limit time.Duration, a Alerted) []Observation {
	if !so {
		delete(w.begun, m)
		if opened, is := w.open[m]; is {
			delete(w.open, m)
			return []Observation{Cleared{Kind: m.kind, Deck: m.deck, Since: opened, At: now}}
		}
		return nil
	}
	if _, is := w.begun[m]; !is {
		w.begun[m] = since
	}
	if w.isOpen(m) || limit > 0 && now.Sub(w.begun[m]) <= limit {
		return nil
	}
	a.Kind, a.Deck, a.Since = m.kind, m.deck, w.begun[m]
	w.open[m] = a.Since
	return []Observation{a}
}

func (w *watch) isOpen(m matter) bool {
	_, is := w.open[m]
	return is
}

// forget drops suspicions of the temperature that are no alerts yet, and how it went: nobody knows meanwhile.
func (w *watch) forget() {
	for m := range w.begun {
		if (m.kind == wire.Overheat || m.kind == wire.Underheat) && !w.isOpen(m) {
			delete(w.begun, m)
		}
	}
	for _, t := range w.trends {
		t.seen = nil
	}
}

// setBand starts over with another band: what was wrong with the old one is over.
func (w *watch) setBand(b Band, now time.Time) (told []Observation) {
	w.band = b
	for _, t := range w.trends {
		t.reached = false
	}
	for deck := range w.decks + 1 {
		for _, kind := range []wire.AlertKind{wire.Overheat, wire.Underheat} {
			told = append(told, w.judge(matter{kind, deck}, now, now, false, 0, Alerted{})...)
		}
	}
	return told
}
