package oven

import "time"

// HeatState is how hot something is beside its band, in one word.
type HeatState string

// How hot a deck can be.
const (
	InBand  HeatState = "ok"
	Warming HeatState = "warming" // below its band, and rising
	Cold    HeatState = "cold"    // below its band, and not rising
	Hot     HeatState = "hot"     // above it
)

// Heat is how hot a deck is by its last reading. It is no alert: an oven is cold every morning.
type Heat struct {
	Deck  int // from 1 where each deck has a chamber of its own; 0: the whole oven
	State HeatState
	Below Celsius   // by how much it is below its band
	Till  time.Time // Warming: when it will be in its band, if it goes on like that
}

// deckAir is the air of a deck.
type deckAir struct {
	deck             int
	coldest, hottest Celsius
}

// decks are the decks of a reading: each chamber is one where there are as many of them as decks, in their order; else the oven is one.
func (r Reading) decks(decks int) []deckAir {
	if decks < 2 || len(r.Chambers) != decks {
		coldest, hottest := r.extremes()
		return []deckAir{{0, coldest, hottest}}
	}
	all := make([]deckAir, decks)
	for n, c := range r.Chambers {
		all[n] = deckAir{n + 1, c.Celsius, c.Celsius}
	}
	return all
}

const (
	trendEvery = 5 * time.Second
	trendKept  = time.Minute
	trendLeast = 15 * time.Second // nothing is said of less than this
	trendMoves = Celsius(2)       // a minute: slower than that it stands still
)

// trend is how the air of a deck goes.
type trend struct {
	reached bool // it has been in its band since that was set, or it cools down
	seen    []air
}

type air struct {
	at      time.Time
	celsius Celsius
}

// note takes a reading.
func (t *trend) note(at time.Time, celsius Celsius) {
	if n := len(t.seen); n > 1 && at.Sub(t.seen[n-2].at) < trendEvery {
		t.seen = t.seen[:n-1] // the last one is the newest, however close it is
	}
	t.seen = append(t.seen, air{at, celsius})
	for len(t.seen) > 2 && at.Sub(t.seen[0].at) > trendKept {
		t.seen = t.seen[1:]
	}
}

// pace is how many degrees a minute it rises; known is false while it has not been watched for long enough.
func (t *trend) pace() (perMinute Celsius, known bool) {
	if len(t.seen) < 2 {
		return 0, false
	}
	first, last := t.seen[0], t.seen[len(t.seen)-1]
	span := last.at.Sub(first.at)
	if span < trendLeast {
		return 0, false
	}
	return (last.celsius - first.celsius) / Celsius(span.Minutes()), true
}

func (t *trend) falls() bool {
	pace, known := t.pace()
	return known && pace <= -trendMoves
}

// heats are how hot the decks are by a reading that was just taken in.
func (w *watch) heats(r Reading) []Heat {
	air := r.decks(w.decks)
	all := make([]Heat, len(air))
	for n, d := range air {
		all[n] = Heat{Deck: d.deck, State: InBand}
		switch {
		case d.hottest > w.band.High:
			all[n].State = Hot
		case d.coldest < w.band.Low:
			all[n].State, all[n].Below = Cold, w.band.Low-d.coldest
			if pace, known := w.trends[d.deck].pace(); known && pace >= trendMoves {
				all[n].State = Warming
				all[n].Till = r.At.Add(time.Duration(float64(all[n].Below/pace) * float64(time.Minute)))
			}
		}
	}
	return all
}
