package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
)

// booked is a commit that books something, as the next change.
func booked(seq uint64, at time.Time, c stock.Change) kitchen.Commit {
	for n := range c.Entries {
		c.Entries[n].At, c.Entries[n].Day = at, at.Format(time.DateOnly)
	}
	return kitchen.Commit{Seq: seq, At: at, Stock: c}
}

func TestOldEntriesAreFoldedAndTheirSumsStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	began, days := friday, 420
	seq := uint64(0)
	var ham int64
	for day := range days {
		at := began.AddDate(0, 0, day)
		c := stock.Change{}
		if day%7 == 0 {
			c.Entries = append(c.Entries, stock.Entry{Ingredient: "ham", Kind: stock.Receipt, Quantity: 1000})
			ham += 1000
		}
		for n := range 3 {
			c.Entries = append(c.Entries, stock.Entry{Ingredient: "ham", Kind: stock.Use, Quantity: -40, Order: "o"}, stock.Entry{Ingredient: fmt.Sprint("other-", n), Kind: stock.Use, Quantity: -1})
			ham -= 40
		}
		seq++
		if err := s.Commit(t.Context(), booked(seq, at, c)); err != nil {
			t.Fatal(err)
		}
	}
	now := began.AddDate(0, 0, days)
	report := func() []stock.Total {
		l, err := s.Ledger(t.Context(), now.AddDate(0, 0, -399).Format(time.DateOnly), now.Format(time.DateOnly))
		if err != nil {
			t.Fatal(err)
		}
		return l.Totals
	}
	before := report()
	for range 2 {
		if err := s.Prune(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(report()); got != fmt.Sprint(before) {
		t.Error("the report of the days that are kept is another one now")
	}
	state, err := s.Load(t.Context())
	if err != nil || state.Stock.Sums["ham"] != ham || state.Stock.Sums["other-1"] != -int64(days) {
		t.Errorf("there should be %d, and there are %v, %v", ham, state.Stock.Sums, err)
	}
	rows := func(where string) (n int) {
		if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM stock_ledger WHERE `+where).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if old := rows(`day < '` + now.Add(-LedgerKept).Format(time.DateOnly) + `'`); old != 4 {
		t.Errorf("%d entries are older than the ledger goes, want one of each ingredient", old)
	}
	if uses := rows(`kind = 'use' AND ingredient = 'ham'`); uses > 400+2*8 {
		t.Errorf("%d uses are kept one by one", uses)
	}
	if what, err := checkSums(t.Context(), s.read); err != nil || what != "" {
		t.Errorf("the sums no longer hold: %s, %v", what, err)
	}
}

func TestATillThatARecoveryLosesAsksForACountAndItsNumberIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	for _, damaged := range []string{"", "tills", "cash"} {
		path := filepath.Join(t.TempDir(), "edge.db")
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		shift := anHourOfTheShift(1)
		day := shift.Till.Day
		fine(t, s.Commit(t.Context(), kitchen.Commit{Seq: 1, At: friday, Shift: shift}), s.Close())
		if damaged != "" { // a row that is not what was written
			db := open(path, 1, "?_txlock=immediate")
			_, err := db.ExecContext(t.Context(), fmt.Sprintf(`UPDATE %s SET doc = json_set(doc, '$.who', 'eve')`, damaged))
			fine(t, err, db.Close())
		}
		_, err = Recover(t.Context(), path, "a test", friday, ofFour)
		fine(t, err)
		if s, err = Open(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		state, err := s.Load(t.Context())
		if asks := len(state.Alerts) == 1 && state.Alerts[0].ID == kitchen.CountCash; err != nil || asks != (damaged != "") {
			t.Errorf("damaged %q: the alerts are %+v, %v", damaged, state.Alerts, err)
		}
		if last, err := s.LastTill(t.Context(), day); err != nil || last != 1 {
			t.Errorf("damaged %q: the last till of %s is %d, %v", damaged, day, last, err)
		}
		fine(t, s.Close())
	}
}

func TestTheStockComesThroughARecoveryAndALedgerWithHolesAsksForACount(t *testing.T) {
	t.Parallel()
	for _, damaged := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "edge.db")
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		until := friday.Add(time.Hour)
		if err := s.Commit(t.Context(), booked(1, friday, stock.Change{
			Entries: []stock.Entry{{Ingredient: "ham", Kind: stock.Receipt, Quantity: 1000}, {Ingredient: "ham", Kind: stock.Use, Quantity: -40}},
			Shelves: []stock.Shelf{{Ingredient: "ham", Tracked: true, OnOrder: 7}},
			Off:     []stock.Off{{OffKey: stock.OffKey{Kind: stock.Topping, ID: "egg"}, Owner: "grace", Since: friday, Until: until}},
		})); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if damaged { // a row that is not what was written
			db := open(path, 1, "?_txlock=immediate")
			if _, err := db.ExecContext(t.Context(), `UPDATE stock_ledger SET quantity = 9999 WHERE id = 1`); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), path); err == nil {
				t.Fatal("nobody has noticed")
			}
		}
		if _, err := Recover(t.Context(), path, "a test", friday, ofFour); err != nil {
			t.Fatal(err)
		}
		if s, err = Open(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		state, err := s.Load(t.Context())
		want := map[bool]int64{false: 960, true: -40}[damaged]
		if err != nil || state.Stock.Sums["ham"] != want || len(state.Stock.Shelves) != 1 || state.Stock.Shelves[0].OnOrder != 7 ||
			len(state.Stock.Off) != 1 || !state.Stock.Off[0].Until.Equal(until) {
			t.Errorf("damaged %v: it comes back as %+v, %v", damaged, state.Stock, err)
		}
		if asks := len(state.Alerts) == 1 && state.Alerts[0].ID == kitchen.CountStock; asks != damaged {
			t.Errorf("damaged %v: the alerts are %+v", damaged, state.Alerts)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
