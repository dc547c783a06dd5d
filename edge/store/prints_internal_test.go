package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/problem"
)

var printTime = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

// desk is a store that is asked for paper.
type desk struct {
	*Store
	t    *testing.T
	path string
	seq  uint64
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, path: filepath.Join(t.TempDir(), "edge.db")}
	d.open()
	t.Cleanup(func() { d.shutDown() })
	return d
}

func (d *desk) open() {
	d.t.Helper()
	s, err := Open(d.t.Context(), d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Store = s
	state, err := s.Load(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	d.seq = state.Seq
}

func (d *desk) shutDown() {
	d.t.Helper()
	if err := d.Close(); err != nil {
		d.t.Error(err)
	}
}

// label asks for a label that is of use for two hours.
func label(name string) kitchen.PrintJob {
	return kitchen.PrintJob{ID: name, What: kitchen.PaperLabel, Order: "o1", Item: "1", Printer: "p1", At: printTime, Expires: printTime.Add(2 * time.Hour)}
}

func (d *desk) commit(c kitchen.Commit) {
	d.t.Helper()
	d.seq++
	c.Seq, c.At = d.seq, printTime
	if err := d.Commit(d.t.Context(), c); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) ask(jobs ...kitchen.PrintJob) {
	d.t.Helper()
	d.commit(kitchen.Commit{Prints: jobs})
}

// next is the id and state of the next piece of paper, or "".
func (d *desk) next(now time.Time) string {
	d.t.Helper()
	p, ok, err := d.NextPrint(d.t.Context(), "p1", now)
	if err != nil {
		d.t.Fatal(err)
	}
	if !ok {
		return ""
	}
	return p.ID + " " + string(p.State)
}

func (d *desk) mark(name string, to ...kitchen.PrintState) {
	d.t.Helper()
	for _, s := range to {
		if err := d.MarkPrint(d.t.Context(), name, s, "p1", printTime); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *desk) expect(got, want string) {
	d.t.Helper()
	if got != want {
		d.t.Errorf("next is %q, want %q", got, want)
	}
}

func TestAPieceOfPaperIsKeptOnceAndPrintedInItsTurn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ask(label("a"), label("b"))
	<-d.Printable()
	d.ask(label("a"))
	d.expect(d.next(printTime), "a pending")
	d.mark("a", kitchen.PrintSent)
	d.expect(d.next(printTime), "b pending")
	if err := d.MarkPrint(t.Context(), "a", kitchen.PrintSent, "p2", printTime); !problem.Is(err, problem.Conflict) {
		t.Errorf("two printers have the same piece: %v", err)
	}
	d.mark("a", kitchen.PrintConfirmed)
	d.ask(label("a"))
	d.mark("b", kitchen.PrintSent, kitchen.PrintDoubtful)
	d.expect(d.next(printTime), "b doubtful")
	open, err := d.OpenPrints(t.Context())
	if err != nil || open["p1"] != 1 {
		t.Errorf("open are %v, %v", open, err)
	}
	all, err := d.Prints(t.Context(), "p1", 10)
	if err != nil || len(all) != 2 || all[0].ID != "b" || all[1].State != kitchen.PrintConfirmed || all[1].Tries != 1 || all[1].By != "p1" {
		t.Errorf("the ledger is %+v, %v", all, err)
	}
}

func TestWhatWasOnItsWayWhenTheNodeEndedIsDoubted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ask(label("a"))
	d.mark("a", kitchen.PrintSent)
	d.shutDown()
	d.open()
	d.expect(d.next(printTime), "")
	if err := d.InterruptedPrints(t.Context(), printTime); err != nil {
		t.Fatal(err)
	}
	d.expect(d.next(printTime), "a doubtful")
}

func TestPaperThatIsTooLateOrTooMuchIsGivenUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var many []kitchen.PrintJob
	for n := range PrintsQueue + 3 {
		many = append(many, label(fmt.Sprint("label-", n)))
	}
	d.ask(many...)
	if gone, err := d.ExpirePrints(t.Context(), printTime); err != nil || gone != 3 {
		t.Errorf("%d were given up, %v", gone, err)
	}
	d.expect(d.next(printTime), "label-3 pending")
	d.expect(d.next(printTime.Add(2*time.Hour)), "")
	for total := 0; total < PrintsQueue; {
		gone, err := d.ExpirePrints(t.Context(), printTime.Add(2*time.Hour))
		if err != nil || gone == 0 {
			t.Fatalf("%d were given up, %v", gone, err)
		}
		total += gone
	}
	if err := d.Prune(t.Context(), printTime.Add(time.Hour+PrintsKept)); err != nil {
		t.Fatal(err)
	}
	if all, err := d.Prints(t.Context(), "p1", 2*PrintsQueue); err != nil || len(all) != PrintsQueue {
		t.Errorf("kept are %d, %v", len(all), err)
	}
	if err := d.Prune(t.Context(), printTime.Add(3*time.Hour+PrintsKept)); err != nil {
		t.Fatal(err)
	}
	if all, err := d.Prints(t.Context(), "p1", 10); err != nil || len(all) != 0 {
		t.Errorf("kept are %v, %v", all, err)
	}
}

func TestPaperIsOfUseForAsLongAsIfTheClockHadBeenRight(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	old := label("old")
	old.At = printTime.Add(-time.Minute)
	d.ask(old, label("new"))
	d.commit(kitchen.Commit{Moved: &kitchen.Moved{From: printTime, By: 48 * time.Hour}})
	d.expect(d.next(printTime.Add(49*time.Hour)), "new pending")
	d.expect(d.next(printTime.Add(51*time.Hour)), "")
}

func TestPaperOfADamagedFileIsDoubted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ask(label("waits"), label("printed"), label("sent"))
	d.mark("printed", kitchen.PrintSent, kitchen.PrintConfirmed)
	d.mark("sent", kitchen.PrintSent)
	d.shutDown()
	if _, err := Recover(t.Context(), d.path, "a test", printTime, ofFour); err != nil {
		t.Fatal(err)
	}
	d.open()
	all, err := d.Prints(t.Context(), "p1", 10)
	if err != nil || len(all) != 3 || all[2].State != kitchen.PrintDoubtful || all[1].State != kitchen.PrintConfirmed || all[0].State != kitchen.PrintDoubtful {
		t.Errorf("%+v, %v", all, err)
	}
	if err := d.Examine(t.Context()); err != nil {
		t.Error(err)
	}
}
