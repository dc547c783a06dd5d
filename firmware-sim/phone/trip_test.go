package phone_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/phone"
	"awesome.pizza/shared/wire"
)

// said is what an act says: of which doors, together or one by one.
func said(a phone.Action) string {
	offers := []string{a.Offer}
	for _, d := range a.Doors[min(1, len(a.Doors)):] {
		offers = append(offers, d.Offer)
	}
	return string(a.Kind) + " " + strings.Join(offers, "+")
}

func TestOrdersOfOneTripAreFetchedTogetherAndBroughtOneAfterTheOther(t *testing.T) {
	t.Parallel()
	shift(t, driver(phone.Habits{Accepts: 1}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
		for stop, id := range []string{"1", "2", "3"} {
			o := offer(id)
			o.Trip, o.Stop = "trip", stop
			if stop == 2 {
				pass(20 * time.Second) // one more, on the way there
			}
			offers <- o
		}
		other := offer("4")
		other.Trip = "another"
		offers <- other
		pass(20 * time.Second)
		offers <- wire.Offer{ID: "2", At: wire.At(time.Now()), Order: "order-2", Revoked: true, ExpiresAt: wire.At(time.Now())}
		pass(time.Hour)
		var told []string
		for _, a := range w.told[1:] {
			told = append(told, said(a))
		}
		want := []string{
			"accept 1+2", "accept 3", "decline 4", "pick_up 1", "pick_up 3", "depart 1", "depart 3", "deliver 1", "deliver 3",
		}
		if slices.Sort(told[:3]); !slices.Equal(told, want) {
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
				pass(20 * time.Second)
				want := []string{"accept 1+2", "pick_up 1", "pick_up 2", "depart 1", "depart 2", "deliver 1", "deliver 2"}
				if lost {
					offers <- wire.Offer{ID: "1", At: wire.At(time.Now()), Order: "order-1", Revoked: true, ExpiresAt: wire.At(time.Now())}
					want = []string{"accept 1+2", "pick_up 2", "depart 2", "deliver 2"}
				}
				pass(time.Hour)
				var told []string
				at := map[string]time.Time{}
				for _, a := range w.told[1:] {
					told = append(told, said(a))
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
				pass(20 * time.Second)
				lose(w, offers)
				pass(30 * time.Minute)
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

// TestATripThatIsNotAllToBeHadIsTakenDoorByDoor: also when the answer got lost, and when a door is called off before the phone has network again.
func TestATripThatIsNotAllToBeHadIsTakenDoorByDoor(t *testing.T) {
	t.Parallel()
	rest := []string{"pick_up 1", "pick_up 3", "depart 1", "depart 3", "deliver 1", "deliver 3"}
	for name, c := range map[string]struct {
		answer  func(a phone.Action) phone.Outcome
		away    bool
		accepts []string
		accept  float64
	}{
		"one went to another driver": {answer: func(a phone.Action) phone.Outcome {
			switch {
			case a.Trip != "":
				return phone.Changed
			case a.Offer == "2":
				return phone.Hopeless
			}
			return phone.Done
		}, accepts: []string{"accept 1", "accept 3"}, accept: 1},
		"one is called off before it could be said": {away: true, accepts: []string{"accept 1+3"}, accept: 1},
		"nothing of it is to be had": {answer: func(a phone.Action) phone.Outcome {
			if a.Kind == phone.Accept {
				return phone.Hopeless
			}
			return phone.Done
		}, accept: 1},
		"it is turned down": {accepts: []string{"decline 1+2+3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shift(t, driver(phone.Habits{Accepts: c.accept}), func(t *testing.T, p *phone.Phone, w *world, offers chan<- wire.Offer) {
				w.mu.Lock()
				w.answer = c.answer
				w.mu.Unlock()
				pass(time.Second) // on shift
				w.set(c.away)
				for stop, id := range []string{"1", "2", "3"} {
					o := offer(id)
					o.Trip, o.Stop = "trip", stop
					offers <- o
				}
				pass(time.Minute)
				if c.away {
					offers <- wire.Offer{ID: "2", At: wire.At(time.Now()), Order: "order-2", Revoked: true, ExpiresAt: wire.At(time.Now())}
					w.set(false)
				}
				pass(time.Hour)
				want := c.accepts
				if len(want) > 0 && c.accept > 0 {
					want = append(slices.Clone(want), rest...)
				}
				w.mu.Lock()
				defer w.mu.Unlock()
				var told []string
				for _, a := range w.told[1:] {
					told = append(told, said(a))
				}
				if v := p.View(); !slices.Equal(told, want) || v.State != phone.Free || v.Queued != 0 {
					t.Errorf("told %q, want %q; %+v", told, want, v)
				}
			})
		})
	}
}
