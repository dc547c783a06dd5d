package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func (c *chain) acts(t testing.TB) []acts.Act {
	t.Helper()
	all, _, err := c.Acts(t.Context(), acts.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAnActIsCommittedWithWhatItDidOrNotAtAll(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	oid := c.place(t, order.ByDelivery).Order.ID
	begin := func() (*acts.Open, func(dispatch string) error) {
		ctx, open := acts.Begin(t.Context(), acts.Who{Role: acts.Staff}, "assign_driver", "q1", acts.Subject{Kind: acts.OfOrder, ID: string(oid)})
		return open, func(driver string) error {
			_, err := c.service.Assign(ctx, oid, 0, ordering.Driver{ID: driver, Name: driver, ByHand: true}, nil, ordering.ByStaff)
			return err
		}
	}
	open, assign := begin()
	if err := assign("d1"); err != nil || !open.Written() {
		t.Fatal(err, open.Written())
	}
	again, assign := begin()
	if err := assign("d2"); !problem.Is(err, problem.Conflict) || again.Written() {
		t.Errorf("%v, written %v", err, again.Written())
	}
	all := c.acts(t)
	if len(all) != 1 || all[0].On.Restaurant != "r1" || all[0].Who.Role != acts.Staff || all[0].Request != "q1" || len(all[0].Changes) != 1 ||
		all[0].Changes[0] != (acts.Change{Field: "driver", To: "d1"}) || time.Since(all[0].At) > time.Minute {
		t.Errorf("%+v", all)
	}

	c.sql(t, `ALTER TABLE acts ADD CONSTRAINT full_disk CHECK (what <> 'unassign_driver')`) // what cannot be noted is not done
	ctx, last := acts.Begin(t.Context(), acts.Who{Role: acts.Staff}, "unassign_driver", "", acts.Subject{})
	if _, err := c.service.Drop(ctx, oid, 0, "d1", ordering.ByStaff); err == nil || last.Written() {
		t.Errorf("%v", err)
	}
	if r := c.order(t, oid); r.Driver == nil {
		t.Error("it was taken back without a line")
	}
}

func TestTheLogOfActsIsNeverChangedAndForgetsWhatIsOld(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for _, old := range []time.Duration{0, acts.Kept - time.Hour, acts.Kept + time.Hour} {
		if err := c.Note(t.Context(), acts.Act{At: time.Now().Add(-old), Who: acts.Who{Role: acts.Staff}, What: "enroll", Outcome: acts.Done}); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := pgx.Connect(t.Context(), c.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	for _, sql := range []string{`UPDATE acts SET who = 'somebody else'`, `DELETE FROM acts WHERE at > now() - interval '1 day'`, `TRUNCATE acts`} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was let through", sql)
		}
	}
	if err := c.Tidy(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if left := c.sql(t, `SELECT count(*) FROM acts`); left != int64(2) {
		t.Errorf("%v lines are left", left)
	}
}

func TestWhatTheFileOfRestaurantsChangesIsInTheLogOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	house := restaurant.Restaurant{ID: "r7", Name: "Seventh", Latitude: 40, Longitude: -73, TimeZone: "UTC", RadiusKM: 5}
	start := func() {
		ctx, _ := acts.Begin(t.Context(), acts.Who{Role: acts.Settings}, "set_restaurant", "", acts.Subject{})
		if err := c.UpsertRestaurant(ctx, house); err != nil {
			t.Fatal(err)
		}
	}
	start()
	start()
	house.RadiusKM = 7
	start()
	start()
	all := c.acts(t)
	if len(all) != 2 || all[0].On.Label != "Seventh" || len(all[0].Changes) != 1 || all[0].Changes[0] != (acts.Change{Field: "radius_km", From: "5", To: "7"}) {
		t.Errorf("%+v", all)
	}
}

func TestAPlaceToWaitIsKeptWithItsReasons(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	now := time.Now().UTC().Truncate(time.Millisecond)
	why := []dispatch.Reason{{Key: dispatch.WhyMuch, N: 3, Of: 5}}
	err := c.SaveWaits(t.Context(), []string{"d1"}, []dispatch.Wait{{Driver: "d1", Restaurant: "r1", Since: now, At: now, Because: why}})
	if err != nil {
		t.Fatal(err)
	}
	w, said, err := c.WaitOf(t.Context(), "d1", now.Add(-time.Minute))
	if err != nil || !said || len(w.Because) != 1 || w.Because[0] != why[0] {
		t.Errorf("%+v %v %v", w, said, err)
	}
	c.sql(t, `UPDATE waits SET reasons = '[]'`) // by a core of an older version
	if w, _, err := c.WaitOf(t.Context(), "d1", now.Add(-time.Minute)); err != nil || len(w.Because) != 1 || w.Because[0].String() != why[0].String() {
		t.Errorf("%+v %v", w, err)
	}
}
