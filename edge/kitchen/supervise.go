package kitchen

import (
	"slices"
	"strings"
	"time"
)

// silentAgain is how soon it is looked again at a cook who is silent while that harms nobody.
const silentAgain = time.Minute

// handsEvery is how often it is written down that a cook is at work: a tap within this time of the last one says nothing new.
const handsEvery = 5 * time.Second

// cookAway is the alert about a cook who does not answer. While it is open nobody gives them tickets.
const cookAway = "cook_away"

func awayAlert(cook string) string { return cookAway + "/" + cook }

func silence(cook string) TimerKey { return TimerKey{Kind: SilentCook, Item: cook} }

// hand takes note that a cook is at work. Who was away is back.
func (d *draft) hand(cook string) {
	if cook == "" || !slices.ContainsFunc(d.cooksNow(), func(c Cook) bool { return c.ID == cook && c.SignedIn }) {
		return
	}
	back := d.isAway(cook)
	if running, runs := d.board.timers[silence(cook)]; !runs || back || d.now.Sub(running.Since).Abs() >= handsEvery {
		d.listen(cook, d.now, d.settings.Silent)
	}
	if back {
		d.clear(awayAlert(cook))
		d.giveOut()
		d.deal(cook)
	}
}

// heardAt takes note of whose hand was at a ticket: theirs who said so. A tap without a name may be anybody's, and is no sign of who has the ticket;
// a button is pressed by who stands there, and that is who has it.
func (d *draft) heardAt(t Ticket, tap Tap) {
	if tap.button != "" {
		d.hand(t.Cook)
		return
	}
	d.hand(tap.Who)
}

// listen sets the timer that looks at a cook who has not been heard of since an instant.
func (d *draft) listen(cook string, since time.Time, within time.Duration) {
	d.commit.Timers = append(d.commit.Timers, Timer{TimerKey: silence(cook), Since: since, Due: since.Add(within)})
}

// dismiss forgets a cook who has left.
func (d *draft) dismiss(cook string) {
	if _, runs := d.board.timers[silence(cook)]; runs {
		d.commit.Stopped = append(d.commit.Stopped, silence(cook))
	}
	if d.isAway(cook) {
		d.clear(awayAlert(cook))
	}
}

// isAway reports whether a cook is away, as this draft leaves it.
func (d *draft) isAway(cook string) bool {
	_, away := d.alert(awayAlert(cook))
	return away
}

// silent is for a cook of whom nothing was heard for too long: while others work who could make a ticket of theirs, which waits, they are away, and
// what they have goes to others.
func (d *draft) silent(timer Timer) {
	cook := timer.Item
	if !slices.ContainsFunc(d.cooksNow(), func(c Cook) bool { return c.ID == cook && c.SignedIn }) {
		return
	}
	waits := slices.ContainsFunc(d.open(), func(t Ticket) bool { return t.Cook == cook && t.toMake() != "" && d.othersWork(cook, t.toMake()) })
	if !waits {
		d.listen(cook, timer.Since, d.now.Add(silentAgain).Sub(timer.Since))
		return
	}
	d.raise(Alert{ID: awayAlert(cook), Device: cook, What: cookAway, Level: "warning", Since: timer.Since})
	d.giveOut()
}

// othersWork reports whether anybody else who is signed in and works at a station has been heard of lately.
func (d *draft) othersWork(cook, station string) bool {
	return slices.ContainsFunc(d.cooksNow(), func(c Cook) bool {
		heard, runs := d.board.timers[silence(c.ID)]
		return c.ID != cook && c.can(station) && !d.isAway(c.ID) && runs && d.now.Sub(heard.Since) < d.settings.Silent
	})
}

// present are cooks with what is known of their presence.
func present(cooks []Cook, away func(cook string) bool) []Cook {
	out := slices.Clone(cooks)
	for n := range out {
		out[n].Away = away(out[n].ID)
	}
	return out
}

// absences reports whether anybody has gone silent, or has come back.
func (d *draft) absences() bool {
	return slices.ContainsFunc(d.commit.Raised, func(a Alert) bool { return a.What == cookAway }) ||
		slices.ContainsFunc(d.commit.Cleared, func(id string) bool { return strings.HasPrefix(id, cookAway+"/") })
}

// isAway reports whether a cook is away.
func (b *board) isAway(cook string) bool {
	_, away := b.alerts[awayAlert(cook)]
	return away
}
