package edge_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

const (
	soakPerHour = 45 / min(slower, 9) // orders, of some twelve events each
	soakDay     = 24 / min(slower, 8) // hours
	soakWarm    = 6 / min(slower, 3)  // hours until everything that is allowed to grow has grown
)

// flaws are what the soak must be able to find. The zero value is how the node is.
type flaws struct {
	screensStay bool // screens that are switched off go on listening
	hoard       bool // somebody remembers every change of the board
	unpruned    bool // nobody prunes
}

// soak is a node at work for days in a bubble of time: the real kitchen on a real file, and the real core of the link to a cloud in memory.
type soak struct {
	*week
	path    string
	flaws   flaws
	opened  time.Time
	menu    *menu.Menu
	screens *live.Hub[kitchen.Change]
	cloud   link.LinkRow
	cut     chan bool // the internet is cut, or mended

	hours    []total // at the end of each hour of trade
	now      total
	offline  bool
	commands uint64
	mu       sync.Mutex
	hoard    []string
	hands    sync.WaitGroup
	stop     context.CancelFunc
}

// total is what was done since the beginning.
type total struct {
	at     time.Time
	orders int
	events int // facts of the kitchen
	hours  int // of trade
	days   int // that were opened at the till
}

// unpruning is a store whose owner has forgotten to prune.
type unpruning struct{ *store.Store }

func (unpruning) Prune(context.Context, time.Time) error { return nil }

