package clock

import "time"

const (
	// Outage is the longest time a machine's clock is believed to have been off: one that wakes farther ahead than this knows nothing, and
	// time goes on from where it was.
	Outage = 7 * 24 * time.Hour
	// Slewed is the largest error that is corrected bit by bit. A larger one is a Correction: labels are moved.
	Slewed = time.Minute

	// Insisted is how long the cloud has to contradict what it told before until it is believed: one core with a wrong clock does not drag
	// a chain along.
	Insisted = 10 * time.Minute

	slewShare = 20   // of the time that passes may go into a correction: a minute takes twenty
	drift     = 5000 // a quartz is off by less than one part in this
)

// Reading is what a machine's clocks show at one instant.
type Reading struct {
	Wall time.Time     // may be wrong by years, and may be set at any time
	Ran  time.Duration // since the process began; nobody sets it
}

// Saved is what a node keeps of the time over a restart.
type Saved struct {
	Floor time.Time `json:"floor"`          // it is at least this late
	Doubt time.Time `json:"doubt,omitzero"` // labels from here on were given without knowing the time; zero while it was known
}

// Reckoning is how a node reckons the time. It is pure, and a value: readings come in, labels go out. At boot the time is the machine's
// or the floor, whichever is later; then it runs evenly, whatever the machine's clock is set to, and only the cloud corrects it.
//
// A machine that wakes before the floor (no battery, 1970) or absurdly far ahead of it cannot say how long it was off, so nothing is
// known to have passed: what runs on this clock is late by that, never early, until the cloud has told the time.
type Reckoning struct {
	built  time.Time     // it is later than that, whatever else is wrong
	label  time.Time     // the time when at had run
	at     time.Duration //
	slew   time.Duration // to be added bit by bit from at on
	doubt  time.Time     // labels from here on are doubtful; zero once the cloud has told the time
	told   time.Duration // when it did
	within time.Duration // how wrong it may have been then

	odd   time.Duration // by how much the cloud now says that it told us wrong; zero when it does not
	since time.Duration // since when
}

// Begin reckons from a boot. built is when the program was made: it is later than that. The zero Saved is a node's first boot.
func Begin(r Reading, s Saved, built time.Time) Reckoning {
	floor := latest(built, s.Floor)
	k := Reckoning{built: built, label: floor, at: r.Ran, doubt: s.Doubt}
	if ahead := r.Wall.Sub(floor); ahead > 0 && (s.Floor.IsZero() || ahead <= Outage) {
		k.label = r.Wall
	}
	k.label = k.label.UTC().Round(0)
	if k.doubt.IsZero() {
		k.doubt = k.label
	}
	return k
}

// Now is the time when the machine has run so long. It never falls, but by a Correction.
func (k Reckoning) Now(ran time.Duration) time.Time {
	passed := max(0, ran-k.at)
	return k.label.Add(passed + bounded(k.slew, passed/slewShare))
}

// Trusted reports whether the cloud has told the time since boot.
func (k Reckoning) Trusted() bool { return k.doubt.IsZero() }

// Within is how wrong Now may be; ok is false while nobody knows.
func (k Reckoning) Within(ran time.Duration) (d time.Duration, ok bool) {
	if !k.Trusted() {
		return 0, false
	}
	left := k.slew - bounded(k.slew, max(0, ran-k.at)/slewShare)
	return k.within + max(0, ran-k.told)/drift + left.Abs(), true
}

// Either are the instants it may be now: a certificate that was good at one of them is not refused for the clock's sake. It is one instant
// once the cloud has told the time, before that also the machine's own, unless that lies before the program was made: a floor that is far ahead
// (a damaged digit, a clock that was wrong once) may not keep away the only one who could say so.
func (k Reckoning) Either(r Reading) []time.Time {
	now := k.Now(r.Ran)
	if k.Trusted() || r.Wall.Before(k.built) || r.Wall.Equal(now) {
		return []time.Time{now}
	}
	return []time.Time{r.Wall, now}
}

// Save is what to keep over a restart.
func (k Reckoning) Save(ran time.Duration) Saved { return Saved{Floor: k.Now(ran), Doubt: k.doubt} }

// Correction is a step of the time by more than Slewed: every label from From on belongs By later, or earlier. Labels before From were
// right. It takes effect with Correct.
type Correction struct {
	From time.Time
	By   time.Duration
}

// Hear takes note of the cloud's time, from the reply to a question that was asked at asked and answered at heard: it is wrong by at most half
// the round trip. ok says that the time has to be corrected by a step first; otherwise it is trusted from now on. A cloud that contradicts what it
// told before changes nothing until it has insisted.
func (k *Reckoning) Hear(asked, heard time.Duration, cloud time.Time) (c Correction, ok bool) {
	within := halfTrip(asked, heard)
	off := cloud.UTC().Round(0).Add((heard - asked) / 2).Sub(k.Now(heard))
	if off.Abs() > Slewed {
		return Correction{From: k.doubt, By: off}, !k.Trusted() || k.insists(heard, off)
	}
	k.odd = 0
	if off.Abs() <= within { // it agrees as well as it can
		within, off = within+off.Abs(), 0
		if known, trusted := k.Within(heard); trusted && within >= known {
			return Correction{}, false // what is known is better
		}
	}
	k.label, k.at, k.slew = k.Now(heard), heard, off
	k.trust(heard, within)
	return Correction{}, false
}

// insists reports whether the cloud has contradicted what it told before for long enough, and always in the same way.
func (k *Reckoning) insists(heard, off time.Duration) bool {
	if k.odd == 0 || (off-k.odd).Abs() > Slewed {
		k.odd, k.since = off, heard
	}
	return heard-k.since >= Insisted
}

// halfTrip is how wrong a time is that came with the answer: labels have milliseconds.
func halfTrip(asked, heard time.Duration) time.Duration { return (heard-asked)/2 + time.Millisecond }

// Correct carries out a Correction that Hear asked for with the same asked and heard.
func (k *Reckoning) Correct(asked, heard time.Duration, c Correction) {
	k.label, k.at, k.slew = k.Now(heard).Add(c.By), heard, 0
	k.trust(heard, halfTrip(asked, heard))
}

func (k *Reckoning) trust(heard, within time.Duration) {
	k.doubt, k.told, k.within, k.odd = time.Time{}, heard, within, 0
}

// bounded is d, but no farther from zero than most.
func bounded(d, most time.Duration) time.Duration { return max(-most, min(most, d)) }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
