package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/edge/stock"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

var at = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fresh(t *testing.T) *store.Store {
	t.Helper()
	s := open(t, filepath.Join(t.TempDir(), "edge.db"))
	t.Cleanup(func() { closed(t, s) })
	return s
}

func closed(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func ticket(id order.ID, number int) kitchen.Ticket {
	o := order.Order{ID: id, Restaurant: "r1", Origin: order.Edge, Channel: order.Counter, Fulfilment: order.Carryout, PlacedAt: at}
	items := []order.Item{{ID: "1", Product: "cola", Name: "Cola", Station: "sides"}}
	p := order.Begin(&o, items)
	p.Intake, p.Whole = order.Validated, order.Queued
	ready := at.Add(time.Minute)
	return kitchen.Ticket{
		Order: o, Progress: p, Day: "2026-07-03", Number: number, Cook: "ada", TakenAt: at, QueuedAt: at, Since: at, Ready: &ready, Version: 3,
		Clocks: kitchen.Clocks{
			Lane:  map[order.Kitchen]time.Time{order.Queued: at},
			Items: map[string]map[order.ItemState]time.Time{"1": {order.ItemQueued: at}},
		},
		Slots: map[string]line.Slot{"1": {Oven: "oven-1", Slot: 2}},
		Moves: []kitchen.Move{{Steps: []kitchen.ItemStep{{Action: order.Start, Items: []string{"1"}}}, Left: map[string]order.ItemState{"1": order.ItemMaking}}},
	}
}

func fact(id order.ID) kitchen.Fact {
	return kitchen.Fact{Order: id, Body: event.OrderStepped{Order: id, Action: order.Start, Items: []string{"1"}, Cause: event.ByTap}}
}

func commit(t *testing.T, s *store.Store, c kitchen.Commit) {
	t.Helper()
	c.At = at
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasCommittedIsThereAfterAReopen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "with space & ?.db")
	s := open(t, path)
	want := kitchen.State{
		Seq: 1, Applied: 1, Tickets: []kitchen.Ticket{ticket("o1", 1)},
		Cooks:   []kitchen.Cook{{ID: "ada", Name: "Ada", Skills: []string{"make"}, SignedIn: true}},
		Alerts:  []kitchen.Alert{{ID: "silent/oven-1", Device: "oven-1", What: "silent", Level: "critical", Order: "o1", Since: at}},
		Timers:  []kitchen.Timer{{TimerKey: kitchen.TimerKey{Kind: kitchen.StuckOrder, Order: "o1"}, Due: at.Add(time.Hour), Since: at}},
		Numbers: map[string]int{"2026-07-03": 1},
		Stock:   stock.State{Epoch: 1},
	}
	commit(t, s, kitchen.Commit{
		Seq: 1, Tickets: want.Tickets, Cooks: want.Cooks, Raised: want.Alerts, Timers: want.Timers,
		Numbers: []kitchen.Number{{Day: "2026-07-03", Last: 1}}, Command: &kitchen.Obeyed{Seq: 1, ID: "c1", Granted: true},
		Answer: &kitchen.Answer{ID: "tap/1", Order: "o1", Request: "start", Body: []byte(`{}`), Keep: at.Add(time.Hour)}, Facts: []kitchen.Fact{fact("o1")},
	})
	device := s.Device()
	closed(t, s)
	s = open(t, path)
	defer closed(t, s)
	got, err := s.Load(t.Context())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, it came back differently (-want +got):\n%s", err, diff)
	}
	if a, ok, err := s.Answer(t.Context(), "tap/1"); err != nil || !ok || a.Request != "start" || string(a.Body) != `{}` {
		t.Errorf("the answer of the tap is %+v, %v, %v", a, ok, err)
	}
	if seq, id, err := s.CommandSeq(t.Context()); seq != 1 || id != "c1" || err != nil {
		t.Errorf("the last command is %d %q, %v", seq, id, err)
	}
	if s.Device() != device || device == "" || s.Epoch() != link.FirstEpoch {
		t.Errorf("device %q became %q, epoch %d", device, s.Device(), s.Epoch())
	}
	if n, err := s.OpenOrders(t.Context()); n != 1 || err != nil {
		t.Errorf("%d open orders, %v", n, err)
	}
}