func openSoak(t *testing.T, path string, f flaws) *soak {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	dishes, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{path: path, opened: time.Now(), flaws: f, menu: dishes, screens: live.New[kitchen.Change](256), cut: make(chan bool), cloud: link.LinkRow{Edge: "r1", Device: "U1", Epoch: 1}}
	kept := kitchen.Store(db)
	if f.unpruned {
		kept = unpruning{db}
	}
	kit, err := kitchen.New(t.Context(), kept, dishes, clock.NewSteady(clock.Machine(), clock.Saved{}, time.Time{}), s.screens,
		kitchen.Settings{Restaurant: "r1", DayStarts: 4, Staff: soakStaff(), Printers: []kitchen.Printer{{ID: soakPrinter, Papers: kitchen.Papers()}}})
	if err != nil {
		t.Fatal(err)
	}
	s.week = &week{t: t, db: db, kit: kit}
	if err := kit.Release(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	s.hands.Go(func() {
		if err := kit.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	s.hands.Go(func() { s.line(ctx) })
	s.hands.Go(func() { s.tend(ctx) })
	s.hands.Go(func() { s.paper(ctx) })
	return s
}

func (s *soak) close() {
	s.t.Helper()
	s.stop()
	s.screens.Close()
	s.hands.Wait()
	if err := s.db.Close(); err != nil {
		s.t.Error(err)
	}
}

// tend looks after the disk, as the node does, though not as often.
func (s *soak) tend(ctx context.Context) {
	every := time.NewTicker(15 * time.Minute)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if _, err := s.db.Tend(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.t.Error(err)
		}
	}
}

// line keeps the link up, one thing after the other, as shared/link decides.
func (s *soak) line(ctx context.Context) {
	tip, err := s.db.Tip(ctx)
	if err != nil {
		s.t.Error(err)
		return
	}
	sender := link.NewSender(link.SenderConfig{
		Edge: "r1", Device: "U1", Boot: "b1", Rand: func() float64 { return 0.5 },
		HashAt: func(seq uint64) (link.Hash, bool, error) { return s.db.HashAt(ctx, seq) },
	}, tip, link.Mark{Epoch: 1})
	heard := make(chan func() link.Todo, 4*link.Window)
	for wake := s.do(ctx, sender, sender.Connected(time.Now()), heard); ctx.Err() == nil; {
		timer := time.NewTimer(time.Hour)
		if !wake.IsZero() {
			timer.Reset(time.Until(wake))
		}
		todo := sender.Tick
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.db.Appended():
			if tip, err := s.db.Tip(ctx); err == nil {
				todo = func(now time.Time) link.Todo { return sender.Appended(now, tip) }
			}
		case hear := <-heard:
			todo = func(time.Time) link.Todo { return hear() }
		case cut := <-s.cut:
			todo = sender.Connected
			if cut {
				todo = func(now time.Time) link.Todo { return sender.Disconnected(now, link.CauseInternet) }
			}
		}
		timer.Stop()
		wake = s.do(ctx, sender, todo(time.Now()), heard)
	}
}

// do does what the link's core asks for, and what it asks for then, and returns when it wants to be asked again.
func (s *soak) do(ctx context.Context, sender *link.Sender, todo link.Todo, heard chan<- func() link.Todo) (wake time.Time) {
	wake = todo.Wake
	if todo.Persist != nil {
		if err := s.db.SetAcked(ctx, *todo.Persist); err != nil && ctx.Err() == nil {
			s.t.Error(err)
		}
	}
	if todo.Sync != nil {
		reply := link.AnswerSync(s.cloud, *todo.Sync, link.Cloud{Inc: "pg-1"}, time.Now())
		wake = s.do(ctx, sender, sender.Synced(time.Now(), reply), heard)
	}
	if todo.Publish != nil {
		wake = s.do(ctx, sender, s.send(ctx, sender, *todo.Publish, heard), heard)
	}
	return wake
}

// send puts one batch on the way to the cloud; what the cloud answers arrives a little later.
func (s *soak) send(ctx context.Context, sender *link.Sender, p link.Publish, heard chan<- func() link.Todo) link.Todo {
	events, _, err := s.db.Events(ctx, p.First, int(p.Last-p.First+1), link.MaxBatchBytes)
	if err != nil {
		return sender.Unpublished(time.Now(), p, link.CauseOutbox)
	}
	b, err := sender.Batch(p, events)
	if err != nil {
		s.t.Error(err)
	}
	payload, header, err := link.EncodeBatch(b)
	if err != nil {
		s.t.Error(err)
	}
	time.AfterFunc(40*time.Millisecond, func() {
		heard <- func() link.Todo { return sender.Published(time.Now(), p) }
		heard <- func() link.Todo { return sender.Acked(time.Now(), s.take(payload, header)) }
	})
	return sender.Sent(time.Now(), p, b.Last)
}

// take is the cloud.
func (s *soak) take(payload []byte, header map[string]string) link.Ack {
	b, err := link.DecodeBatch("r1", payload, header)
	if err != nil {
		s.t.Error(err)
	}
	if d := link.Decide(s.cloud, b); d.Verdict == link.Apply {
		s.cloud.Seq, s.cloud.Hash = d.After.Seq, d.After.Hash
	}
	return s.cloud.Ack("pg-1")
}

// screen listens to the board for a quarter of an hour, as one that is switched on for a while.
func (s *soak) screen() {
	changes, leave := s.screens.Subscribe()
	s.hands.Go(func() {
		for c := range changes {
			if s.flaws.hoard {
				s.mu.Lock()
				s.hoard = append(s.hoard, fmt.Sprintf("%+v", c))
				s.mu.Unlock()
			}
		}
	})
	if !s.flaws.screensStay && !s.flaws.hoard {
		time.AfterFunc(15*time.Minute, leave)
	}
}

// trade serves guests for some hours, each order made, baked, cut and handed over in its time.
func (s *soak) trade(hours int) {
	s.t.Helper()
	const every = time.Hour / soakPerHour
	for n := range hours * soakPerHour {
		if n%soakPerHour == 0 {
			s.note()
			s.screen()
			s.shift()
		}
		o := s.order(n%3 == 0 && !s.offline)
		for _, step := range []struct {
			after time.Duration
			take  func(order.ID) error
		}{
			{2 * time.Minute, s.bump(menu.StationMake)},
			{3 * time.Minute, s.bump(menu.StationOven)},
			{9 * time.Minute, s.bump(menu.StationOven)},
			{10 * time.Minute, s.bump(menu.StationCut)},
			{14 * time.Minute, func(o order.ID) error {
				_, err := s.kit.HandOver(s.t.Context(), o, kitchen.Tap{ID: id.New()})
				return err
			}},
		} {
			time.AfterFunc(step.after, func() {
				if err := step.take(o); err != nil {
					s.t.Error(err)
				}
			})
		}
		time.Sleep(every)
	}
	s.note()
}

// order takes an order at the counter, or obeys the cloud's command to make one.
func (s *soak) order(web bool) order.ID {
	s.t.Helper()
	s.now.orders++
	if !web {
		return s.sold()
	}
	lines := []order.Line{{Product: "margherita", Size: "large", Quantity: 2}}
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: order.Carryout, Lines: lines, PlacedAt: time.Now(),
	}
	body := event.OrderOffered{Order: o, Items: s.menu.Items(lines)}
	raw, err := event.Encode(body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.commands++
	c := kitchen.Command{Seq: s.commands, ID: id.New(), Kind: body.Kind(), At: time.Now(), Order: string(o.ID), Body: raw}
	if err := s.kit.Obey(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
	return o.ID
}

// note writes down what was done so far.
func (s *soak) note() {
	s.t.Helper()
	tip, err := s.db.Tip(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.now.at, s.now.events = time.Now(), int(tip.Seq)
	s.hours = append(s.hours, s.now)
}

// within is what was done in the last while, in whole hours.
func (s *soak) within(d time.Duration) total {
	var before total
	for _, h := range s.hours {
		if time.Since(h.at) > d {
			before = h
		}
	}
	return total{orders: s.now.orders - before.orders, events: s.now.events - before.events, hours: s.now.hours - before.hours}
}

// sample is what a node holds at one moment.
type sample struct {
	goroutines int
	heap       int64 // live
	resident   int64 // of the process, with what SQLite took outside of Go's heap
	open       int   // tickets
	file, log  int64
	rows       map[string]int
}

func (x sample) String() string {
	return fmt.Sprintf("%d goroutines, %d kB live heap, %d MB resident, %d open tickets, file %d kB, log %d kB, rows %v",
		x.goroutines, x.heap>>10, x.resident>>20, x.open, x.file>>10, x.log>>10, x.rows)
}

// look takes a sample when nobody is doing anything.
func (s *soak) look() (x sample) {
	s.t.Helper()
	synctest.Wait()
	s.note()
	x.rows = s.count()
	debug.FreeOSMemory() // collects twice, and gives back
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	x.goroutines, x.heap = runtime.NumGoroutine(), int64(m.HeapAlloc)
	board, err := s.kit.Snapshot(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	x.open = len(board.Tickets)
	x.file, x.log = size(s.t, s.path), size(s.t, s.path+"-wal")
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		s.t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	x.resident = pages * int64(os.Getpagesize())
	return x
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// count counts the rows of every table there is, through a door of its own.
func (s *soak) count() map[string]int {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(s.path)+"?mode=ro")
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	var names string
	const tables = `SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if err := db.QueryRowContext(s.t.Context(), tables).Scan(&names); err != nil {
		s.t.Fatal(err)
	}
	rows := map[string]int{}
	for name := range strings.FieldsSeq(names) {
		var n int
		if err := db.QueryRowContext(s.t.Context(), `SELECT count(*) FROM `+name).Scan(&n); err != nil {
			s.t.Fatal(err)
		}
		rows[name] = n
	}
	return rows
}

// internet cuts the line, or mends it.
func (s *soak) internet(up bool) {
	s.offline = !up
	s.cut <- !up
}

// rules are how many rows each table may have, and why.
func (s *soak) rules(open int) map[string]int {
	month, week, day, hours := s.within(store.TicketsKept+time.Hour), s.within(store.OutboxKept+time.Hour), s.within(25*time.Hour), s.within(2*time.Hour)
	paper, uses := s.within(store.PrintsKept+2*time.Hour), s.within(store.UsesKept+25*time.Hour)
	return map[string]int{
		"meta": 1, "sums": 32, "goose_db_version": 16, // as many as there are tables and schemas
		"orders": month.orders, "tickets": month.orders, // of a month
		"outbox":  week.events + 1,                         // of a week, and the chain's last
		"taps":    day.orders + 5*hours.orders + day.hours, // a counter repeats an order for a day, a count as well, a screen a tap for an hour
		"timers":  4*open + 1,                              // of open tickets, and the daily check
		"alerts":  open,                                    // of open tickets
		"inbox":   min(10_000, int(s.commands)),            // answers to commands
		"numbers": 36,                                      // of business days
		"screens": 1,                                       // the one that has told its name
		"cooks":   0, "dead_letters": 0,                    // nobody was signed in, nothing was without sense

		"people": len(soakStaff()), "sessions": staff.SessionsMost,
		"known_screens": len(soakStaff()) * staff.KnownEach, "strikes": 0, // nobody guesses
		"guests":   soakGuests, // however often they order
		"runs":     0,          // no driver is out
		"intake":   1,          // now and then there is too much to do
		"released": 1,          // how far web orders were let go

		"audit": s.now.orders + 4*s.now.hours + 2*s.now.days, "cash": s.now.orders + 2*s.now.days, "tills": s.now.days, // of 400 days: payments, and who was there
		"lessons":     2000,             // and no more
		"food_safety": 0,                // no probe is there
		"prints":      4 * paper.orders, // of a week: a ticket, a receipt, a label for each box

		"stock_shelves": len(soakCounts), "stock_off": 0,
		"stock_ledger": 4*uses.orders + len(soakCounts)*(s.now.hours+2*s.now.days), // each use of a week, then each day's; each count
	}
}

const (
	heapPerTicket = 32 << 10  // bytes of an open ticket, with everything that is known of it
	heapSlack     = 256 << 10 // … of everything else, as it comes and goes
	residentSlack = min(slower, 4) * 16 << 20
	fileBase      = 1 << 20
	filePerOrder  = 3 << 10 // of an order, its ticket and its number
	filePerRow    = 1 << 10 // of the outbox and of answers
	filePerLine   = 1 << 9  // of the ledgers, the log, and paper
	logMost       = 4 << 20
)

// leaks says what a sample holds too much of, given an earlier one of the same node; what each thing may take follows from what is open and
// from what is to be kept, and not from how long the node has run.
func (s *soak) leaks(before, x sample) (complaints []string) {
	complain := func(what string, is, may int64) {
		if is > may {
			complaints = append(complaints, fmt.Sprintf("%s: %d, and it may be %d", what, is, may))
		}
	}
	complain("goroutines", int64(x.goroutines), int64(before.goroutines)+1)
	complain("heap", x.heap, before.heap+int64(max(0, x.open-before.open))*heapPerTicket+heapSlack)
	complain("resident", x.resident, before.resident+residentSlack)
	complain("log", x.log, logMost)
	rules := s.rules(x.open)
	for name, n := range x.rows {
		may, known := rules[name]
		if !known {
			complaints = append(complaints, "nobody says how long "+name+" is kept")
		}
		complain("rows of "+name, int64(n), int64(may))
	}
	return complaints
}

// fits says whether the file is larger than what is kept in it at its fullest makes it.
func (x sample) fits(fullest sample) string {
	may := int64(fileBase + filePerOrder*fullest.rows["orders"] + filePerRow*(fullest.rows["outbox"]+fullest.rows["taps"]) +
		filePerLine*(fullest.rows["cash"]+fullest.rows["audit"]+fullest.rows["prints"]+fullest.rows["stock_ledger"]))
	if x.file > may {
		return fmt.Sprintf("the file has %d bytes, and may have %d", x.file, may)
	}
	return ""
}

func (s *soak) sample() sample {
	s.t.Helper()
	began := time.Since(s.opened)
	x := s.look()
	s.t.Logf("after %s, %d orders: %s", began.Round(time.Second), s.now.orders, x)
	return x
}

// expect fails the test when a sample holds too much.
func (s *soak) expect(before, x sample) {
	s.t.Helper()
	for _, c := range s.leaks(before, x) {
		s.t.Error(c)
	}
}

// Three days of a pizzeria that never closes, one of them without the internet; then it closes for a month, and opens again. It is not run
// beside other tests, for it looks at the whole process.
func TestSeventyTwoHoursLeakNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		s := openSoak(t, path, flaws{})
		s.trade(soakWarm)
		warm := s.sample()
		s.trade(soakDay - soakWarm)
		s.expect(warm, s.sample())
		s.internet(false)
		s.trade(soakDay)
		s.expect(warm, s.sample())
		s.internet(true)
		s.trade(soakDay)
		fullest := s.sample()
		s.expect(warm, fullest)
		if complaint := fullest.fits(fullest); complaint != "" {
			t.Error(complaint)
		}
		time.Sleep((store.TicketsKept + 48*time.Hour) / min(slower, 4)) // a month; a week, where everything is slow
		empty := s.sample()
		s.expect(warm, empty)
		if acked, err := s.db.Acked(t.Context()); err != nil || int(acked.Seq) != s.now.events || s.cloud.Seq != acked.Seq {
			t.Errorf("of %d events the cloud has %d, as far as the node knows %d: %v", s.now.events, s.cloud.Seq, acked.Seq, err)
		}
		s.trade(soakWarm)
		again := s.sample()
		s.expect(warm, again)
		if again.file > fullest.file+fileBase/4 {
			t.Errorf("the file grew from %d to %d bytes, though a month of it was free", fullest.file, again.file)
		}
		time.Sleep(time.Hour)
		s.close()
	})
}

// The soak finds what it is there for: three flaws that a node could have, each of which it reports by its name.
func TestTheSoakFindsLeaks(t *testing.T) {
	for name, x := range map[string]struct {
		flaws flaws
		found string
	}{
		"screens that are never closed": {flaws{screensStay: true}, "goroutines"},
		"somebody who forgets nothing":  {flaws{hoard: true}, "heap"},
		"nobody who prunes":             {flaws{unpruned: true}, "rows of taps"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "edge.db")
			synctest.Test(t, func(t *testing.T) {
				s := openSoak(t, path, x.flaws)
				s.trade(soakWarm)
				warm := s.sample()
				s.trade(soakWarm)
				complaints := s.leaks(warm, s.sample())
				if !slices.ContainsFunc(complaints, func(c string) bool { return strings.HasPrefix(c, x.found+":") }) {
					t.Errorf("it is not found: %q", complaints)
				}
				time.Sleep(time.Hour)
				s.close()
			})
		})
	}
}
