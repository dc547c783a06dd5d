package dispatch_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// stopped is a clock that shows noon.
type stopped struct{}

func (stopped) Now() time.Time { return noon }

// neighbours are two restaurants in one zone, with a driver each and one who drives for both.
func neighbours() *rows {
	at := func(id, restaurant string, km float64) dispatch.Order {
		return dispatch.Order{
			ID: order.ID(id), Number: 7, Restaurant: restaurant, Pickup: house, Drop: north(km), Ready: noon.Add(5 * time.Minute), Placed: noon.Add(-5 * time.Minute),
			Promise: order.Promise{From: noon.Add(20 * time.Minute), To: noon.Add(30 * time.Minute)}, Kitchen: order.Baking, Delivery: order.Unassigned, Since: noon,
		}
	}
	other, both := driver("theirs", 1), driver("both", 2)
	other.Home, both.Home = "r3", ""
	r := &rows{orders: []dispatch.Order{at("own", "r1", 2), at("others", "r3", 1)}, drivers: []dispatch.Driver{driver("ours", 1), other, both}}
	return r
}

// nextDoor is a scene in which r3 is next to r1.
type nextDoor struct{ *rows }

func (nextDoor) Houses(context.Context, time.Time) ([]dispatch.Restaurant, error) {
	return []dispatch.Restaurant{{ID: "r1", Position: house}, {ID: "r3", Position: north(1)}}, nil
}

func deskOf(r *rows) *dispatch.Desk {
	d := dispatch.New(nextDoor{r}, nil, nil, stopped{}, slog.New(slog.DiscardHandler))
	return dispatch.NewDesk(nextDoor{r}, d)
}

func TestACounterIsShownItsOwnOrdersAndWhoServesIt(t *testing.T) {
	t.Parallel()
	r := neighbours()
	r.order("others").Driver, r.order("others").Delivery = "both", order.Assigned
	desk := deskOf(r)
	whole, err := desk.Look(t.Context(), "r1")
	if err != nil || len(whole.Orders) != 2 {
		t.Fatalf("the zone has %d orders: %v", len(whole.Orders), err)
	}
	v, err := desk.House(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Orders) != 1 || v.Orders[0].ID != "own" || len(v.Plan.Orders) != 1 || v.Plan.Orders[0].Order != "own" || len(v.Plan.Offers) > 0 || len(v.Plan.Moves) > 0 {
		t.Errorf("orders %+v, plan %+v", v.Orders, v.Plan)
	}
	var who []string
	for _, d := range v.Drivers {
		who = append(who, d.ID)
	}
	if slices.Sort(who); !slices.Equal(who, []string{"both", "ours"}) {
		t.Errorf("drivers %v", who)
	}
	if len(v.Restaurants) != 1 || v.Restaurants[0].ID != "r1" || len(v.Zones) > 0 {
		t.Errorf("restaurants %+v, zones %+v", v.Restaurants, v.Zones)
	}
	if again, err := desk.Look(t.Context(), "r1"); err != nil || len(again.Orders) != 2 {
		t.Errorf("looking at a part took from the whole: %d orders, %v", len(again.Orders), err)
	}
	now, then, err := desk.HouseWhatIf(t.Context(), "r1", 1)
	if all := whole.Outcome(); err != nil || now == all || now.ClickToDoor == 0 || then.ClickToDoor > now.ClickToDoor {
		t.Errorf("now %+v, then %+v, the zone %+v: %v", now, then, all, err)
	}
}

