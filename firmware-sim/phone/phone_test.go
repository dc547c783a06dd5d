package phone_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/phone"
	"awesome.pizza/shared/wire"
)

// world is a cloud that answers as it is told to, and remembers.
type world struct {
	mu     sync.Mutex
	answer func(phone.Action) phone.Outcome // Done when nil
	away   bool
	told   []phone.Action // with outcome Done
	tried  int
	fixes  []wire.DriverLocation
}

func (w *world) Tell(_ context.Context, a phone.Action) phone.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tried++
	if w.away {
		return phone.Away
	}
	if w.answer != nil {
		if o := w.answer(a); o != phone.Done {
			return o
		}
	}
	w.told = append(w.told, a)
	return phone.Done
}

func (w *world) Locate(_ context.Context, l wire.DriverLocation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.away {
		w.fixes = append(w.fixes, l)
	}
}

func (w *world) set(away bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.away = away
}

func (w *world) kinds() (kinds []phone.Kind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.told {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func driver(h phone.Habits) *phone.Driver {
	if h.Speed == 0 {
		h.Speed = 8
	}
	return &phone.Driver{Home: restaurant, Habits: h, Pace: 1, Dice: dice.New(1, "driver-1")}
}

func offer(id string) wire.Offer {
	now := time.Now()
	return wire.Offer{
		ID: id, At: wire.At(now), Order: "order-" + id, ReadyAt: new(wire.At(now.Add(5 * time.Minute))), ExpiresAt: wire.At(now.Add(time.Minute)),
		Restaurant: &wire.Place{Position: phone.Shift(restaurant, 300, 100), Name: "r1"},
		Drop:       &wire.Place{Position: phone.Shift(restaurant, -800, 1200), Name: "Ada"},
	}
}

// shift runs a phone in a bubble; the test sends offers and moves the time.
func shift(t *testing.T, d *phone.Driver, test func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, offers := new(world), make(chan wire.Offer)
		p := &phone.Phone{Driver: d, Network: w, Offers: offers}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		test(t, p, w, offers)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

var delivered = []phone.Kind{phone.Status, phone.Accept, phone.PickUp, phone.Depart, phone.Deliver}

func TestADriverBringsAnOrderFromShelfToDoor(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
		offers <- offer("1")
		time.Sleep(30 * time.Minute)
		if got := w.kinds(); !slices.Equal(got, delivered) {
			t.Fatalf("told %v", got)
		}
		for i, a := range w.told[1:] {
			if a.Order != "order-1" || a.At.Before(w.told[i].At) {
				t.Errorf("%d: %+v", i, a)
			}
		}
		if v := p.View(); v.State != phone.Free || v.Order != "" || phone.Distance(v.Position, restaurant) > 1 {
			t.Errorf("half an hour later: %+v", v)
		}
		if ride := w.told[4].At.Sub(w.told[3].At); ride < 5*time.Minute || ride > 10*time.Minute {
			t.Errorf("2.4 km of streets took %v", ride)
		}
	})
}

func TestThePhoneSaysWhereItIsOnceASecondAndNeverJumps(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, _ *phone.Phone, w *world, offers chan<- wire.Offer) {
		offers <- offer("1")
		time.Sleep(10 * time.Minute)
		w.mu.Lock()
		defer w.mu.Unlock()
		if n := len(w.fixes); n < 598 || n > 602 {
			t.Errorf("%d positions in ten minutes", n)
		}
		for i, l := range w.fixes {
			if err := l.Validate(time.Now()); err != nil {
				t.Fatalf("%+v: %v", l, err)
			}
			if i > 0 && phone.Distance(w.fixes[i-1].Position, l.Position) > 8*1.1+40 {
				t.Fatalf("jumped %v m", phone.Distance(w.fixes[i-1].Position, l.Position))
			}
		}
	})
}

func TestHoweverFastLifeGoesACarStaysBelievable(t *testing.T) {
	t.Parallel()
	d := driver(phone.Habits{Accepts: 1})
	d.Pace = 60
	shift(t, d, func(t *testing.T, _ *phone.Phone, w *world, offers chan<- wire.Offer) {
		offers <- offer("1")
		time.Sleep(5 * time.Minute)
		if got := w.kinds(); !slices.Equal(got, delivered) {
			t.Fatalf("told %v", got)
		}
		for i, l := range w.fixes[1:] {
			if v := phone.Distance(w.fixes[i].Position, l.Position); v > 45+40 || *l.Speed > 45 {
				t.Fatalf("%v m in a second, and says %v m/s", v, *l.Speed)
			}
		}
	})
}

