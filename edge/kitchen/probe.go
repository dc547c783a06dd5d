package kitchen

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"awesome.pizza/shared/wire"
)

// Probe is a thermometer in a fridge or a holding cabinet, and where its temperature has to be. A nil limit is none.
type Probe struct {
	ID        string
	Low, High *float64 // °C
	Back      float64  // how far inside of its limits it has to be before all is well again, in °C
}

// Noted is what a line of the food safety log says.
type Noted string

// What is noted.
const (
	NotedReading Noted = "reading"
	NotedWarm    Noted = "too_warm"
	NotedCold    Noted = "too_cold"
	NotedBack    Noted = "back"   // within its limits again
	NotedSilent  Noted = "silent" // nothing is heard of it
)

// Reading is a line of the food safety log: what a probe measured, and what its limits were.
type Reading struct {
	N         int64 // gapless from 1, given when it is written
	At        time.Time
	Day       string // business day
	Probe     string
	What      Noted
	Celsius   *float64
	Low, High *float64
	Hash      [sha256.Size]byte // over this line and the hash of the one before
}

// Bounds of the log.
const (
	ReadingsKept  = 400 * 24 * time.Hour
	ReadingsEvery = 15 * time.Minute // what is within its limits is written down so often
	ProbeSilent   = 15 * time.Minute // without a reading a probe is silent
	ReadingsMost  = 2000             // lines that are read at once
)

// Chain is the hash of a line that follows one with a hash.
func (r Reading) Chain(before [sha256.Size]byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write(before[:])
	number := func(n uint64) { h.Write(binary.BigEndian.AppendUint64(nil, n)) }
	number(uint64(r.N))
	number(uint64(r.At.UnixMilli()))
	for _, text := range []string{r.Day, r.Probe, string(r.What)} {
		number(uint64(len(text)))
		h.Write([]byte(text))
	}
	for _, x := range []*float64{r.Celsius, r.Low, r.High} {
		if x == nil {
			h.Write([]byte{0})
			continue
		}
		h.Write([]byte{1})
		number(math.Float64bits(*x))
	}
	h.Sum(sum[:0])
	return sum
}

// ReadingsIntact reports whether lines follow each other as they were written.
func ReadingsIntact(lines []Reading) bool {
	for n, r := range lines[:max(0, len(lines)-1)] {
		next := lines[n+1]
		if next.N != r.N+1 || next.Chain(r.Hash) != next.Hash {
			return false
		}
	}
	return true
}

// ProbeNow is how a probe is: the last that it said.
type ProbeNow struct {
	Probe
	At      time.Time // when it measured that; zero: nothing yet
	Heard   time.Time // when it last spoke, by the kitchen's clock, whatever its own may say
	Celsius float64
	Battery *float64
	State   string // ok, too_warm, too_cold, silent

	clock ownClock
}

// probes is what was last heard of each of them. It is forgotten with the process: what matters is in the log and in the alerts.
type probes struct {
	mu    sync.Mutex
	since time.Time
	last  map[string]ProbeNow
	noted map[string]time.Time // when the log last got a line of it
}

// Probed takes note of what a probe measured at an instant: in the log every ReadingsEvery and whenever it leaves its limits or comes back, and as an
// alert while it is out of them. A reading that is older than one before it is left alone, unless it is the probe's clock that was set.
func (k *Kitchen) Probed(ctx context.Context, device string, at time.Time, celsius float64, battery *float64) error {
	p := k.probe(device)
	k.probes.mu.Lock()
	last := k.probes.last[device]
	last.Probe, last.Heard = p, k.now()
	at, stale := last.clock.read(at.UTC().Truncate(time.Millisecond), last.Heard)
	if !stale {
		last.At, last.Celsius, last.Battery = at, celsius, battery
	}
	k.probes.last[device] = last
	noted, ever := k.probes.noted[device]
	k.probes.mu.Unlock()
	if stale {
		return nil
	}
	due := !ever || at.Sub(noted).Abs() >= ReadingsEvery
	if !due && k.restful(p, celsius) {
		return nil
	}
	err := k.change(ctx, func(d *draft) error { d.probed(p, at, celsius, due); return nil })
	if err == nil && due {
		k.probes.mu.Lock()
		k.probes.noted[device] = at
		k.probes.mu.Unlock()
	}
	return err
}

// restful reports whether a reading changes nothing: no alert begins or ends by it.
func (k *Kitchen) restful(p Probe, celsius float64) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	_, out := k.board.alerts[limitAlert(p.ID)]
	_, silent := k.board.alerts[silentAlert(p.ID)]
	return !silent && (out && !p.inside(celsius, p.Back) || !out && p.inside(celsius, 0))
}

