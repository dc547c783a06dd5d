package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// hire registers a driver of r1 who is available at its door.
func (c *chain) hire(t testing.TB, did string) dispatch.Driver {
	t.Helper()
	d, _, err := c.RegisterDriver(t.Context(), dispatch.Driver{ID: did, Name: "Grace " + did, Home: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	c.says(t, did, wire.Available)
	at := dispatch.Position{Driver: did, Lat: 40.74, Lon: -73.99, At: time.Now(), Heard: time.Now()}
	if err := c.SavePositions(t.Context(), []dispatch.Position{at}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (c *chain) says(t testing.TB, did string, s wire.DriverState) {
	t.Helper()
	if _, err := c.SetStatus(t.Context(), did, s, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// shelve has r1 take orders and put them on their shelves.
func (c *chain) shelve(t testing.TB, n *node, ids ...order.ID) {
	t.Helper()
	from := uint64(len(n.events) + 1)
	for _, oid := range ids {
		n.steps(t, oid, order.Queue)
		n.steps(t, oid, order.Start, "1", "2")
		n.steps(t, oid, order.Make, "1")
		n.steps(t, oid, order.Bake, "1")
		n.steps(t, oid, order.Unload, "1")
		n.steps(t, oid, order.Finish, "1", "2")
	}
	for ; from <= uint64(len(n.events)); from += 60 {
		c.apply(t, "apply", n.batch(from, min(from+59, uint64(len(n.events)))))
	}
}

func TestOnlyTheSecretThatWasShownOnceOpens(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	until := time.Now().Add(8 * time.Hour).UTC().Truncate(time.Millisecond)
	made, secret, err := c.RegisterDriver(t.Context(), dispatch.Driver{
		Name: "Grace", Phone: "+12025550123", Vehicle: dispatch.Scooter, Home: "r1", ShiftEnd: until,
	})
	if err != nil || !made.ShiftEnd.Equal(until) || len(secret) < 20 || !wire.SafeID(made.ID) || made.Status != wire.Offline || !made.SeenAt.IsZero() {
		t.Fatalf("%+v, %q, %v", made, secret, err)
	}
	got, err := c.DriverBySecret(t.Context(), made.ID, secret)
	if diff := cmp.Diff(made, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	newSecret, err := c.RenewSecret(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, try := range [][2]string{{made.ID, secret}, {made.ID, ""}, {made.ID, newSecret + "x"}, {"nobody", newSecret}, {"\x00", ""}} {
		if _, err := c.DriverBySecret(t.Context(), try[0], try[1]); !problem.Is(err, problem.Refused) {
			t.Errorf("%q: %v", try, err)
		}
	}
	if _, err := c.DriverBySecret(t.Context(), made.ID, newSecret); err != nil {
		t.Errorf("the new secret: %v", err)
	}
	if kept := c.sql(t, `SELECT count(*) FROM drivers d WHERE d::text LIKE '%' || $1 || '%'`, newSecret); kept != int64(0) {
		t.Error("the secret itself is in the database")
	}
}

func TestWhoCannotBeTakenOn(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.hire(t, "d1")
	for want, d := range map[problem.Kind]dispatch.Driver{problem.Conflict: {ID: "d1", Name: "Another"}, problem.Invalid: {Name: "Grace", Home: "r9"}} {
		if _, _, err := c.RegisterDriver(t.Context(), d); !problem.Is(err, want) {
			t.Errorf("%+v: %v", d, err)
		}
	}
	for _, err := range []error{
		second(c.Driver(t.Context(), "nobody")), second(c.SetStatus(t.Context(), "nobody", wire.Available, time.Now())),
		second(c.RenewSecret(t.Context(), "nobody")), second(c.DriverHash(t.Context(), "nobody")),
	} {
		if !problem.Is(err, problem.NotFound) {
			t.Errorf("of nobody: %v", err)
		}
	}
}

func TestTheLastWordOfADriverCounts(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.hire(t, "d1")
	now := time.Now().Add(time.Minute).UTC().Truncate(time.Millisecond)
	for _, say := range []struct {
		status  wire.DriverState
		at      time.Time
		changed bool
	}{{wire.OnBreak, now, true}, {wire.Offline, now.Add(-time.Second), false}, {wire.OnBreak, now, true}, {wire.Available, now.Add(time.Second), true}} {
		if changed, err := c.SetStatus(t.Context(), "d1", say.status, say.at); err != nil || changed != say.changed {
			t.Errorf("%+v: %v, %v", say, changed, err)
		}
	}
	if d, err := c.Driver(t.Context(), "d1"); err != nil || d.Status != wire.Available || !d.StatusAt.Equal(now.Add(time.Second)) {
		t.Errorf("%+v, %v", d, err)
	}
	c.hire(t, "d2")
	if all, err := c.Drivers(t.Context(), "r1"); err != nil || len(all) != 2 || all[0].ID != "d1" {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := c.Drivers(t.Context(), "r2"); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestABagHoldsWhatIsNotDelivered(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.hire(t, "d1")
	n := &node{edge: "r1"}
	r := c.place(t, order.ByDelivery)
	c.shelve(t, n, r.Order.ID)
	if _, err := c.service.Assign(t.Context(), r.Order.ID, 0, ordering.Driver{ID: "d1", Name: "Grace"}, nil, ordering.ByStaff); err != nil {
		t.Fatal(err)
	}
	bag, err := c.Bag(t.Context(), "d1")
	if err != nil || len(bag) != 1 || bag[0].Delivery != order.Assigned || bag[0].Kitchen != order.Ready || bag[0].Pickup.Lat != 40.74 || bag[0].Drop.Lat != 40.7431 {
		t.Fatalf("%+v, %v", bag, err)
	}
	if d, err := c.Driver(t.Context(), "d1"); err != nil || len(d.Bag) != 1 || d.Bag[0] != r.Order.ID {
		t.Errorf("%+v, %v", d, err)
	}
	if err := c.GiveBack(t.Context(), r.Order.ID, "d2", "dispatch", ""); err != nil || c.order(t, r.Order.ID).Driver == nil {
		t.Errorf("another gave it back: %v", err)
	}
	for range 2 {
		if err := c.GiveBack(t.Context(), r.Order.ID, "d1", "dispatch", ""); err != nil {
			t.Fatal(err)
		}
	}
	if after := c.order(t, r.Order.ID); after.Driver != nil || after.Progress.Delivery != order.Unassigned {
		t.Errorf("%+v", after)
	}
	if bag, err := c.Bag(t.Context(), "d1"); err != nil || len(bag) != 0 {
		t.Errorf("%+v, %v", bag, err)
	}
}

// TestZonesAreSharedAndTakenOver: three processes have their shares; one dies, and the others hold all of it.
func TestZonesAreSharedAndTakenOver(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	zones := []string{"z1", "z2", "z3", "z4", "z5", "z6", "z7"}
	locks := []*store.Lock{c.DispatchLock(), openChain(t, c.url).DispatchLock(), openChain(t, c.url).DispatchLock()}
	for _, l := range locks {
		t.Cleanup(l.Unlock)
	}
	if held := locks[0].Hold(t.Context(), zones); !slices.Equal(held, zones) {
		t.Fatalf("alone with them it holds %v", held)
	}
	shared := func(locks []*store.Lock, most int) func() bool {
		return func() bool {
			var all []string
			fair := true
			for _, l := range locks {
				held := l.Hold(t.Context(), zones)
				all = append(all, held...)
				fair = fair && len(held) <= most
			}
			slices.Sort(all)
			return fair && slices.Equal(all, zones)
		}
	}
	within(t, "everybody to have a share", shared(locks, 3))
	c.sql(t, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid <> 0
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1`)
	within(t, "one whose connection died to come back", shared(locks, 3))
	locks[1].Unlock()
	within(t, "the others to take over", shared([]*store.Lock{locks[0], locks[2]}, 4))
	if held := locks[0].Hold(t.Context(), zones[:1]); len(held) > 1 {
		t.Errorf("zones that are no more are held: %v", held)
	}
}

var _ dispatch.Store = (*store.Dispatch)(nil)

func TestWhatIsKnownOfADriverCanBeSaidAnew(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.hire(t, "d1")
	end := time.Now().Add(3 * time.Hour).UTC().Truncate(time.Millisecond)
	d, err := c.ChangeDriver(t.Context(), "d1", func(d *dispatch.Driver) { d.Vehicle, d.SpeedKMH, d.ShiftEnd, d.Home = dispatch.Bicycle, 17, end, "" })
	if err != nil || d.Vehicle != dispatch.Bicycle || d.SpeedKMH != 17 || !d.ShiftEnd.Equal(end) || d.Home != "" || d.Name != "Grace d1" || d.Status != wire.Available {
		t.Fatalf("%+v, %v", d, err)
	}
	s, err := c.ForDispatch().DispatchSnapshot(t.Context(), time.Now(), all)
	if err != nil || len(s.Drivers) != 1 || !s.Drivers[0].ShiftEnd.Equal(end) || s.Drivers[0].SpeedKMH != 17 {
		t.Errorf("the plan has %+v, %v", s.Drivers, err)
	}
	for want, change := range map[string]func(*dispatch.Driver){
		"name": func(d *dispatch.Driver) { d.Name = " " }, "home": func(d *dispatch.Driver) { d.Home = "r9" }, "speed_kmh": func(d *dispatch.Driver) { d.SpeedKMH = 201 },
	} {
		if _, err := c.ChangeDriver(t.Context(), "d1", change); problem.Of(err) == nil || problem.Of(err).Facts["path"] != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := c.ChangeDriver(t.Context(), "nobody", func(*dispatch.Driver) {}); !problem.Is(err, problem.NotFound) {
		t.Errorf("%v", err)
	}
	if now, err := c.Driver(t.Context(), "d1"); err != nil || !cmp.Equal(now, d) {
		t.Errorf("what was refused has changed something: %s, %v", cmp.Diff(d, now), err)
	}
}

// TestTheEndOfYesterdaysShiftIsNotTodays: else nobody would be asked for anything who once had one.
func TestTheEndOfYesterdaysShiftIsNotTodays(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.hire(t, "d1")
	end := time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond)
	for _, step := range []struct {
		say  wire.DriverState
		end  time.Time
		want time.Time
	}{
		{wire.OnBreak, end, end},
		{wire.Available, end, end}, // overtime: nothing new is planned
		{wire.EndOfShift, end, end},
		{wire.Available, end, time.Time{}},
		{wire.Offline, end.Add(3 * time.Hour), end.Add(3 * time.Hour)},
		{wire.Available, end.Add(3 * time.Hour), end.Add(3 * time.Hour)}, // lunch
	} {
		if _, err := c.ChangeDriver(t.Context(), "d1", func(d *dispatch.Driver) { d.ShiftEnd = step.end }); err != nil {
			t.Fatal(err)
		}
		c.says(t, "d1", step.say)
		if d, err := c.Driver(t.Context(), "d1"); err != nil || !d.ShiftEnd.Equal(step.want) {
			t.Errorf("%s: the shift ends at %v, not %v, %v", step.say, d.ShiftEnd, step.want, err)
		}
	}
}

func TestWhoIsRegisteredAgainIsTheSameDriverWhateverHasChangedSince(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	asked := dispatch.Driver{ID: "d1", Name: "Grace", Home: "r1", ShiftEnd: time.Now().Add(time.Hour).Truncate(time.Millisecond)}
	if _, _, err := c.RegisterAgain(t.Context(), asked); !problem.Is(err, problem.NotFound) {
		t.Fatalf("%v", err)
	}
	_, first, err := c.RegisterDriver(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ChangeDriver(t.Context(), "d1", func(d *dispatch.Driver) { d.Name, d.ShiftEnd = "Grace Hopper", time.Time{} }); err != nil {
		t.Fatal(err)
	}
	d, second, err := c.RegisterAgain(t.Context(), asked)
	if err != nil || d.Name != "Grace Hopper" || first == second {
		t.Errorf("%+v, %v", d, err)
	}
	asked.Name = "Grace Hopper"
	if _, _, err := c.RegisterAgain(t.Context(), asked); problem.Of(err) == nil || problem.Of(err).Code != "idempotency_mismatch" {
		t.Errorf("%v", err)
	}
	asked.Name = "Grace"
	c.sql(t, `UPDATE drivers SET hired_as = NULL, name = 'Grace', shift_end = $1`, asked.ShiftEnd)
	if _, _, err := c.RegisterAgain(t.Context(), asked); err != nil {
		t.Errorf("one who was registered before such was kept: %v", err)
	}
}