func TestADriverWaitsAtTheShelfUntilTheKitchenIsReady(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
		ready := time.Now().Add(20 * time.Minute)
		w.answer = func(a phone.Action) phone.Outcome {
			if a.Kind == phone.PickUp && time.Now().Before(ready) {
				return phone.Wait
			}
			return phone.Done
		}
		offers <- offer("1")
		time.Sleep(15 * time.Minute)
		if got := p.View().State; got != phone.AtShelf {
			t.Errorf("is %s", got)
		}
		time.Sleep(time.Hour)
		if got := w.kinds(); !slices.Equal(got, delivered) {
			t.Fatalf("told %v", got)
		}
		if at := w.told[2].At; at.Before(ready.Add(-5*time.Second)) || at.After(ready.Add(5*time.Second)) {
			t.Errorf("picked up at %v, ready was %v", at, ready)
		}
	})
}

func TestADeadZoneDelaysWordsButNotTheDriverAndKeepsTrueTimes(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
		offers <- offer("1")
		time.Sleep(20 * time.Second) // accepted
		w.set(true)
		time.Sleep(40 * time.Minute)
		if v := p.View(); v.State != phone.Free || v.Queued != 3 {
			t.Fatalf("without network: %+v", v)
		}
		w.set(false)
		back := time.Now()
		time.Sleep(time.Minute)
		if got := w.kinds(); !slices.Equal(got, delivered) {
			t.Fatalf("told %v", got)
		}
		for i, a := range w.told[2:] {
			if back.Sub(a.At) < 10*time.Minute || !a.At.After(w.told[i+1].At) {
				t.Errorf("%s says %v, told at %v", a.Kind, a.At, back)
			}
		}
	})
}

func TestNobodyTakesAPizzaOnTrustBeforeItsForecast(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
		offers <- offer("1") // ready in five minutes
		time.Sleep(20 * time.Second)
		w.set(true)
		time.Sleep(4 * time.Minute)
		if got := p.View().State; got != phone.AtShelf {
			t.Errorf("is %s", got)
		}
	})
}

func TestOffersAreAcceptedDeclinedAndIgnored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		habits phone.Habits
		want   []phone.Kind
	}{
		"declined": {phone.Habits{}, []phone.Kind{phone.Status, phone.Decline}},
		"ignored":  {phone.Habits{Ignores: 1}, []phone.Kind{phone.Status}},
		"gives up": {phone.Habits{Accepts: 1, GivesUp: 1}, []phone.Kind{phone.Status, phone.Accept, phone.PickUp, phone.Depart, phone.GiveUp}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shift(t, driver(c.habits), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
				offers <- offer("1")
				time.Sleep(30 * time.Minute)
				if got := w.kinds(); !slices.Equal(got, c.want) || p.View().State != phone.Free {
					t.Errorf("told %v, is %s", got, p.View().State)
				}
			})
		})
	}
}

func TestAnOfferHeardTwiceIsOneAndABusyDriverDeclines(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, _ *phone.Phone, w *world, offers chan<- wire.Offer) {
		first := offer("1")
		for range 3 {
			offers <- first
		}
		time.Sleep(time.Minute)
		offers <- offer("2")
		time.Sleep(30 * time.Minute)
		offers <- first
		time.Sleep(time.Minute)
		counts := map[string]int{}
		for _, a := range w.told[1:] {
			counts[fmt.Sprint(a.Kind, a.Offer)]++
		}
		for what, n := range counts {
			if n != 1 {
				t.Errorf("%s told %d times", what, n)
			}
		}
		if counts["accept1"] != 1 || counts["decline2"] != 1 || counts["deliver1"] != 1 || len(counts) != 5 {
			t.Errorf("told %v", counts)
		}
	})
}

func TestOrdersOfOneTripAreFetchedTogetherAndBroughtOneAfterTheOther(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
		for stop, id := range []string{"1", "2", "3"} {
			o := offer(id)
			o.Trip, o.Stop = "trip", stop
			if stop == 2 {
				time.Sleep(20 * time.Second) // one more, on the way there
			}
			offers <- o
		}
		other := offer("4")
		other.Trip = "another"
		offers <- other
		time.Sleep(20 * time.Second)
		offers <- wire.Offer{ID: "2", At: wire.At(time.Now()), Order: "order-2", Revoked: true, ExpiresAt: wire.At(time.Now())}
		time.Sleep(time.Hour)
		var told []string
		for _, a := range w.told[1:] {
			told = append(told, string(a.Kind)+" "+a.Offer)
		}
		want := []string{
			"accept 1", "accept 2", "accept 3", "decline 4", "pick_up 1", "pick_up 3", "depart 1", "depart 3", "deliver 1", "deliver 3",
		}
		if slices.Sort(told[:4]); !slices.Equal(told, want) {
			t.Errorf("told %q", told)
		}
		if v := p.View(); v.State != phone.Free || v.Queued != 0 {
			t.Errorf("%+v", v)
		}
	})
}