func TestACommitThatDoesNotContinueWhatIsThereChangesNothing(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	commit(t, s, kitchen.Commit{
		Seq: 1, Tickets: []kitchen.Ticket{ticket("o1", 1)}, Numbers: []kitchen.Number{{Day: "2026-07-03", Last: 1}},
		Answer: &kitchen.Answer{ID: "tap/1"}, Facts: []kitchen.Fact{fact("o1")},
	})
	before, err := s.Tip(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]kitchen.Commit{
		"a change twice":            {Seq: 1},
		"a change left out":         {Seq: 3},
		"a command left out":        {Seq: 2, Command: &kitchen.Obeyed{Seq: 2, ID: "c2"}},
		"a number given twice":      {Seq: 2, Numbers: []kitchen.Number{{Day: "2026-07-03", Last: 1}}},
		"a number on two tickets":   {Seq: 2, Tickets: []kitchen.Ticket{ticket("o2", 1)}},
		"a tap answered twice":      {Seq: 2, Answer: &kitchen.Answer{ID: "tap/1"}},
		"a fact that cannot travel": {Seq: 2, Facts: []kitchen.Fact{fact("o1"), fact(order.ID(make([]byte, 200)))}},
	} {
		c.At = at
		c.Facts = append(c.Facts, fact("o1"))
		if err := s.Commit(t.Context(), c); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	after, err := s.Tip(t.Context())
	if err != nil || after != before {
		t.Errorf("the outbox went from %v to %v, %v", before, after, err)
	}
	if state, err := s.Load(t.Context()); err != nil || state.Seq != 1 || len(state.Tickets) != 1 {
		t.Errorf("the board is at %d with %d tickets, %v", state.Seq, len(state.Tickets), err)
	}
}

func TestAnUnknownTicketIsAProblemForTheCaller(t *testing.T) {
	t.Parallel()
	if _, err := fresh(t).Ticket(t.Context(), "nobody"); !problem.Is(err, problem.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestTheRecallListHasWhatEndedOnThatDay(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	gone, open, other := ticket("o1", 1), ticket("o2", 2), ticket("o3", 1)
	gone.Progress.Whole, other.Progress.Whole, other.Day = order.HandedOver, order.Voided, "2026-07-04"
	commit(t, s, kitchen.Commit{Seq: 1, Tickets: []kitchen.Ticket{gone, open, other}})
	got, err := s.Recent(t.Context(), "2026-07-03", 10)
	if diff := cmp.Diff([]kitchen.Ticket{gone}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if state, err := s.Load(t.Context()); err != nil || len(state.Tickets) != 1 || state.Tickets[0].Order.ID != "o2" {
		t.Errorf("open tickets: %+v, %v", state.Tickets, err)
	}
}

func TestATicketThatComesBackToTheBoardIsOpenAgain(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	away, back := ticket("o1", 1), ticket("o1", 1)
	away.Progress.Delivery = order.PickedUp
	commit(t, s, kitchen.Commit{Seq: 1, Tickets: []kitchen.Ticket{away}})
	commit(t, s, kitchen.Commit{Seq: 2, Tickets: []kitchen.Ticket{back}})
	if n, err := s.OpenOrders(t.Context()); n != 1 || err != nil {
		t.Errorf("%d open orders, %v", n, err)
	}
	if got, err := s.Recent(t.Context(), "2026-07-03", 10); len(got) != 0 || err != nil {
		t.Errorf("it is on the recall list all the same: %d, %v", len(got), err)
	}
}

func TestOnlyOneNodeRunsOnAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s := open(t, path)
	if second, err := store.Open(t.Context(), path); err == nil {
		t.Error("a second node opened the file of the first")
		closed(t, second)
	}
	closed(t, s)
	closed(t, open(t, path))
}

func TestADamagedFileIsNotOpened(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s := open(t, path)
	for n := range 200 {
		commit(t, s, kitchen.Commit{Seq: uint64(n + 1), Facts: []kitchen.Fact{fact("o1")}})
	}
	closed(t, s)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"not a database": func([]byte) []byte { return []byte("pizza, not pages: " + string(make([]byte, 4096))) },
		"torn pages": func(b []byte) []byte {
			for n := 8192; n < len(b); n += 512 {
				copy(b[n:], "\xde\xad\xbe\xef\xde\xad\xbe\xef")
			}
			return b
		},
		"cut in half": func(b []byte) []byte { return b[:len(b)/2] },
	} {
		path := filepath.Join(t.TempDir(), "edge.db")
		if err := os.WriteFile(path, spoil(append([]byte{}, raw...)), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(t.Context(), path)
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			closed(t, s)
		}
	}
}

func TestAFileInAFolderThatIsNotThereIsAClearError(t *testing.T) {
	t.Parallel()
	if s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "no", "edge.db")); err == nil {
		t.Error("opened in a folder that does not exist")
		closed(t, s)
	}
}
