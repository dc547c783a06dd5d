package kitchen

import (
	"testing"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
)

// blank is a draft of a kitchen that has some alerts open.
func blank(t *testing.T, open ...Alert) *draft {
	t.Helper()
	s, err := Settings{Restaurant: "r1"}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	b := boardOf(State{Alerts: open}, m)
	return newDraft(&b, s, noon)
}

func TestAnAlertIsRaisedAndClearedOnceInACommit(t *testing.T) {
	t.Parallel()
	old := Alert{ID: "silent/oven-1", Device: "oven-1", What: "silent", Level: "warning", Since: noon.Add(-time.Hour)}
	d := blank(t, old)
	for range 2 {
		d.raise(old)
		d.clear(old.ID)
	}
	if _, open := d.alert(old.ID); open || len(d.commit.Raised) != 0 || len(d.commit.Cleared) != 1 || len(d.alerts()) != 0 {
		t.Errorf("cleared, it leaves %+v raised and %v cleared", d.commit.Raised, d.commit.Cleared)
	}
	d.raise(old)
	d.raise(old)
	if _, open := d.alert(old.ID); !open || len(d.commit.Raised) != 1 || len(d.commit.Cleared) != 0 || len(d.alerts()) != 1 {
		t.Errorf("raised again, it leaves %+v raised and %v cleared", d.commit.Raised, d.commit.Cleared)
	}
	said := 0
	for _, f := range d.commit.Facts {
		switch f.Body.(type) {
		case event.AlertRaised, event.AlertCleared:
			said++
		}
	}
	if said != 4 { // cleared, raised, cleared, raised
		t.Errorf("the cloud is told %d things", said)
	}
	worse := old
	worse.Level = "critical"
	d.raise(worse)
	if all := d.alerts(); len(all) != 1 || all[0].Level != "critical" {
		t.Errorf("one that has become worse is %+v", all)
	}
	d.board.after(d.commit)
	if got := d.board.alerts; len(got) != 1 || got[old.ID].Level != "critical" {
		t.Errorf("the board has %+v", got)
	}
}

func TestAnAlertThatComesAndGoesInOneCommitLeavesNothing(t *testing.T) {
	t.Parallel()
	d := blank(t)
	d.raise(Alert{ID: "a", What: "silent", Level: "warning"})
	d.clear("a")
	d.clear("a")
	d.board.after(d.commit)
	if len(d.commit.Raised)+len(d.commit.Cleared)+len(d.board.alerts) != 0 || len(d.commit.Facts) != 2 {
		t.Errorf("%+v, %v, %d facts", d.commit.Raised, d.commit.Cleared, len(d.commit.Facts))
	}
}
