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
	at, sum, drive, pace, only := 0, t.begin[d], 0, t.pace[d], t.only[d]
	for i := 0; i < len(route); {
		if t.near != nil {
			if end, other := t.bag(route, i); other >= 0 {
				l, can := t.tour(d, route, i, end, other, at)
				if !can {
					return impossible
				}
				sum, drive, at, i = sum+l.cost, drive+l.drive, l.end, end
				continue
			}
		}
		o := int(route[i].order)
		r, end := t.room[o], i+1
		if only != -1 && only != r {
			return impossible
		}
		if i == 0 {
			drive += t.toRoom[d*rooms+r]
			at = t.arrive[d*rooms+r] * minute
		} else {
			way := t.dropTo[int(route[i-1].order)*rooms+r] * pace >> paceBits
			drive += way
			at += way * minute
		}
		from := at + half
		at = t.pick(o, from)
		for ; end < len(route) && route[end].joins; end++ {
			at = t.pick(int(route[end].order), at)
		}
		if at > t.end[d]*minute || end-i > t.most[d] {
			return impossible
		}
		if t.w.Held > 0 && end > i+1 {
			for _, v := range route[i:end] {
				sum += t.held(int(v.order), from, at)
			}
		}
		at += half
		way := t.direct[o] * pace >> paceBits
		for k := i; k < end; k++ {
			o = int(route[k].order)
			if k > i {
				before := int(route[k-1].order)
				way = t.between[r][t.group[before]*len(t.members[r])+t.group[o]] * pace >> paceBits
			}
			if t.not[o] != nil && t.not[o][d] {
				return impossible
			}
			drive += way
			at += way*minute + drop
			sum += t.toDoor(o, at)
			if w := t.with[o]; w != 0 && int(w) != d+1 {
				sum += t.w.Switch
			}
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

// held is what it costs that an order, which its driver could take from a time on, is not in the bag before another time.
func (t *table) held(o, from, until int) int64 {
	return int64(max(0, until-t.pick(o, from)-t.rules.Hold*minute)) * t.w.Held / minute
}

// toDoor is what it costs that an order reaches its guest at a time. What goes first counts so many times as much.
func (t *table) toDoor(o, at int) int64 {
	late, old := max(0, at-t.due[o]*minute), max(0, at-t.done[o]*minute)
	cost := int64(at-t.placed[o]*minute) + (int64(late)*t.w.Late+int64(old)*t.w.Fresh)/minute
	return cost * t.counts(o) / 100
}

// counts is what an order counts, in percent.
func (t *table) counts(o int) int64 {
	if t.heavy == nil {
		return 100
	}
	return t.heavy[o]
}

// atBest is the least that an order adds to a route of a driver who could be at its restaurant at a time.
func (t *table) atBest(o, d, arrive int) int64 {
	way := t.direct[o] * t.pace[d] >> paceBits
	return t.toDoor(o, t.pick(o, (arrive+t.rules.PickupHalf)*minute)+(t.rules.PickupHalf+way+t.rules.DropHalf)*minute)
}
