package engine

// visit is an order in a route. What joins is picked up together with the one before it.
type visit struct {
	order int32
	joins bool
}

// longest is how many orders a route holds.
const longest = 10

// impossible is the cost of a route that breaks a rule.
const impossible = int64(1) << 50

// cost of a route, in thousandths of a minute.
func (t *table) cost(d int, route []visit) int64 {
	if len(route) == 0 {
		return 0
	}
	rooms, now := len(t.rooms), t.snap.Now
	at, sum, drive := 0, t.begin[d], 0
	for i := 0; i < len(route); {
		o := int(route[i].order)
		r, ready, end := t.room[o], t.ready[o], i+1
		for ; end < len(route) && route[end].joins; end++ {
			ready = max(ready, t.ready[route[end].order])
		}
		if i == 0 {
			drive += t.toRoom[d*rooms+r]
			at = t.arrive[d*rooms+r]
		} else {
			way := t.dropTo[int(route[i-1].order)*rooms+r]
			drive += way
			at += way
		}
		at = max(at+t.rules.PickupHalf, ready, now)
		if at > t.end[d] {
			return impossible
		}
		at += t.rules.PickupHalf
		way := t.direct[o]
		for k := i; k < end; k++ {
			o = int(route[k].order)
			if k > i {
				before := int(route[k-1].order)
				way = t.between[r][t.group[before]*len(t.members[r])+t.group[o]]
			}
			if t.not[o] != nil && t.not[o][d] {
				return impossible
			}
			drive += way
			at += way + t.rules.DropHalf
			ctd := at - t.placed[o]
			sum += int64(ctd)*1000 + int64(max(0, ctd-t.rules.Target))*t.w.Late
			at += t.rules.DropHalf
		}
		i = end
	}
	return sum + int64(drive)*t.w.Drive
}

// atBest is the least that an order adds to a route of a driver who could be at its restaurant at a time.
func (t *table) atBest(o, arrive int) int64 {
	ctd := max(arrive+t.rules.PickupHalf, t.ready[o], t.snap.Now) + t.rules.PickupHalf + t.direct[o] + t.rules.DropHalf - t.placed[o]
	return int64(ctd)*1000 + int64(max(0, ctd-t.rules.Target))*t.w.Late
}
