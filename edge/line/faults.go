package line

import "awesome.pizza/shared/wire"

// heed takes into account what is wrong with ovens: one that is faulty takes nothing, one that is not heard of half as much, and
// out of its band a pizza bakes longer. When none is left the work goes on all the same, slowly: somebody will see to it. It says what is wrong, for a promise.
func heed(hearths []hearth, faults []Fault) (left []hearth, why []string) {
	wrong := map[string]wire.AlertKind{}
	for _, f := range faults {
		if rank(f.What) > rank(wrong[f.Oven]) {
			wrong[f.Oven] = f.What
		}
	}
	named := map[string]bool{}
	for _, h := range hearths {
		kind := wrong[h.oven]
		if rank(kind) > 0 && !named[h.oven] {
			named[h.oven] = true
			why = append(why, h.oven+" "+words(kind))
		}
		switch kind {
		case wire.Malfunction:
			continue
		case wire.Silent:
			h.slower = silentSlower
			if h.belt == 0 {
				h.free = h.free[:max(h.most(), len(h.free)/2)]
			}
		case wire.Overheat, wire.Underheat:
			h.slower = driftSlower
		case wire.DoorOpen, wire.ProbeLimit:
		}
		left = append(left, h)
	}
	if len(left) == 0 {
		left = hearths
		for n := range left {
			left[n].slower = noneSlower
		}
	}
	return left, why
}

// Slows reports whether the schedule minds what is wrong with an oven.
func Slows(kind wire.AlertKind) bool { return rank(kind) > 0 }

// rank orders what can be wrong with an oven; 0 is nothing that the schedule minds.
func rank(kind wire.AlertKind) int {
	switch kind {
	case wire.Malfunction:
		return 3
	case wire.Silent:
		return 2
	case wire.Overheat, wire.Underheat:
		return 1
	case wire.DoorOpen, wire.ProbeLimit:
	}
	return 0
}

func words(kind wire.AlertKind) string {
	switch kind {
	case wire.Malfunction:
		return "is out of order"
	case wire.Silent:
		return "is not heard of"
	case wire.Overheat:
		return "is too hot"
	case wire.Underheat:
		return "is too cold"
	case wire.DoorOpen, wire.ProbeLimit:
	}
	return string(kind)
}
