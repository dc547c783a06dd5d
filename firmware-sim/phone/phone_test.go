package phone_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/phone"
	"awesome.pizza/shared/wire"
)

func TestADriverBringsAnOrderFromShelfToDoor(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
		offers <- offer("1")
		pass(30 * time.Minute)
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
		pass(10 * time.Minute)
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
		pass(5 * time.Minute)
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
		pass(15 * time.Minute)
		if got := p.View().State; got != phone.AtShelf {
			t.Errorf("is %s", got)
		}
		pass(time.Hour)
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
		pass(20 * time.Second) // accepted
		w.set(true)
		pass(40 * time.Minute)
		if v := p.View(); v.State != phone.Free || v.Queued != 3 {
			t.Fatalf("without network: %+v", v)
		}
		w.set(false)
		back := time.Now()
		pass(time.Minute)
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
		pass(20 * time.Second)
		w.set(true)
		pass(4 * time.Minute)
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
				pass(30 * time.Minute)
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
		pass(time.Minute)
		offers <- offer("2")
		pass(30 * time.Minute)
		offers <- first
		pass(time.Minute)
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

func TestEndOfShiftIsToldBeforeThePhoneIsSwitchedOff(t *testing.T) {
	t.Parallel()
	var w *world
	shift(t, driver(phone.Habits{}), func(_ *testing.T, _ *phone.Phone, its *world, _ chan<- wire.Offer) {
		w = its
		pass(time.Minute)
	})
	if got := w.told[len(w.told)-1]; got.Kind != phone.Status || got.State != wire.EndOfShift {
		t.Errorf("last told %+v", got)
	}
}

func TestACloudThatIsAwayIsNotHammered(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{}), func(t *testing.T, _ *phone.Phone, w *world, _ chan<- wire.Offer) {
		w.set(true)
		pass(10 * time.Minute)
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
			pass(time.Second)
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
