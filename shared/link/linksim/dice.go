package linksim

import "math/bits"

// dice are a stream of random numbers of its own (splitmix64): what one part of the world rolls changes nothing for the others.
type dice struct{ state uint64 }

// newDice is the stream that the keys name.
func newDice(keys ...uint64) *dice {
	d := &dice{}
	for _, k := range keys {
		d.state = d.next() ^ k
	}
	d.next()
	return d
}

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// roll is a number in [0,n).
func (d *dice) roll(n int) int {
	if n <= 1 {
		return 0
	}
	hi, _ := bits.Mul64(d.next(), uint64(n))
	return int(hi)
}

// chance is true in so many of a hundred cases.
func (d *dice) chance(percent int) bool { return percent > 0 && d.roll(100) < percent }
