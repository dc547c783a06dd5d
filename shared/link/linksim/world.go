package linksim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/link"
)

// world is a chain on one evening, and the observer who sees all of it.
type world struct {
	clockwork
	opts    Options
	mutant  Mutant
	trace   trace
	dice    *dice // of everything that is not a step of the plan
	dump    *database
	dumped  time.Duration
	sites   []*site
	named   map[string]*site
	touched []*site                           // since the observer looked
	catchUp int                               // events per second that those who catch up share at a core; 0: no limit
	hot     uint64                            // how much may happen: a link that does more runs hot
	applied func(s *site, late time.Duration) // hears of every event the cloud applies
	hub     *hub
	base    *database
	cores   []*core
	names   uint64     // given so far
	reads   link.Range // what the cloud's program reads
	faults  map[Fault]bool
	tally   Tally
	peace   bool
	facts   int
	broken  error
	peaceAt time.Duration
}

// began is when every world begins.
func began() time.Time { return time.Date(2026, 7, 3, 18, 0, 0, 0, time.UTC) }

// time is the true time, with which nobody in the world is blessed but the cloud.
func (w *world) time() time.Time { return began().Add(w.now) }

// name makes an id that sorts by when it was made, as ids do.
func (w *world) name(prefix string) string {
	w.names++
	return fmt.Sprintf("%s%06d", prefix, w.names)
}

func (w *world) log(who, what string, a, b uint64, name string) {
	w.trace.add(happening{w.now, who, what, a, b, name})
}

// fail notes the first promise that is broken.
func (w *world) fail(promise, format string, args ...any) {
	if w.broken == nil {
		w.broken = fmt.Errorf("%s: %s", promise, fmt.Sprintf(format, args...))
		w.log("observer", "BROKEN "+promise, 0, 0, "")
	}
}

// on reports whether a kind of trouble belongs to this history.
func (w *world) on(f Fault) bool { return w.faults[f] && !w.peace }

func (w *world) count(f Fault) { w.tally[f]++ }

// run lets time pass.
func (w *world) run(d time.Duration) {
	end := w.now + d
	for w.broken == nil {
		what := w.next(end)
		if what == nil {
			return
		}
		what()
		w.observe()
	}
}

// observe holds the promises against the present, in every restaurant in which something has happened.
func (w *world) observe() {
	if w.trace.count > w.hot {
		w.fail("P2", "the link runs hot: %d events", w.trace.count)
	}
	for _, s := range w.touched {
		s.touched = false
		s.observe()
	}
	w.touched = w.touched[:0]
}

// Live lives one history.
func Live(o Options) Result {
	w := newWorld(o)
	n := w.live()
	r := Result{
		Err: w.broken, Hash: w.trace.hash, Steps: n, Events: w.trace.count, Facts: w.facts, Simulated: w.now, Faults: w.tally,
	}
	if w.broken != nil {
		r.Trace = w.trace.String()
	} else {
		r.Healed = w.now - w.peaceAt
	}
	return r
}

func newWorld(o Options) *world {
	w := &world{
		opts: o, mutant: o.Mutant, trace: newTrace(), dice: newDice(o.Seed, 1), tally: Tally{}, faults: map[Fault]bool{},
		named: map[string]*site{}, hot: 400_000,
	}
	choice := newDice(o.Seed, 2)
	troubled := []int{20, 45, 70}[choice.roll(3)] // per cent of the faults belong to this history
	for _, f := range Faults() {
		w.faults[f] = (choice.chance(troubled) || o.Every) && !slices.Contains(o.Without, f)
	}
	w.hub = newHub(w, choice)
	w.base = newDatabase(w)
	for n := range 2 {
		w.cores = append(w.cores, &core{w: w, name: fmt.Sprintf("core-%d", n+1)})
	}
	sites := []int{1, 2, 2, 3, 5}[choice.roll(5)]
	for n := range cmp.Or(o.Sites, sites) {
		w.open(n, choice)
	}
	for _, c := range w.cores {
		c.start()
	}
	for _, s := range w.sites {
		s.box.start()
		s.box.lend(s.observer.stock / 2)
		s.box.plug()
	}
	return w
}

// open opens a restaurant with its first box.
func (w *world) open(n int, choice *dice) *site {
	s := &site{w: w, n: n, id: fmt.Sprintf("r%06d", 100+37*n), observer: newObserver()}
	w.sites = append(w.sites, s)
	w.named[s.id] = s
	device := w.name("dev")
	w.base.open(s, device)
	s.box = w.newNode(s, newDisk(s, device, link.FirstEpoch))
	s.boxes = append(s.boxes, s.box)
	s.observer.stock = int64(4 + choice.roll(20))
	s.box.disk.larder.OnHand = s.observer.stock
	return s
}

// live goes through the plan, then makes peace. It returns the number of steps in the plan.
func (w *world) live() int {
	n := 40 + newDice(w.opts.Seed, 4).roll(80)
	last := n
	if w.opts.Steps > 0 {
		last = min(last, w.opts.Steps)
	}
	for i := range last {
		if w.opts.Only != nil && !slices.Contains(w.opts.Only, i) {
			continue
		}
		w.step(newDice(w.opts.Seed, 3, uint64(i)))
		w.observe()
		if w.broken != nil {
			return n
		}
	}
	w.reconcile()
	return n
}

// message makes a packet that is written here and read there.
func message[M link.Message](w *world, m M) func() (M, bool) {
	data, err := link.Encode(m)
	if err != nil {
		w.fail("P2", "a message that cannot travel: %v: %+v", err, m)
	}
	return func() (M, bool) {
		m, err := link.Decode[M](data)
		if err != nil {
			w.fail("P2", "a message that cannot be read: %v", err)
		}
		return m, err == nil
	}
}

func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%T cannot be written as JSON: %v", v, err))
	}
	return raw
}
