package engine

// How the day's orders are read: the pace of all by a window, each restaurant's share by the whole day with a fading memory, how long
// kitchens need by a histogram.
const (
	window   = 45      // minutes
	fade     = 120     // minutes until an order counts half
	longPrep = 90      // minutes and more are alike
	prior    = 3       // orders that a restaurant's own mean is mixed with
	guess    = 1 << 18 // of an order, in millionths, which each restaurant is expected to get before it has got one
)

// demand is what was placed so far today.
type demand struct {
	at       []int   // of each order, as they came
	seen     []int   // of each restaurant
	share    []int64 // of each restaurant, fading
	shareAt  []int
	prepares []int // sum of each restaurant
	prep     [longPrep]int64
	total    int64 // minutes of all
}

func (d *demand) add(restaurant, at, prepares int) {
	for restaurant >= len(d.seen) {
		d.seen, d.share, d.shareAt, d.prepares = append(d.seen, 0), append(d.share, 0), append(d.shareAt, 0), append(d.prepares, 0)
	}
	prepares = min(max(prepares, 0), longPrep-1)
	d.at = append(d.at, at)
	d.share[restaurant] = faded(d.share[restaurant], at-d.shareAt[restaurant]) + 1<<20
	d.shareAt[restaurant] = at
	d.seen[restaurant]++
	d.prepares[restaurant] += prepares
	d.prep[prepares]++
	d.total += int64(prepares)
}

// faded is a weight after so many minutes: a straight line within each half-life, so that it is the same on every machine.
func faded(w int64, minutes int) int64 {
	for ; minutes >= fade && w > 0; minutes -= fade {
		w /= 2
	}
	return w - w*int64(max(minutes, 0))/(2*fade)
}

// expected are the orders of each restaurant in so many minutes from now, in thousandths.
func (d *demand) expected(restaurants, now, minutes int) []int64 {
	out := make([]int64, restaurants)
	var lately, sum int64
	for i := len(d.at) - 1; i >= 0 && d.at[i] > now-window; i-- {
		lately++
	}
	for r := range out {
		out[r] = guess
		if r < len(d.share) {
			out[r] += faded(d.share[r], now-d.shareAt[r])
		}
		sum += out[r]
	}
	if sum == 0 {
		return out
	}
	span := int64(min(window, max(now-d.first(), 15)))
	for r := range out {
		out[r] = lately * int64(minutes) * 1000 / span * (out[r] >> 6) / (sum >> 6)
	}
	return out
}

func (d *demand) first() int {
	if len(d.at) == 0 {
		return 0
	}
	return d.at[0]
}

// delays tell how long an order of the next minutes would wait for a driver.
type delays struct {
	ahead int
	late  []int64 // by minutes from its restaurant when the order is placed, in thousandths
	sum   []int64 // of late, up to a minute
}

// delays reads from the day how long kitchens need.
func (d *demand) delays(half, ahead int) delays {
	out := delays{ahead: max(ahead, 1), late: make([]int64, 2*longPrep), sum: make([]int64, 2*longPrep+1)}
	n := int64(max(len(d.at), 1))
	for way := range out.late {
		for prep, k := range d.prep {
			out.late[way] += k * int64(max(0, way+half-prep))
		}
		out.late[way] = out.late[way] * 1000 / n
		out.sum[way+1] = out.sum[way] + out.late[way]
	}
	return out
}

// of is how long an order that comes at some minute ahead waits for one who is free after a wait, so far away.
func (l *delays) of(wait, way int) int64 {
	way = min(max(way, 0), longPrep)
	wait = min(wait, l.ahead)
	return (l.sum[way+wait+1] - l.sum[way+1] + int64(l.ahead-wait)*l.late[way]) / int64(l.ahead)
}

// rest is how much of a wait is left when an order comes, in sixteenths of a minute.
func (l *delays) rest(wait int) int { return 8 * wait * (wait + 1) / l.ahead }

func (d *demand) quick(r int) int {
	n := len(d.at)
	if r >= len(d.seen) || d.seen[r] == 0 || n == 0 {
		return 0
	}
	mean := int(d.total) / n
	return mean - (d.prepares[r]+prior*mean)/(d.seen[r]+prior)
}
