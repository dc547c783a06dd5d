package dispatch_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func TestWhoIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	ended := func(driver string, s dispatch.OfferState, ago time.Duration) dispatch.Offer {
		return dispatch.Offer{Driver: driver, State: s, Answered: noon.Add(-ago)}
	}
	more := func(f dispatch.Offer) dispatch.Offer { f.Stop = 1; return f }
	back := func(driver string, said bool, ago time.Duration) dispatch.Back {
		return dispatch.Back{Driver: driver, At: noon.Add(-ago), Said: said}
	}
	past := []dispatch.Offer{
		ended("said no", dispatch.Declined, 24*time.Hour), ended("said no", dispatch.Declined, time.Hour),
		more(ended("not that too", dispatch.Declined, time.Minute)), more(ended("not that too then", dispatch.Declined, 3*time.Minute)),
		ended("just silent", dispatch.Expired, 30*time.Second), ended("silent a minute ago", dispatch.Expired, 70*time.Second),
		ended("silent then", dispatch.Expired, 3*time.Minute),
		ended("had it", dispatch.Accepted, time.Second), ended("taken from", dispatch.Revoked, 0),
		{Driver: "asked", State: dispatch.Open},
	}
	returned := []dispatch.Back{
		back("gave it back", true, 30*time.Second), back("gave it back before", true, 2*time.Minute), back("gave it back then", true, 6*time.Minute),
		back("was gone", false, 30*time.Second), back("was gone then", false, 2*time.Minute),
	}
	want := []string{"gave it back", "gave it back before", "just silent", "not that too", "said no", "silent a minute ago", "was gone"}
	if diff := cmp.Diff(want, dispatch.NotToAsk(past, returned, noon, false)); diff != "" {
		t.Error(diff)
	}
	want = []string{"gave it back", "just silent", "not that too", "said no"}
	if diff := cmp.Diff(want, dispatch.NotToAsk(past, returned, noon, true)); diff != "" {
		t.Errorf("when nobody else can: %s", diff)
	}
}

func TestADriverRestsForLessWhenNobodyElseCan(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		other func(*dispatch.Driver)
		want  []string
	}{
		"there is another":           {func(*dispatch.Driver) {}, []string{"d1"}},
		"who has something to bring": {func(d *dispatch.Driver) { d.Bag = []order.ID{"o9"} }, []string{"d1"}},
		"who is asked something":     {func(d *dispatch.Driver) { d.Holding = "o9" }, []string{"d1"}},
		"who drives for another":     {func(d *dispatch.Driver) { d.Home = "r2" }, nil},
		"who drives for all":         {func(d *dispatch.Driver) { d.Home, d.Position = "", north(3) }, []string{"d1"}},
		"in another town":            {func(d *dispatch.Driver) { d.Home, d.Position = "", north(300) }, nil},
		"who has a break":            {func(d *dispatch.Driver) { d.Status = wire.OnBreak }, nil},
		"who is silent":              {func(d *dispatch.Driver) { d.SeenAt = noon.Add(-2 * time.Minute) }, nil},
		"who was never seen":         {func(d *dispatch.Driver) { d.SeenAt = time.Time{} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := onShelf("o1")
			o.Back = []dispatch.Back{{Driver: "d1", At: noon.Add(-2 * time.Minute), Said: true}}
			s := dispatch.Snapshot{Now: noon, Orders: []dispatch.Order{o}}
			for _, id := range []string{"d1", "d2"} {
				s.Drivers = append(s.Drivers, dispatch.Driver{ID: id, Home: o.Restaurant, Status: wire.Available, SeenAt: noon})
			}
			x.other(&s.Drivers[1])
			s.LetRest(nil)
			if !slices.Equal(s.Orders[0].Declined, x.want) {
				t.Errorf("not to ask: %q", s.Orders[0].Declined)
			}
		})
	}
}

func TestTheOnlyDriverSignsOffAndOnAndIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(1, 1), &lock{})
		pass(time.Second)
		if _, err := o.Accept(t.Context(), "d1", o.offer("d1")); err != nil {
			t.Fatal(err)
		}
		say := func(s wire.DriverState) {
			if err := o.SetStatus(t.Context(), "d1", s, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		say(wire.Offline)
		pass(2 * dispatch.Every)
		if o.rows.order("o1").Driver != "" {
			t.Fatal("who is off shift keeps the order")
		}
		say(wire.Available)
		pass(2 * dispatch.Every)
		if got := o.said(); count(got, "d1 o1") != 2 {
			t.Errorf("%q", got)
		}
	})
}

func TestWhatIsSaidTwiceIsCountedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(1, 2), &lock{})
		pass(time.Second)
		no := o.offer("d1")
		for range 3 {
			if _, err := o.Decline(t.Context(), "d1", no); err != nil {
				t.Fatal(err)
			}
		}
		pass(time.Second)
		yes := o.offer("d2")
		for range 2 {
			if _, err := o.Accept(t.Context(), "d2", yes); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := o.Decline(t.Context(), "d2", yes); err == nil {
			t.Error("what was accepted is declined")
		}
		if n := o.Stats().Offers; n[dispatch.Accepted] != 1 || n[dispatch.Declined] != 1 {
			t.Errorf("%v", n)
		}
	})
}
