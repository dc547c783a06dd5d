package kitchen_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"awesome.pizza/edge/till"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
)

func bagOf(h *house, out time.Time) (event.BagOpened, event.BagClosed) {
	bag := id.New()
	return event.BagOpened{Bag: bag, Driver: "d1", Name: "Grace", Currency: "USD", Float: 2_000, At: out},
		event.BagClosed{
			Bag: bag, Driver: "d1", Name: "Grace", Currency: "USD", Float: 2_000, Collected: 8_340, Dropped: 5_000, Expected: 5_340, Counted: 5_300,
			Note: "a coin rolled away", At: h.clock.Now(),
		}
}

func (h *house) bags(day string) []till.Bag {
	h.t.Helper()
	r, _, err := h.TillReport(background(), day)
	if err != nil {
		h.t.Fatalf("report: %v", err)
	}
	return r.Bags
}

func TestADriversBagGoesOutOfTheDrawerAndComesInOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(10_000)
	out, in := bagOf(h, h.clock.Now())
	if a := h.obey("", out); !a.Granted || h.drawer().Till.Drawer != 8_000 {
		t.Fatalf("%+v, %d in the drawer", a, h.drawer().Till.Drawer)
	}
	if b := h.bags(""); len(b) != 1 || b[0].Back || b[0].Float != 2_000 || b[0].Driver != "Grace" {
		t.Errorf("out with a float: %+v", b)
	}
	h.restart()
	for _, again := range []bool{false, true, true} {
		a := h.obey("", in)
		if !a.Granted || (a.Reason != "") != again || h.drawer().Till.Drawer != 13_300 {
			t.Errorf("%+v, %d in the drawer", a, h.drawer().Till.Drawer)
		}
		h.obey("", out)
		h.restart()
	}
	b := h.bags("")
	if len(b) != 1 || !b[0].Back || b[0].Float != 2_000 || b[0].Expected != 5_340 || b[0].Counted != 5_300 || b[0].Difference != -40 || b[0].Beside ||
		b[0].Note != "a coin rolled away" {
		t.Errorf("%+v", b)
	}
	if _, err := h.CloseDay(background(), id.New(), 13_300, "", true); err != nil {
		t.Fatal(err)
	}
	if d := h.drawer().Till; d.Difference() != 0 {
		t.Errorf("the drawer is %d off", d.Difference())
	}
}

func TestABagOfWhichTheRestaurantHearsTooLateStandsBesideTheTills(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	out, in := bagOf(h, h.clock.Now()) // no till is open, and the line is cut
	h.clock.pass(time.Hour)
	h.opened(5_300)
	h.clock.pass(time.Minute)
	for _, b := range []event.Body{out, in} {
		if a := h.obey("", b); !a.Granted || !strings.Contains(a.Reason, "beside") {
			t.Errorf("%+v", a)
		}
	}
	if d := h.drawer().Till.Drawer; d != 5_300 {
		t.Errorf("%d in the drawer: what was counted at its opening counts twice", d)
	}
	h.restart()
	if b := h.bags(""); len(b) != 1 || !b[0].Beside || b[0].Counted != 5_300 || b[0].Expected != 5_340 {
		t.Errorf("%+v", b)
	}
	late, _ := bagOf(h, h.clock.Now())
	late.Float = 9_000 // more than there is: it came from the safe
	if a := h.obey("", late); !a.Granted || h.drawer().Till.Drawer != 5_300 {
		t.Errorf("%+v, %d in the drawer", a, h.drawer().Till.Drawer)
	}
	ahead, _ := bagOf(h, h.clock.Now().Add(48*time.Hour)) // of a clock that is wrong
	if a := h.obey("", ahead); !a.Granted || h.drawer().Till.Drawer != 3_300 {
		t.Errorf("%+v, %d in the drawer", a, h.drawer().Till.Drawer)
	}
	if _, err := h.CloseDay(background(), id.New(), 3_300, "", true); err != nil {
		t.Fatal(err)
	}
	h.opened(100)
	if d := h.drawer().Till; d.ID != "2026-07-03.2" {
		t.Errorf("what stands beside is no till: %s", d.ID)
	}
}

func TestABagThatCannotBeIsRefusedAndMovesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(10_000)
	for want, change := range map[string]func(*event.BagClosed){
		"names no bag":  func(b *event.BagClosed) { b.Bag = "" },
		"counts USD":    func(b *event.BagClosed) { b.Currency = "EUR" },
		"amount":        func(b *event.BagClosed) { b.Counted = till.Most + 1 },
		"amount is -1 ": func(b *event.BagClosed) { b.Counted = -1 },
		"nobody":        func(b *event.BagClosed) { b.Expected = 1 << 60 },
	} {
		_, in := bagOf(h, h.clock.Now())
		change(&in)
		if a := h.obey("", in); a.Granted || !strings.Contains(a.Reason, want) {
			t.Errorf("%s: %+v", want, a)
		}
	}
	if d := h.drawer().Till.Drawer; d != 10_000 {
		t.Errorf("%d in the drawer", d)
	}
	_, in := bagOf(h, h.clock.Now())
	in.Name, in.Note = "Gr\x1b@ace", "\x07fifty fell\ninto a drain, "+strings.Repeat("è", 150)
	if a := h.obey("", in); !a.Granted {
		t.Fatalf("%+v", a)
	}
	if b := h.bags(""); len(b) != 1 || b[0].Driver != "d1" || len(b[0].Note) < 190 || !utf8.ValidString(b[0].Note) || !strings.HasPrefix(b[0].Note, "fifty fell into a drain, è") {
		t.Errorf("%+v", b)
	}
}
