package edge_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
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
	daysOff   = 7
	openHours = 12 * time.Hour
)

// perDay is how busy the week is. Every order is seven commits of a real kitchen on a real disk: make test-figures lives 200 a day, without the
// race detector, and make hurt the promised 3,000, which take minutes.
var perDay = flag.Int("orders", 60/slower, "orders a day in the week without the internet")

// week is a kitchen on a real file in a bubble of time.
type week struct {
	t   *testing.T
	db  *store.Store
	kit *kitchen.Kitchen
	all []order.ID
}

func openWeek(t *testing.T, path string) (w *week, closed func()) {
	t.Helper()
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	dishes, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	screens := live.New[kitchen.Change](1)
	now := clock.NewSteady(clock.Machine(), clock.Saved{}, time.Time{})
	kit, err := kitchen.New(t.Context(), db, dishes, now, screens, kitchen.Settings{Restaurant: "r1", DayStarts: 4, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- kit.Run(ctx) }()
	return &week{t: t, db: db, kit: kit}, func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		screens.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func (w *week) place() {
	w.t.Helper()
	ticket, _, err := w.kit.Place(w.t.Context(), kitchen.CounterOrder{
		Key: id.New(), Channel: order.Counter, Fulfilment: order.Carryout, Customer: order.Customer{Name: "Ada"},
		Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1}}, Payment: order.Payment{Method: "cash"},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.all = append(w.all, ticket.Order.ID)
}

// day serves its orders, one after the other as they come in, each made, baked, cut and handed over in its time.
func (w *week) day() {
	w.t.Helper()
	busy := *perDay
	every := openHours / time.Duration(busy)
	opened := time.Now()
	first := len(w.all)
	after := func(d time.Duration) int { return int(d / every) } // in orders
	steps := []struct {
		behind int
		take   func(order.ID) error
	}{
		{after(2 * time.Minute), w.bump(menu.StationMake)},
		{after(3 * time.Minute), w.bump(menu.StationOven)},
		{after(9 * time.Minute), w.bump(menu.StationOven)},
		{after(10 * time.Minute), w.bump(menu.StationCut)},
		{after(14 * time.Minute), func(o order.ID) error {
			_, err := w.kit.HandOver(w.t.Context(), o, kitchen.Tap{ID: id.New()})
			return err
		}},
	}
	for n := 0; n < busy+steps[len(steps)-1].behind; n++ {
		if n < busy {
			w.place()
		}
		for _, s := range steps {
			if k := n - s.behind; k >= 0 && k < busy {
				if err := s.take(w.all[first+k]); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		time.Sleep(every)
	}
	time.Sleep(24*time.Hour - time.Since(opened))
}

func (w *week) bump(station string) func(order.ID) error {
	return func(o order.ID) error {
		_, err := w.kit.Bump(w.t.Context(), o, kitchen.Tap{ID: id.New(), Station: station})
		return err
	}
}

// ledger is a cloud that counts.
type ledger struct {
	row   link.LinkRow
	taken map[order.ID]int
	ended map[order.ID]int
	seen  map[string]bool
}

// catchUp lets edge and cloud speak until nobody has anything more to say, as shared/link decides, and returns how many batches it took.
func (w *week) catchUp(l *ledger) (batches int) {
	w.t.Helper()
	ctx := w.t.Context()
	tip, err := w.db.Tip(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	acked, err := w.db.Acked(ctx)
	if err != nil || acked.Seq != 0 {
		w.t.Fatalf("with the internet cut the cloud has acknowledged %+v, %v", acked, err)
	}
	s := link.NewSender(link.SenderConfig{
		Edge: "r1", Device: "U1", Boot: "b1", Rand: func() float64 { return 0 },
		HashAt: func(seq uint64) (link.Hash, bool, error) { return w.db.HashAt(ctx, seq) },
	}, tip, acked)
	inputs := []func() link.Todo{func() link.Todo { return s.Connected(time.Now()) }}
	for {
		if len(inputs) == 0 {
			if s.State().Backlog == 0 {
				return batches
			}
			w.t.Fatalf("nothing is under way and %d events are behind", s.State().Backlog)
		}
		todo := inputs[0]()
		inputs = inputs[1:]
		if todo.Persist != nil {
			if err := w.db.SetAcked(ctx, *todo.Persist); err != nil {
				w.t.Fatal(err)
			}
		}
		if todo.Sync != nil {
			inputs = append(inputs, func() link.Todo {
				return s.Synced(time.Now(), link.AnswerSync(l.row, *todo.Sync, link.Cloud{Inc: "pg-1"}, time.Now()))
			})
		}
		if todo.Publish != nil {
			batches++
			inputs = append(inputs, w.publish(s, l, *todo.Publish)...)
		}
	}
}

// publish carries one batch all the way, and what the hub and the cloud answer back.
func (w *week) publish(s *link.Sender, l *ledger, p link.Publish) (inputs []func() link.Todo) {
	w.t.Helper()
	events, _, err := w.db.Events(w.t.Context(), p.First, int(p.Last-p.First+1), link.MaxBatchBytes)
	if err != nil {
		w.t.Fatal(err)
	}
	made, err := s.Batch(p, events)
	if err != nil {
		w.t.Fatal(err)
	}
	payload, header, err := link.EncodeBatch(made)
	if err != nil {
		w.t.Fatal(err)
	}
	came, err := link.DecodeBatch("r1", payload, header)
	if err != nil {
		w.t.Fatal(err)
	}
	return []func() link.Todo{
		func() link.Todo { return s.Sent(time.Now(), p, made.Last) },
		func() link.Todo { return s.Published(time.Now(), p) },
		func() link.Todo {
			d := link.Decide(l.row, came)
			if d.Verdict != link.Apply {
				w.t.Fatalf("a batch is judged %s: %s", d.Verdict, d.Reason)
			}
			for _, e := range d.Events {
				l.count(w.t, e)
			}
			l.row.Seq, l.row.Hash = d.After.Seq, d.After.Hash
			return s.Acked(time.Now(), l.row.Ack("pg-1"))
		},
	}
}

func (l *ledger) count(t *testing.T, e link.Event) {
	t.Helper()
	if l.seen[e.ID] {
		t.Errorf("event %s came twice", e.ID)
	}
	l.seen[e.ID] = true
	body, err := event.Decode(e.Kind, e.Body)
	if err != nil {
		t.Fatal(err)
	}
	switch b := body.(type) {
	case event.OrderTaken:
		l.taken[b.Order.ID]++
	case event.OrderStepped:
		if b.Action == order.HandOver {
			l.ended[b.Order]++
		}
	}
}

func TestSevenDaysWithoutTheInternetAreInTheCloudAfterwards(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		w, closed := openWeek(t, path)
		for range daysOff {
			w.day()
		}
		tip, err := w.db.Tip(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l := &ledger{row: link.LinkRow{Edge: "r1", Device: "U1", Epoch: 1}, taken: map[order.ID]int{}, ended: map[order.ID]int{}, seen: map[string]bool{}}
		began := time.Now()
		batches := w.catchUp(l)
		t.Logf("%d orders, %d events in %d batches; the link took %v of its own time", len(w.all), tip.Seq, batches, time.Since(began))
		if len(w.all) != daysOff**perDay || uint64(len(l.seen)) != tip.Seq || l.row.Hash != tip.Hash {
			t.Errorf("%d orders; the cloud has %d events of %d", len(w.all), len(l.seen), tip.Seq)
		}
		numbers := map[string]bool{}
		for _, o := range w.all {
			if l.taken[o] != 1 || l.ended[o] != 1 {
				t.Fatalf("the cloud heard %d times that order %s was taken, and %d times that it was handed over", l.taken[o], o, l.ended[o])
			}
			ticket, err := w.kit.Ticket(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			numbers[fmt.Sprint(ticket.Day, "#", ticket.Number)] = true
		}
		if len(numbers) != len(w.all) {
			t.Errorf("%d numbers for %d orders", len(numbers), len(w.all))
		}
		if board, err := w.kit.Snapshot(t.Context()); err != nil || len(board.Tickets) != 0 {
			t.Errorf("%d tickets are left on the board, %v", len(board.Tickets), err)
		}
		closed()
	})
}
