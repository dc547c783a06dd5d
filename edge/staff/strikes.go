package staff

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Strike is how many wrong PINs were entered somewhere, and when the last one was.
type Strike struct {
	Where string
	Wrong int
	Last  time.Time
}

// Post is where a PIN is entered.
type Post struct {
	Address string // which machine that is
	Screen  string // the name of a screen that is known
	Person  string // who is signed in, at a screen that is not; with both empty it is a stranger's
}

// allowance is how many wrong PINs cost nothing. After each further one it takes twice as long until the next is looked at, up to most.
type allowance struct {
	free int
	most time.Duration
}

var (
	ofScreen  = allowance{3, time.Minute} // a forgotten PIN must not stop a kitchen
	ofAddress = allowance{3, 15 * time.Minute}
	ofHouse   = allowance{20, 15 * time.Minute} // of all strangers together
)

const (
	forgiven = 15 * time.Minute // in which one wrong PIN is made good for
	beyond   = 11               // wrong PINs that are counted beyond the free ones: the longest wait is reached, and it ends some time

	strikesMost = 1000 // places; those that rested longest make room
	inTheHouse  = "house"
)

func (a allowance) wait(s Strike, now time.Time) time.Duration {
	over := s.left(now) - a.free
	if over < 0 {
		return 0
	}
	pause := min(a.most, time.Second<<over)
	return min(pause, max(0, s.Last.Add(pause).Sub(now)))
}

// more is a strike after one more wrong PIN.
func (a allowance) more(s Strike, now time.Time) Strike {
	s.Wrong, s.Last = min(s.left(now)+1, a.free+beyond), now
	return s
}

func (s Strike) left(now time.Time) int {
	return max(0, s.Wrong-int(max(0, now.Sub(s.Last))/forgiven))
}

// Strikes are the wrong PINs of a restaurant, by place. A wrong PIN names nobody, so what it slows down is where it came from: a screen that is
// known by itself, whoever is signed in elsewhere by who they are, a stranger by the machine's address, and all strangers together by the house. A known
// screen waits for no wrong PIN of somebody else's. The right PIN makes good for none: who has one could guess at others' between.
type Strikes map[string]Strike

const screenPlace = "screen/"

func placeOf(p Post) (string, allowance) {
	switch {
	case p.Screen != "":
		return screenPlace + p.Screen, ofScreen
	case p.Person != "":
		return "person/" + p.Person, ofScreen
	}
	return "address/" + p.Address, ofAddress
}

func (p Post) stranger() bool { return p.Screen == "" && p.Person == "" }

// Wait is how long somebody has to wait there until the next PIN is looked at.
func (s Strikes) Wait(p Post, now time.Time) time.Duration {
	place, allowed := placeOf(p)
	wait := allowed.wait(s[place], now)
	if p.stranger() {
		wait = max(wait, ofHouse.wait(s[inTheHouse], now))
	}
	return wait
}

// Wrong are the strikes that a wrong PIN changes. Those of a known screen count at its address too, and in the house: what is known of a
// screen buys nobody more guesses from another one.
func (s Strikes) Wrong(p Post, now time.Time) []Strike {
	changed := []Strike{s.one("address/"+p.Address, ofAddress, now), s.one(inTheHouse, ofHouse, now)}
	if place, allowed := placeOf(p); !p.stranger() {
		changed = append(changed, s.one(place, allowed, now))
	}
	return changed
}

func (s Strikes) one(where string, a allowance, now time.Time) Strike {
	was := s[where]
	was.Where = where
	return a.more(was, now)
}

// Inherited are the strikes of a screen that becomes known at a place: those that this place has.
func (s Strikes) Inherited(p Post, screen string, now time.Time) (Strike, bool) {
	place, _ := placeOf(p)
	from := s[place]
	from.Where, from.Wrong = screenPlace+screen, min(from.Wrong, ofScreen.free+beyond)
	return from, from.left(now) > 0
}

// Guessed reports whether so many PINs were wrong lately that somebody must be guessing.
func (s Strikes) Guessed(now time.Time) bool { return s[inTheHouse].left(now) >= ofHouse.free }

// Calm reports whether it is over.
func (s Strikes) Calm(now time.Time) bool { return s[inTheHouse].left(now) < ofHouse.free/2 }

// Over are the places whose wrong PINs are all made good for, and those that make room. lives tells whether a screen is still known.
func (s Strikes) Over(now time.Time, lives func(screen string) bool) (places []string) {
	var kept []Strike
	for _, k := range s {
		screen, ofOne := strings.CutPrefix(k.Where, screenPlace)
		if k.left(now) == 0 || ofOne && !lives(screen) {
			places = append(places, k.Where)
		} else if k.Where != inTheHouse {
			kept = append(kept, k)
		}
	}
	slices.SortFunc(kept, func(x, y Strike) int { return cmp.Or(x.Last.Compare(y.Last), cmp.Compare(x.Where, y.Where)) })
	for n := range len(kept) - strikesMost {
		places = append(places, kept[n].Where)
	}
	slices.Sort(places)
	return places
}

// All are the strikes, by place.
func (s Strikes) All() []Strike {
	all := make([]Strike, 0, len(s))
	for _, where := range slices.Sorted(maps.Keys(s)) {
		all = append(all, s[where])
	}
	return all
}
