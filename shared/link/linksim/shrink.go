package linksim

import "slices"

// Shrink makes a history that breaks a promise smaller for as long as it breaks one: fewer kinds of trouble, then fewer steps. It lives at
// most so many histories for it.
func Shrink(o Options, lives int) (Options, Result) {
	best := Live(o)
	try := func(next Options) bool {
		if lives--; lives < 0 {
			return false
		}
		r := Live(next)
		if r.Err == nil {
			return false
		}
		o, best = next, r
		return true
	}
	for _, f := range Faults() {
		if slices.Contains(o.Without, f) || best.Faults[f] == 0 {
			continue
		}
		next := o
		next.Without = append(slices.Clone(o.Without), f)
		try(next)
	}
	if o.Only == nil {
		o.Only = make([]int, best.Steps)
		for i := range o.Only {
			o.Only[i] = i
		}
	}
	for size := len(o.Only) / 2; size > 0; size /= 2 {
		for at := 0; at < len(o.Only); {
			next := o
			next.Only = append(append([]int{}, o.Only[:at]...), o.Only[min(at+size, len(o.Only)):]...)
			if !try(next) {
				at += size
			}
		}
	}
	return o, best
}
