package linksim

import "time"

// line is what lies between one box and the hub.
type line struct {
	w                   *world
	dice                *dice
	up, down            bool // what gets through
	loss, repeat, delay int  // per cent, per cent, milliseconds at most
	late                int  // of a hundred that are delayed, how many by up to a minute
	muted               bool // the hub's answers to batches are lost
}

func (w *world) newLine(n uint64) *line {
	l := &line{w: w, dice: newDice(w.opts.Seed, 5, n), up: true, down: true}
	l.restless()
	return l
}

// restless makes the line as bad as this history has it.
func (l *line) restless() {
	l.loss, l.repeat, l.delay, l.late = 0, 0, 0, 0
	if l.w.on(Loss) {
		l.loss = l.dice.roll(40)
	}
	if l.w.on(Repeat) {
		l.repeat = l.dice.roll(30)
	}
	if l.w.on(Delay) {
		l.delay, l.late = 10+l.dice.roll(6000), l.dice.roll(15)
	}
}

// mend makes the line as good as lines can be.
func (l *line) mend() { l.loss, l.repeat, l.delay, l.up, l.down, l.muted = 0, 0, 0, true, true, false }

// pass gives a packet to the line, which does with it what it likes.
func (l *line) pass(upward bool, deliver func()) {
	if !l.passes(upward) {
		return
	}
	if l.dice.chance(l.loss) {
		l.w.count(Loss)
		return
	}
	copies := 1
	if l.dice.chance(l.repeat) {
		l.w.count(Repeat)
		copies = 2
	}
	for range copies {
		after := 5 * time.Millisecond
		if l.delay > 0 {
			l.w.count(Delay)
			after += time.Duration(l.dice.roll(l.delay)) * time.Millisecond
			if l.dice.chance(l.late) { // a packet that everybody has forgotten
				after += time.Duration(l.dice.roll(60)) * time.Second
			}
		}
		l.w.after(after, func() {
			if l.passes(upward) {
				deliver()
			}
		})
	}
}

func (l *line) passes(upward bool) bool { return upward && l.up || !upward && l.down }
