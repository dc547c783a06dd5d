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
	rooms, half, drop := len(t.rooms), t.rules.PickupHalf*minute, t.rules.DropHalf*minute
	at, sum, drive := 0, t.begin[d], 0
	for i := 0; i < len(route); {
		o := int(route[i].order)
		r, end := t.room[o], i+1
		if i == 0 {
			drive += t.toRoom[d*rooms+r]
			at = t.arrive[d*rooms+r] * minute
		} else {
			way := t.dropTo[int(route[i-1].order)*rooms+r]
			drive += way
			at += way * minute
		}
		at = t.pick(o, at+half)
		for ; end < len(route) && route[end].joins; end++ {
			at = t.pick(int(route[end].order), at)
		}
		if at > t.end[d]*minute {
			return impossible
		}
		at += half
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
			at += way*minute + drop
			sum += t.toDoor(o, at)
			at += drop
		}
		i = end
	}
	return sum + int64(drive)*t.w.Drive
}

// minute is what routes are reckoned in: thousandths, for what is likely is between two minutes.
const minute = 1000

// pick is when an order is likely to be in the bag of a driver who could take it from a time on.
func (t *table) pick(o, from int) int {
	soft, now := t.soft[o], t.snap.Now*minute
	if soft == nil {
		return max(from, t.ready[o]*minute, now)
	}
	after := max(from-now, 0)
	k, part := after/minute, after%minute
	if k >= len(soft)-1 {
		return from
	}
	return now + int(soft[k]) + int(soft[k+1]-soft[k])*part/minute
}

// toDoor is what it costs that an order reaches its guest at a time.
func (t *table) toDoor(o, at int) int64 {
	ctd := at - t.placed[o]*minute
	return int64(ctd) + int64(max(0, ctd-t.rules.Target*minute))*t.w.Late/minute
}

// atBest is the least that an order adds to a route of a driver who could be at its restaurant at a time.
func (t *table) atBest(o, arrive int) int64 {
	return t.toDoor(o, t.pick(o, (arrive+t.rules.PickupHalf)*minute)+(t.rules.PickupHalf+t.direct[o]+t.rules.DropHalf)*minute)
}