// TestATripOfTwoRestaurantsIsFetchedAtBoth: nothing is said to be fetched where it is not, and a counter that has nothing any more is left.
func TestATripOfTwoRestaurantsIsFetchedAtBoth(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]bool{"both are there": false, "the first is called off": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
				for stop, id := range []string{"1", "2"} {
					o := offer(id)
					o.Trip, o.Stop = "trip", stop
					if stop == 1 {
						next := *o.Restaurant
						next.Latitude += 0.01
						o.Restaurant = &next
					}
					offers <- o
				}
				time.Sleep(20 * time.Second)
				want := []string{"accept 1", "accept 2", "pick_up 1", "pick_up 2", "depart 1", "depart 2", "deliver 1", "deliver 2"}
				if lost {
					offers <- wire.Offer{ID: "1", At: wire.At(time.Now()), Order: "order-1", Revoked: true, ExpiresAt: wire.At(time.Now())}
					want = []string{"accept 1", "accept 2", "pick_up 2", "depart 2", "deliver 2"}
				}
				time.Sleep(time.Hour)
				var told []string
				at := map[string]time.Time{}
				for _, a := range w.told[1:] {
					told = append(told, string(a.Kind)+" "+a.Offer)
					at[told[len(told)-1]] = a.At
				}
				if !slices.Equal(told, want) || p.View().State != phone.Free {
					t.Errorf("told %q, is %s", told, p.View().State)
				}
				if between := at["pick_up 2"].Sub(at["pick_up 1"]); !lost && between < 30*time.Second {
					t.Errorf("a kilometre in %v", between)
				}
			})
		})
	}
}

func TestAnOrderThatIsLostSendsTheDriverHome(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(w *world, offers chan<- wire.Offer){
		"revoked": func(_ *world, offers chan<- wire.Offer) {
			offers <- wire.Offer{ID: "1", At: wire.At(time.Now()), Order: "order-1", Revoked: true, ExpiresAt: wire.At(time.Now())}
		},
		"cancelled": func(w *world, _ chan<- wire.Offer) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.answer = func(a phone.Action) phone.Outcome {
				if a.Kind == phone.PickUp {
					return phone.Hopeless
				}
				return phone.Done
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
				offers <- offer("1")
				time.Sleep(20 * time.Second)
				lose(w, offers)
				time.Sleep(30 * time.Minute)
				if got := w.kinds(); !slices.Equal(got, []phone.Kind{phone.Status, phone.Accept}) {
					t.Errorf("told %v", got)
				}
				if v := p.View(); v.State != phone.Free || v.Queued != 0 || phone.Distance(v.Position, restaurant) > 1 {
					t.Errorf("%+v", v)
				}
			})
		})
	}
}

func TestEndOfShiftIsToldBeforeThePhoneIsSwitchedOff(t *testing.T) {
	t.Parallel()
	var w *world
	shift(t, driver(phone.Habits{}), func(_ *testing.T, _ *phone.Phone, its *world, _ chan<- wire.Offer) {
		w = its
		time.Sleep(time.Minute)
	})
	if got := w.told[len(w.told)-1]; got.Kind != phone.Status || got.State != wire.EndOfShift {
		t.Errorf("last told %+v", got)
	}
}

func TestACloudThatIsAwayIsNotHammered(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{}), func(t *testing.T, _ *phone.Phone, w *world, _ chan<- wire.Offer) {
		w.set(true)
		time.Sleep(10 * time.Minute)
		if w.tried > 60 {
			t.Errorf("tried %d times in ten minutes", w.tried)
		}
	})
}

func TestDeadZonesLieOnTheWay(t *testing.T) {
	t.Parallel()
	dead := 0
	shift(t, driver(phone.Habits{Accepts: 1, DeadZones: 1}), func(t *testing.T, p *phone.Phone, _ *world, offers chan<- wire.Offer) {
		offers <- offer("1")
		for range 900 {
			time.Sleep(time.Second)
			if !p.HasNetwork() {
				dead++
			}
		}
	})
	if dead < 10 || dead > 500 {
		t.Errorf("%d of 900 seconds without network", dead)
	}
}

func TestOneSeedIsOneDriver(t *testing.T) {
	t.Parallel()
	ride := func(seed uint64) (places []wire.Position) {
		d := driver(phone.Habits{Accepts: 0.7, Ignores: 0.1})
		d.Dice = dice.New(seed, "driver-1")
		now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
		d.Begin(now)
		for second := range 1800 {
			now = now.Add(time.Second)
			if second%600 == 10 {
				o := offer(fmt.Sprint(second))
				o.ExpiresAt, o.ReadyAt = wire.At(now.Add(time.Minute)), new(wire.At(now))
				d.Hear(o, now)
			}
			d.Advance(now)
			for a, ok := d.Next(); ok; a, ok = d.Next() {
				d.Told(a, phone.Done, now)
			}
			places = append(places, d.Location(now).Position)
		}
		return places
	}
	if !slices.Equal(ride(5), ride(5)) {
		t.Error("one seed, two rides")
	}
	if slices.Equal(ride(5), ride(6)) {
		t.Error("two seeds, one ride")
	}
}
