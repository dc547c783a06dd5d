package kitchen

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// faultQuiet is how long an oven has to work without telling of its fault again until that counts as over.
const faultQuiet = 15 * time.Second

// ovenWords are the last words of ovens that nobody keeps: they say them again.
type ovenWords struct {
	felt    []line.Fault         // by their readings
	faulted map[string]time.Time // when each told last that something is broken
	opened  time.Time            // since when this kitchen listens
}

func (w ovenWords) brokenSince(oven string) time.Time { return later(w.opened, w.faulted[oven]) }

// place is which deck or slot of its device an alert is about: its id ends with "/deck-2" or "/slot-3". Zero is all of it.
func (a Alert) place() (deck, slot int) {
	rest, ok := strings.CutPrefix(a.ID, a.What+"/"+a.Device+"/")
	if !ok {
		return 0, 0
	}
	number := func(prefix string) int {
		n, err := strconv.Atoi(strings.TrimPrefix(rest, prefix))
		if !strings.HasPrefix(rest, prefix) || err != nil {
			return 0
		}
		return n
	}
	return number("deck-"), number("slot-")
}

// OvenAlert is the id of an alert about an oven, or about one of its decks.
func OvenAlert(kind wire.AlertKind, oven string, deck int) string {
	if deck > 0 {
		return fmt.Sprintf("%s/%s/deck-%d", kind, oven, deck)
	}
	return fmt.Sprintf("%s/%s", kind, oven)
}

// Broken are the places of an oven that told of a fault, by its open alerts: all says that it is the whole oven.
func Broken(alerts []Alert, oven string) (decks, slots []int, all bool) {
	for _, a := range alerts {
		if !a.faultOf(oven) {
			continue
		}
		switch deck, slot := a.place(); {
		case deck > 0:
			decks = append(decks, deck)
		case slot > 0:
			slots = append(slots, slot)
		default:
			all = true
		}
	}
	return decks, slots, all
}

func (a Alert) faultOf(oven string) bool {
	return a.Device == oven && a.What == string(wire.Malfunction)
}

// ovenFails takes note that an oven says it is broken, or one of its places. It may say so again and again.
func (d *draft) ovenFails(oven string, slot int, since time.Time) {
	a := Alert{ID: OvenAlert(wire.Malfunction, oven, 0), Device: oven, What: string(wire.Malfunction), Level: string(wire.Critical), Since: since}
	if slot > 0 {
		a.ID += "/slot-" + strconv.Itoa(slot)
	}
	d.raise(a)
}

// ovenWell ends the faults of an oven.
func (d *draft) ovenWell(oven string) (faults int) {
	for _, a := range d.alerts() {
		if a.faultOf(oven) {
			faults++
			d.clear(a.ID)
		}
	}
	return faults
}

// Feel takes note of how hot ovens are by their last readings: what is cold or drifts is minded at once, long before it is an alert. It is called as
// often as anybody likes; nothing of it is kept, so after a restart it has to be said again.
func (k *Kitchen) Feel(ctx context.Context, felt []line.Fault) error {
	k.mu.RLock()
	same := slices.EqualFunc(k.board.words.felt, felt, sameFelt)
	k.mu.RUnlock()
	if same {
		return nil
	}
	return k.change(ctx, func(d *draft) error {
		k.mu.Lock()
		k.board.words.felt = slices.Clone(felt)
		k.mu.Unlock()
		d.forecast()
		return nil
	})
}

// sameFelt reports whether a reading says nothing new: an oven that heats up is a little sooner or later than it was with every word.
func sameFelt(a, b line.Fault) bool {
	return a.Oven == b.Oven && a.Deck == b.Deck && a.What == b.What && a.Till.Sub(b.Till).Abs() < time.Minute
}

// Heard says that an oven was heard of, and reports no fault: one that it told of is over when it has not told of it again for some time.
func (k *Kitchen) Heard(ctx context.Context, oven string) error {
	over := func(b *board, now time.Time) bool {
		for _, a := range b.alerts {
			if a.faultOf(oven) {
				return now.Sub(b.words.brokenSince(oven)) >= faultQuiet
			}
		}
		return false
	}
	k.mu.RLock()
	news := over(&k.board, k.now())
	k.mu.RUnlock()
	if !news {
		return nil
	}
	return k.change(ctx, func(d *draft) error {
		if over(d.board, d.now) {
			d.ovenWell(oven)
		}
		return nil
	})
}

// OvenWorks takes the word of a person that an oven is in order again. One that is in order is so: that does nothing. It reports problem.NotFound.
func (k *Kitchen) OvenWorks(ctx context.Context, oven, reason string) error {
	if len(reason) > maxText {
		return problem.New(problem.Invalid, "invalid_oven", "the reason can have up to %d bytes", maxText).With("path", "reason")
	}
	return k.change(ctx, func(d *draft) error {
		known := slices.ContainsFunc(d.settings.Ovens, func(o line.Oven) bool { return o.ID == oven && oven != "" })
		broken := d.ovenWell(oven)
		switch {
		case !known && broken == 0:
			return problem.New(problem.NotFound, "no_such_oven", "there is no oven %q here", oven)
		case broken == 0:
			return nil
		}
		return d.need(staff.OvenWorks, oven, reason, "works again")
	})
}

// Alerts are those that are open, by their ids.
func (k *Kitchen) Alerts(context.Context) ([]Alert, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	all := make([]Alert, 0, len(k.board.alerts))
	for _, a := range k.board.alerts {
		all = append(all, a)
	}
	slices.SortFunc(all, func(x, y Alert) int { return cmp.Compare(x.ID, y.ID) })
	return all, nil
}
