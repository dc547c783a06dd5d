package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

type late struct{}

func (late) Now() time.Time { return friday }

// kitchenOn opens a kitchen on a store.
func kitchenOn(t *testing.T, s *Store) *kitchen.Kitchen {
	t.Helper()
	dishes, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	screens := live.New[kitchen.Change](256)
	t.Cleanup(screens.Close)
	k, err := kitchen.New(t.Context(), s, dishes, late{}, screens, kitchen.Settings{Restaurant: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func placed(t *testing.T, k *kitchen.Kitchen, orders int) (tickets []kitchen.Ticket) {
	t.Helper()
	for range orders {
		ticket, _, err := k.Place(t.Context(), kitchen.CounterOrder{
			Key: id.New(), Channel: order.Counter, Fulfilment: order.Carryout, Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1}},
			Payment: order.Payment{Method: "cash"},
		})
		if err != nil {
			t.Fatal(err)
		}
		tickets = append(tickets, ticket)
	}
	return tickets
}

func emptyStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// dump is all there is in the file, row by row.
func (s *Store) dump(t *testing.T) (rows []string) {
	t.Helper()
	tables, err := list(t.Context(), s.read, func(row scanner) (name string, err error) { return name, row.Scan(&name) },
		`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		columns, err := list(t.Context(), s.read, func(row scanner) (name string, err error) { return name, row.Scan(&name) },
			`SELECT name FROM pragma_table_xinfo(?)`, table)
		if err != nil {
			t.Fatal(err)
		}
		found, err := list(t.Context(), s.read, func(row scanner) (string, error) {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for n := range values {
				into[n] = &values[n]
			}
			err := row.Scan(into...)
			return fmt.Sprint(table, values), err
		}, `SELECT * FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, found...)
	}
	slices.Sort(rows)
	return rows
}

