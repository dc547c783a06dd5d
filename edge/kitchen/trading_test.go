package kitchen_test

import (
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// trade is a restaurant in Rome on its own: the line to the cloud is cut, and stays so.
type trade struct {
	*house
	t        *testing.T
	path     string
	settings kitchen.Settings
	chance   *rand.Rand
	stop     func()

	placed []order.ID
	days   map[order.ID]string    // the business day on which each was placed, by the wall clock of Rome
	holds  map[order.ID]time.Time // when each hold has to end
	off    [][2]time.Time         // when the node was off
	most   map[string]int         // the most that the kitchen had in mind
}

// due is when something that is due at an instant can happen at the earliest: a node that is off does it when it is back.
func (tr *trade) due(at time.Time) time.Time {
	for _, off := range tr.off {
		if at.After(off[0]) && at.Before(off[1]) {
			return off[1].UTC().Truncate(time.Millisecond)
		}
	}
	return at
}

func (tr *trade) open() {
	tr.t.Helper()
	tr.house, tr.stop = runningWith(tr.t, tr.path, tr.settings, func(s *store.Store) kitchen.Store { return s })
}

// rate is how many orders come in an hour, by the wall clock.
func rate(hour int) int {
	switch {
	case hour >= 12 && hour < 14, hour >= 18 && hour < 23:
		return 26
	case hour >= 10:
		return 8
	}
	return 2
}

func (tr *trade) local() time.Time { return time.Now().In(tr.settings.Zone) }

// minute is a minute of trading: guests come, and every ticket takes a step now and then.
func (tr *trade) minute() {
	if tr.chance.IntN(60) < rate(tr.local().Hour()) {
		tr.guest()
	}
	for _, t := range tr.snapshot().Tickets {
		tr.work(t)
	}
	for what, n := range tr.Held() {
		tr.most[what] = max(tr.most[what], n)
	}
	after(time.Minute)
}

func (tr *trade) guest() {
	t := tr.place([]order.Line{pizza, cola, {Product: "hawaii", Size: "small", Quantity: 1 + tr.chance.IntN(3)}}[:1+tr.chance.IntN(3)]...)
	day := tr.local()
	if day.Hour() < tr.settings.DayStarts {
		day = day.AddDate(0, 0, -1)
	}
	tr.placed, tr.days[t.Order.ID] = append(tr.placed, t.Order.ID), day.Format(time.DateOnly)
	tr.render("make-1", t.Order.ID)
	switch tr.chance.IntN(12) {
	case 0:
		until := time.Now().Add(time.Duration(tr.chance.IntN(40*60*1000)) * time.Millisecond).Add(time.Second)
		tr.did(tr.HoldBack(tr.t.Context(), t.Order.ID, kitchen.Tap{ID: id.New(), Until: &until}))
		tr.holds[t.Order.ID] = until.UTC().Truncate(time.Millisecond)
	case 1:
		tr.did(tr.Hurry(tr.t.Context(), t.Order.ID, because("they cannot wait")))
	case 2:
		tr.did(tr.Change(tr.t.Context(), t.Order.ID, because("one more"), kitchen.OrderChange{Add: []order.Line{cola}}))
	}
}

// work is what somebody does to a ticket in this minute, if anything.
func (tr *trade) work(t kitchen.Ticket) {
	ctx, tap := tr.t.Context(), kitchen.Tap{ID: id.New(), Who: []string{"ada", "bob"}[tr.chance.IntN(2)], Reason: "burned"}
	chance := tr.chance.IntN(100)
	switch {
	case !t.Open():
		tr.did(tr.Acknowledge(ctx, t.Order.ID, tap))
	case t.Hold != nil:
	case chance < 2:
		tr.did(tr.Void(ctx, t.Order.ID, tap))
	case chance < 4 && t.Progress.Kitchen() == order.Ready:
		tr.did(tr.Remake(ctx, t.Order.ID, tap))
	case chance < 60:
		out := tr.did(tr.Bump(ctx, t.Order.ID, tap))
		if !out.Open() && chance < 6 {
			tap.ID = id.New()
			tr.did(tr.Recall(ctx, t.Order.ID, tap))
		}
	}
}

func TestThreeDaysOfTradingOnItsOwn(t *testing.T) {
	t.Parallel()
	rome := zone(t, "Europe/Rome")
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		friday := time.Date(2000, 10, 27, 10, 0, 0, 0, rome) // the clocks go back on Sunday
		time.Sleep(time.Until(friday))
		tr := &trade{
			t: t, path: path, settings: quiet(), chance: rand.New(rand.NewPCG(7, 29)),
			days: map[order.ID]string{}, holds: map[order.ID]time.Time{}, most: map[string]int{},
		}
		tr.settings.Zone = rome
		tr.open()
		tr.signIn("ada", "bob")
		tr.screen("make-1", menu.StationMake)
		for hour := range 72 {
			for range 60 {
				tr.minute()
			}
			switch hour {
			case 3, 15, 39, 40, 41, 63: // among them the hour that comes twice
				tr.stop()
				began := time.Now()
				after(time.Duration(tr.chance.IntN(20*60)) * time.Second)
				tr.off = append(tr.off, [2]time.Time{began, time.Now()})
				tr.open()
			}
		}
		tr.judge()
		tr.stop()
		tr.judgeRows()
	})
}