func limitAlert(probe string) string  { return string(wire.ProbeLimit) + "/" + probe }
func silentAlert(probe string) string { return string(wire.Silent) + "/" + probe }

func (p Probe) inside(celsius, by float64) bool {
	return (p.Low == nil || celsius >= *p.Low+by) && (p.High == nil || celsius <= *p.High-by)
}

func (k *Kitchen) probe(id string) Probe {
	if n := slices.IndexFunc(k.settings.Probes, func(p Probe) bool { return p.ID == id }); n >= 0 {
		return k.settings.Probes[n]
	}
	return Probe{ID: id}
}

// probed decides what follows from a reading.
func (d *draft) probed(p Probe, at time.Time, celsius float64, due bool) {
	d.clear(silentAlert(p.ID))
	_, out := d.alert(limitAlert(p.ID))
	switch {
	case !out && !p.inside(celsius, 0):
		what := NotedWarm
		if p.Low != nil && celsius < *p.Low {
			what = NotedCold
		}
		d.note(p, at, what, &celsius)
		d.raise(Alert{ID: limitAlert(p.ID), Device: p.ID, What: string(wire.ProbeLimit), Level: string(wire.Critical), Since: at})
	case out && p.inside(celsius, p.Back):
		d.note(p, at, NotedBack, &celsius)
		d.clear(limitAlert(p.ID))
	case due:
		d.note(p, at, NotedReading, &celsius)
	}
}

func (d *draft) note(p Probe, at time.Time, what Noted, celsius *float64) {
	d.commit.Readings = append(d.commit.Readings, Reading{At: at, Day: d.settings.Day(at), Probe: p.ID, What: what, Celsius: celsius, Low: p.Low, High: p.High})
}

// MindProbes raises an alert for each probe of the settings of which nothing is heard, and ends the alerts of those that are not there any more. It
// is to be asked now and then.
func (k *Kitchen) MindProbes(ctx context.Context) error {
	now := k.now()
	k.probes.mu.Lock()
	if k.probes.since.IsZero() || now.Before(k.probes.since) {
		k.probes.since = now
	}
	var silent []ProbeNow
	for _, p := range k.settings.Probes {
		last := k.probes.last[p.ID]
		last.Probe = p
		if last.Heard.After(now) { // the kitchen's own clock was put back
			last.Heard = now
			k.probes.last[p.ID] = last
		}
		if now.Sub(later(last.Heard, k.probes.since)) >= ProbeSilent {
			silent = append(silent, last)
		}
	}
	k.probes.mu.Unlock()
	k.mu.RLock()
	silent = slices.DeleteFunc(silent, func(p ProbeNow) bool { _, open := k.board.alerts[silentAlert(p.ID)]; return open })
	var gone []string
	for id := range k.board.alerts {
		if probe, is := strings.CutPrefix(id, limitAlert("")); is && !slices.ContainsFunc(k.settings.Probes, func(p Probe) bool { return p.ID == probe }) {
			gone = append(gone, id)
		}
	}
	k.mu.RUnlock()
	if len(silent) == 0 && len(gone) == 0 {
		return nil
	}
	slices.Sort(gone)
	return k.change(ctx, func(d *draft) error {
		for _, p := range silent {
			d.note(p.Probe, d.now, NotedSilent, nil)
			d.raise(Alert{ID: silentAlert(p.ID), Device: p.ID, What: string(wire.Silent), Level: string(wire.Warning)})
		}
		for _, id := range gone {
			d.clear(id)
		}
		return nil
	})
}

// Probes is how all probes are now: those of the settings, and others that were heard.
func (k *Kitchen) Probes() []ProbeNow {
	k.probes.mu.Lock()
	var all []ProbeNow
	for _, p := range k.settings.Probes {
		now := k.probes.last[p.ID]
		now.Probe = p
		all = append(all, now)
	}
	for id, now := range k.probes.last {
		if !slices.ContainsFunc(k.settings.Probes, func(p Probe) bool { return p.ID == id }) {
			all = append(all, now)
		}
	}
	k.probes.mu.Unlock()
	k.mu.RLock()
	defer k.mu.RUnlock()
	for n, p := range all {
		_, silent := k.board.alerts[silentAlert(p.ID)]
		_, out := k.board.alerts[limitAlert(p.ID)]
		switch {
		case silent || p.At.IsZero():
			all[n].State = string(NotedSilent)
		case out && p.Low != nil && p.Celsius < *p.Low+p.Back:
			all[n].State = string(NotedCold)
		case out:
			all[n].State = string(NotedWarm)
		default:
			all[n].State = "ok"
		}
	}
	slices.SortFunc(all, func(x, y ProbeNow) int { return cmp.Compare(x.ID, y.ID) })
	return all
}
