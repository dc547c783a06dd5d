package main

import (
	"errors"
	"fmt"
	"time"
)

// How a line is away.
type How string

// The ways in which a line can be away.
const (
	Reset     How = "rst"       // cut: connections are reset at both ends, and nobody can dial
	BlackHole How = "blackhole" // nothing passes and nothing ends; what was said arrives when the line is mended
	HalfOpen  How = "halfopen"  // the hub's ends are gone and the node's never hear of it, even when the line is mended
	OneWay    How = "oneway"    // what the node says arrives, what the hub says does not until the line is mended
)

// Weather is how a line is: away in one of four ways, or there but slow. The zero value is a line that was cut.
type Weather struct {
	Up        bool   `json:"up"`
	How       How    `json:"how,omitempty"`        // rst when it is away and this is empty
	LatencyMS int    `json:"latency_ms,omitempty"` // on the way there, and once more on the way back
	Kbps      int    `json:"kbps,omitempty"`       // thousand bits per second each way, of each connection; 0 for no limit
	Slice     int    `json:"slice,omitempty"`      // bytes that travel together at most; 0 for as many as come
	FlapMS    [2]int `json:"flap_ms,omitzero"`     // away and there in turn, each for a time between these two
}

// check says what is wrong with a weather, and what to write instead.
func (w Weather) check() error {
	switch {
	case w.How != "" && w.How != Reset && w.How != BlackHole && w.How != HalfOpen && w.How != OneWay:
		return fmt.Errorf(`"how" is %q; write "rst", "blackhole", "halfopen" or "oneway"`, w.How)
	case w.How != "" && w.Up && w.FlapMS == [2]int{}:
		return errors.New(`"how" says in which way a line is away: write it with "up":false or "flap_ms":[1000,30000]`)
	case w.LatencyMS < 0 || w.LatencyMS > 60_000 || w.Kbps < 0 || w.Kbps > 10_000_000 || w.Slice < 0 || w.Slice > 1<<20:
		return errors.New(`"latency_ms" is 0 to 60000, "kbps" 0 to 10000000 and "slice" 0 to 1048576 bytes`)
	case w.FlapMS != [2]int{} && (w.FlapMS[0] < 10 || w.FlapMS[1] < w.FlapMS[0] || w.FlapMS[1] > 3_600_000):
		return errors.New(`"flap_ms" is the shortest and the longest time, from 10 to 3600000: as in [1000,30000]`)
	}
	return nil
}

// cut reports whether nobody can dial.
func (w Weather) cut() bool { return !w.Up && (w.How == "" || w.How == Reset) }

// passes reports whether bytes get through, up to the hub or down from it.
func (w Weather) passes(up bool) bool { return w.Up || w.How == OneWay && up }

func (w Weather) latency() time.Duration { return time.Duration(w.LatencyMS) * time.Millisecond }

// takes is how long n bytes need at the line's speed.
func (w Weather) takes(n int) time.Duration {
	if w.Kbps == 0 {
		return 0
	}
	return time.Duration(n) * 8 * time.Millisecond / time.Duration(w.Kbps)
}

// portion is how many of n bytes travel together: at most a slice, and no more than a tenth of a second's worth, so that a slow line
// trickles instead of stuttering.
func (w Weather) portion(n int) int {
	if w.Slice > 0 {
		n = min(n, w.Slice)
	}
	if w.Kbps > 0 {
		n = min(n, max(1, w.Kbps*1000/8/10))
	}
	return n
}