// judge holds what the kitchen has against what happened.
func (tr *trade) judge() {
	t := tr.t
	if len(tr.placed) < 600 || len(tr.holds) < 30 {
		t.Fatalf("%d orders, %d holds: the story tells nothing", len(tr.placed), len(tr.holds))
	}
	last := map[string]int{}
	for _, o := range tr.placed {
		got := tr.ticket(o)
		if got.Day != tr.days[o] || got.Number != last[got.Day]+1 {
			t.Errorf("order %d of %s follows %d; by the wall clock it is of %s", got.Number, got.Day, last[got.Day], tr.days[o])
		}
		last[got.Day] = got.Number
		if until, held := tr.holds[o]; held && got.Hold == nil && !got.Resumed.Equal(tr.due(until)) {
			t.Errorf("a hold until %v ended at %v", until, got.Resumed)
		}
	}
	for _, day := range []string{"2000-10-27", "2000-10-28", "2000-10-29", "2000-10-30"} {
		f, err := tr.Shift(t.Context(), day)
		if err != nil || f.Orders != last[day] || day < "2000-10-30" && f.Orders < 150 {
			t.Errorf("on %s there were %d orders, the figures say %d, %v", day, last[day], f.Orders, err)
		}
	}
	if len(last) != 4 {
		t.Errorf("there were %d business days", len(last))
	}
	t.Logf("%d orders, %d of them held; at most in mind: %v", len(tr.placed), len(tr.holds), tr.most)
	for what, most := range map[string]int{"tickets": 30, "alerts": 20, "timers": 60, "screens": 1, "days": 4, "bumps": 20} {
		if tr.most[what] > most {
			t.Errorf("the kitchen had %d %s in mind", tr.most[what], what)
		}
	}
}

// judgeRows counts what is on the disk: besides the orders, and what waits for the cloud, nothing has grown.
func (tr *trade) judgeRows() {
	t := tr.t
	db, err := sql.Open("sqlite", tr.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows := func(table string) (n int) {
		if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := rows("tickets"); n != len(tr.placed) {
		t.Errorf("%d tickets of %d orders", n, len(tr.placed))
	}
	if events := rows("outbox"); events < 8*len(tr.placed) || events > 40*len(tr.placed) {
		t.Errorf("%d events of %d orders wait for the cloud", events, len(tr.placed))
	}
	for table, most := range map[string]int{"taps": 800, "timers": 60, "alerts": 20, "cooks": 3, "screens": 1, "numbers": 4, "dead_letters": 0, "inbox": 0} {
		if n := rows(table); n > most {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}
