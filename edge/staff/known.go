package staff

import "time"

const (
	// KnownFor is how long a screen is known after somebody has signed in at it.
	KnownFor = 90 * 24 * time.Hour
	// KnownEach is how many screens are known by one person's PIN; the one that was used longest ago makes room.
	KnownEach = 20
)

// Known is a screen at which somebody has signed in with their PIN: it shows a token that nobody else has.
type Known struct {
	Name  string // of its token, which nobody keeps: see NameOf
	Who   string // signed in there last
	Since time.Time
	Seen  time.Time // when somebody last signed in
}

// Live reports whether the screen is still known.
func (k Known) Live(now time.Time) bool { return now.Sub(k.Seen) < KnownFor }