// breakAfter lets the writer change so many rows, and then no more. Each row of any table counts.
func (s *Store) breakAfter(t *testing.T, rows int) {
	t.Helper()
	run := func(query string) {
		t.Helper()
		if _, err := s.write.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	run(`CREATE TEMP TABLE IF NOT EXISTS countdown (n INTEGER NOT NULL)`)
	run(`DELETE FROM countdown`)
	run(fmt.Sprintf(`INSERT INTO countdown VALUES (%d)`, rows))
	tables, err := list(t.Context(), s.write, func(row scanner) (name string, err error) { return name, row.Scan(&name) },
		`SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		for _, change := range []string{"INSERT", "UPDATE", "DELETE"} {
			run(fmt.Sprintf(`CREATE TEMP TRIGGER IF NOT EXISTS break_%s_%s BEFORE %s ON main.%s BEGIN
				UPDATE countdown SET n = n - 1; SELECT RAISE(ABORT, 'the plug was pulled') FROM countdown WHERE n < 0; END`, table, change, change, table))
		}
	}
}

func TestABeginningThatFailsAnywhereHasNeverBegun(t *testing.T) {
	t.Parallel()
	other := kitchenOn(t, emptyStore(t))
	lost := placed(t, other, 2)
	s := emptyStore(t)
	k := kitchenOn(t, s)
	ours := placed(t, k, 3)
	if _, err := k.Bump(t.Context(), ours[0].Order.ID, kitchen.Tap{ID: "made", Station: menu.StationMake}); err != nil {
		t.Fatal(err)
	}
	refs, _, err := s.Retained(t.Context(), link.Place{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	b := kitchen.Beginning{
		Epoch: 2, Commands: 7, CommandID: "c7", Through: kitchen.Place(refs[len(refs)-1].Place), Numbers: map[string]int{ours[0].Day: 40},
		Orders: []event.OrderStanding{kitchen.Standing(lost[0]), kitchen.Standing(lost[1])},
	}
	for n, r := range refs {
		if n%3 > 0 {
			b.Unknown = append(b.Unknown, kitchen.Place(r.Place))
		}
	}
	before := s.dump(t)
	board, err := k.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	failures := 0
	for ; ; failures++ {
		s.breakAfter(t, failures)
		err := k.Begin(t.Context(), b)
		if err == nil {
			break
		}
		if !strings.Contains(err.Error(), "the plug was pulled") {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, s.dump(t)); diff != "" {
			t.Fatalf("after %d rows it failed, and left:\n%s", failures, diff)
		}
		if now, err := k.Snapshot(t.Context()); err != nil || !cmp.Equal(board, now, cmpopts.EquateEmpty()) {
			t.Fatalf("after %d rows it failed, and the board shows %v", failures, cmp.Diff(board, now))
		}
		if s.Epoch() != 1 {
			t.Fatalf("after %d rows it failed, and the store is in epoch %d", failures, s.Epoch())
		}
	}
	if failures < len(b.Unknown)+10 {
		t.Errorf("it could fail in %d places only", failures)
	}
	s.breakAfter(t, 1<<30)
	tip, err := s.Tip(t.Context())
	if err != nil || tip.Epoch != 2 || tip.Seq < uint64(len(b.Unknown)+5) {
		t.Errorf("begun at %+v, %v", tip, err)
	}
	if next := placed(t, k, 1)[0]; next.Number != 43 { // 1 and 2 are taken here: the recovered ones are 41 and 42
		t.Errorf("the next number is %d", next.Number)
	}
}

func TestAStoreRefusesABeginningThatDoesNotFollowWhatItHas(t *testing.T) {
	t.Parallel()
	s := emptyStore(t)
	k := kitchenOn(t, s)
	placed(t, k, 2)
	state, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tip, err := s.Tip(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := s.dump(t)
	whole := kitchen.Place{Epoch: 1, Seq: tip.Seq}
	for name, b := range map[string]kitchen.Beginning{
		"an event that is not here":      {Epoch: 2, Through: kitchen.Place{Epoch: 1, Seq: 99}, Unknown: []kitchen.Place{{Epoch: 1, Seq: 99}}},
		"events out of their order":      {Epoch: 2, Through: whole, Unknown: []kitchen.Place{{Epoch: 1, Seq: 2}, {Epoch: 1, Seq: 1}}},
		"an event twice":                 {Epoch: 2, Through: whole, Unknown: []kitchen.Place{{Epoch: 1, Seq: 2}, {Epoch: 1, Seq: 2}}},
		"one the cloud was not asked of": {Epoch: 2, Through: kitchen.Place{Epoch: 1, Seq: 1}, Unknown: []kitchen.Place{{Epoch: 1, Seq: 2}}},
		"an epoch of the past":           {Epoch: 0},
	} {
		err := s.Commit(context.Background(), kitchen.Commit{Seq: state.Seq + 1, At: friday, Begin: &b})
		if err == nil {
			t.Errorf("%s was taken", name)
		}
		if diff := cmp.Diff(before, s.dump(t)); diff != "" {
			t.Errorf("%s left:\n%s", name, diff)
		}
	}
}

func TestWhatOlderEpochsHaveIsPrunedByAgeAndSizeButNothingTheCloudLacks(t *testing.T) {
	t.Parallel()
	s := stuffed(t, 40, friday.AddDate(0, 0, -8)) // the cloud has 30 of them
	var b kitchen.Beginning
	for seq := uint64(31); seq <= 40; seq++ {
		b.Unknown = append(b.Unknown, kitchen.Place{Epoch: 1, Seq: seq})
	}
	b.Epoch, b.Through = 2, kitchen.Place{Epoch: 1, Seq: 40}
	if err := s.Commit(t.Context(), kitchen.Commit{Seq: 2, At: friday, Begin: &b}); err != nil {
		t.Fatal(err)
	}
	in := func(epoch int) (n int) {
		t.Helper()
		if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM outbox WHERE epoch = ?`, epoch).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if in(1) != 30 || in(2) != 10 {
		t.Fatalf("%d events of the old epoch, %d of the new", in(1), in(2))
	}
	if cut, err := s.outboxCut(t.Context(), friday.AddDate(0, 0, -9), 25*(eventBytes+100)); err != nil || cut.Epoch != 1 || cut.Seq < 10 || cut.Seq > 30 {
		t.Errorf("of young events too large in all, the first to keep is %v, %v", cut, err)
	}
	if err := s.Prune(t.Context(), friday.AddDate(0, 0, -2)); err != nil || in(1) != 30 {
		t.Errorf("%d young events of the old epoch are left, %v", in(1), err)
	}
	if err := s.Prune(t.Context(), friday); err != nil || in(1) != 0 || in(2) != 10 {
		t.Errorf("%d old events of the old epoch are left, %d that the cloud lacks, %v", in(1), in(2), err)
	}
	hash, ok, err := s.HashAt(t.Context(), 10)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := s.SetAcked(t.Context(), link.Mark{Epoch: 2, Seq: 10, Hash: hash}); err != nil {
		t.Fatal(err)
	}
	if err := s.Prune(t.Context(), friday); err != nil || in(2) != 1 {
		t.Errorf("%d acknowledged events are left, %v", in(2), err)
	}
	later := kitchen.Beginning{Epoch: 3, Through: kitchen.Place{Epoch: 2, Seq: 10}}
	if err := s.Commit(t.Context(), kitchen.Commit{Seq: 3, At: friday, Begin: &later}); err != nil {
		t.Fatal(err)
	}
	if err := s.Prune(t.Context(), friday); err != nil || in(2) != 0 || in(3) != 0 {
		t.Errorf("%d and %d events are left of an outbox that the cloud has whole, %v", in(2), in(3), err)
	}
}

func TestAnAcknowledgementThatGoesBackIsOnDiskBeforeAnythingIsPruned(t *testing.T) {
	t.Parallel()
	s := stuffed(t, 40, friday.AddDate(0, 0, -8))
	hash, _, err := s.HashAt(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.writeAcked(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.SetAcked(t.Context(), link.Mark{Epoch: 1, Seq: 5, Hash: hash}); err != nil { // the cloud was restored to an older point
		t.Fatal(err)
	}
	if err := s.pruneEvents(t.Context(), link.Place{Epoch: 1, Seq: 31}, pruneOutbox); err != nil { // a pruning that began before
		t.Fatal(err)
	}
	if first, _, _ := s.events(t); first != 5 {
		t.Errorf("the first event is %d: what the cloud no longer has was pruned", first)
	}
}
