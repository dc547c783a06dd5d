package engine

// dice are a seeded sequence of numbers (SplitMix64, Steele, Lea and Flood 2014): the same everywhere, for ever.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// roll is below n.
func (d *dice) roll(n int) uint64 { return (d.next() >> 32) * uint64(n) >> 32 }
