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
	at, sum, drive, pace, only := 0, t.begin[d], 0, t.pace[d], t.only[d]
	for i := 0; i < len(route); {
		o := int(route[i].order)
		r, ready, end := t.room[o], t.ready[o], i+1
		if only != -1 && only != r {
			return impossible
		}
		for ; end < len(route) && route[end].joins; end++ {
			ready = max(ready, t.ready[route[end].order])
		}
		if i == 0 {
			drive += t.toRoom[d*rooms+r]
			at = t.arrive[d*rooms+r]
		} else {
			way := t.dropTo[int(route[i-1].order)*rooms+r] * pace >> paceBits
			drive += way
			at += way
		}
		at = max(at+t.rules.PickupHalf, ready, now)
		if at > t.end[d] {
			return impossible
		}
		at += t.rules.PickupHalf
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
			at += way + t.rules.DropHalf
			ctd := at - t.placed[o]
			sum += int64(ctd)*1000 + int64(max(0, at-t.due[o]))*t.w.Late + int64(max(0, at-t.done[o]))*t.w.Fresh
			if w := t.with[o]; w != 0 && int(w) != d+1 {
				sum += t.w.Switch
			}
			at += t.rules.DropHalf
		}
		i = end
	}
	return sum + int64(drive)*t.w.Drive
}

// atBest is the least that an order adds to a route of a driver who could be at its restaurant at a time.
func (t *table) atBest(o, d, arrive int) int64 {
	way := t.direct[o] * t.pace[d] >> paceBits
	at := max(arrive+t.rules.PickupHalf, t.ready[o], t.snap.Now) + t.rules.PickupHalf + way + t.rules.DropHalf
	return int64(at-t.placed[o])*1000 + int64(max(0, at-t.due[o]))*t.w.Late
}