func TestWhatWasJustDoneIsReadAnew(t *testing.T) {
	t.Parallel()
	r := neighbours()
	desk := deskOf(r)
	desk.Forget("r1") // before anybody has looked
	if _, err := desk.House(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	r.do(func() { o := r.order("own"); o.Driver, o.ByHand, o.Delivery = "ours", true, order.Assigned })
	if v, err := desk.House(t.Context(), "r1"); err != nil || v.Orders[0].Driver != "" {
		t.Errorf("within a second it is shown as looked up: %+v, %v", v.Orders, err)
	}
	desk.Forget("nowhere")
	desk.Forget("r1")
	if v, err := desk.House(t.Context(), "r1"); err != nil || v.Orders[0].Driver != "ours" {
		t.Errorf("%+v, %v", v.Orders, err)
	}
}

// TestWhoIsOnShiftAndNotHeardOfIsListed: wherever he may be, a dispatcher is shown him, and no plan has him.
func TestWhoIsOnShiftAndNotHeardOfIsListed(t *testing.T) {
	t.Parallel()
	long := noon.Add(-40 * time.Minute)
	silent := func(id, home string, km float64) dispatch.Driver {
		return with(driver(id, km), func(d *dispatch.Driver) { d.Home, d.SeenAt, d.StatusAt = home, long, long.Add(-time.Hour) })
	}
	never := silent("never seen", "", 0)
	never.Position, never.SeenAt = dispatch.Point{}, time.Time{}
	home := silent("gone home", "", 400)
	off := silent("signed off", "", 400)
	off.Status = wire.EndOfShift
	signedOut := with(silent("signed out with a bag", "r1", 1), func(d *dispatch.Driver) { d.Status = wire.Offline })
	r := neighbours()
	r.drivers = append(r.drivers, silent("theirs too", "r3", 1), silent("quiet", "r1", 1), silent("near", "", 1), never, home, off, signedOut)
	r.order("others").Driver, r.order("others").Delivery = "quiet", order.PickedUp
	v, err := deskOf(r).House(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	heard := map[string]time.Time{}
	for _, d := range v.Listed() {
		heard[d.ID] = d.SilentSince(v.Now)
	}
	want := map[string]time.Time{
		"ours": {}, "both": {}, "quiet": long, "near": long, "never seen": never.StatusAt, "gone home": long, "signed out with a bag": {},
	}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Error(diff)
	}
	for _, o := range v.Plan.Orders {
		if o.Driver != "ours" && o.Driver != "both" {
			t.Errorf("planned with %q, of whom nobody has heard", o.Driver)
		}
	}
	for name, on := range map[string]struct {
		ago    time.Duration
		silent bool
	}{"for as long as it takes": {dispatch.LostAfter, false}, "a moment longer": {dispatch.LostAfter + time.Millisecond, true}} {
		d := with(driver("d", 1), func(d *dispatch.Driver) { d.StatusAt, d.SeenAt = noon.Add(-time.Hour), noon.Add(-on.ago) })
		if d.SilentSince(noon).IsZero() == on.silent {
			t.Errorf("%s: silent since %v", name, d.SilentSince(noon))
		}
	}
}

// TestAPlanWithOneMoreHasNobodyElseMore: two plans are compared, so they have the same drivers but for those one asks about.
func TestAPlanWithOneMoreHasNobodyElseMore(t *testing.T) {
	t.Parallel()
	r := neighbours()
	r.drivers = append(r.drivers, with(driver("in another town", 400), func(d *dispatch.Driver) { d.Home = "" }))
	desk := deskOf(r)
	plan, seen := desk.Plan, [][]string{}
	desk.Plan = func(s dispatch.Snapshot) dispatch.Plan {
		var ids []string
		for i := range s.Drivers {
			ids = append(ids, s.Drivers[i].ID)
		}
		seen = append(seen, ids)
		return plan(s)
	}
	if _, _, err := desk.WhatIf(t.Context(), "r1", 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"ours", "theirs", "both"}, {"ours", "theirs", "both", "~0"}}, seen); diff != "" {
		t.Error(diff)
	}
	v, err := desk.Look(t.Context(), "r1")
	if err != nil || len(v.Strays) != 1 || len(v.Listed()) != len(v.Drivers)+1 {
		t.Errorf("%+v, %v", v.Strays, err)
	}
}
