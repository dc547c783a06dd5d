package dispatch_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// office is a dispatcher at work inside a synctest bubble.
type office struct {
	*dispatch.Dispatcher
	rows *rows
	ears
	log  lines
	stop func()
}

type lines struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.String()
}

// open starts a dispatcher on rows whose times are of the bubble.
func open(t *testing.T, r *rows, l *lock) *office {
	t.Helper()
	return openWith(t, r, l, func(*dispatch.Dispatcher) {})
}

func openWith(t *testing.T, r *rows, l *lock, change func(*dispatch.Dispatcher)) *office {
	t.Helper()
	o := &office{rows: r}
	o.Dispatcher = dispatch.New(r, &o.ears, &key{lock: l}, clock.System{}, slog.New(slog.NewTextHandler(&o.log, nil)))
	change(o.Dispatcher)
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := o.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	o.stop = sync.OnceFunc(func() { cancel(); wait.Wait() })
	t.Cleanup(o.stop)
	return o
}

// shop has pizzas on the shelf and drivers 1, 2 … km away who are seen all the time.
func shop(orders, drivers int) *rows {
	r := &rows{}
	for i := range orders {
		o := onShelf("o" + string(rune('1'+i)))
		r.orders = append(r.orders, o)
	}
	for i := range drivers {
		d := driver("d"+string(rune('1'+i)), float64(i+1))
		d.StatusAt, d.SeenAt = time.Now(), time.Now().Add(24*time.Hour)
		r.drivers = append(r.drivers, d)
	}
	return r
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestAnOfferGoesToTheNextWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(1, 2), &lock{})
		pass(time.Second)
		if got := o.said(); !slices.Equal(got, []string{"d1 o1"}) {
			t.Fatalf("%q", got)
		}
		pass(dispatch.OfferTTL + 5*time.Second)
		got := o.said()
		if !slices.Contains(got, "d1 -o1") || got[len(got)-1] != "d2 o1" {
			t.Errorf("%q", got)
		}
		if n := count(got, "d1 o1"); n < 4 || n > 6 {
			t.Errorf("an offer nobody answered was sent %d times in its life", n)
		}
		pass(3 * time.Minute)
		if got := o.said(); count(got, "d1 -o1") < 2 {
			t.Errorf("who was silent is never asked again: %q", got)
		}
	})
}

func count(all []string, what string) (n int) {
	for _, s := range all {
		if s == what {
			n++
		}
	}
	return n
}

func TestADriverWhoDeclinedIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(1, 1), &lock{})
		pass(time.Second)
		if _, err := o.Decline(t.Context(), "d1", o.offer("d1")); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		if got := o.said(); !slices.Equal(got, []string{"d1 o1"}) {
			t.Errorf("%q", got)
		}
		if log := o.log.text(); strings.Count(log, "nobody can bring") != 1 {
			t.Errorf("an order without a driver is complained about once, not like this: %s", log)
		}
	})
}

func TestAcceptingTakesTheOrderAndStopsTheAsking(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(1, 1), &lock{})
		pass(time.Second)
		offer := o.offer("d1")
		for range 2 { // phones repeat themselves
			if f, err := o.Accept(t.Context(), "d1", offer); err != nil || f.State != dispatch.Accepted {
				t.Fatalf("%+v, %v", f, err)
			}
		}
		if _, err := o.Accept(t.Context(), "d2", offer); !problem.Is(err, problem.NotFound) {
			t.Errorf("another's offer: %v", err)
		}
		o.rows.do(func() {
			o.rows.order("o1").Delivery, o.rows.order("o1").Kitchen = order.PickedUp, order.HandedOver
			o.rows.orders = append(o.rows.orders, onShelf("o2"))
		})
		pass(time.Hour)
		if got := o.said(); !slices.Equal(got, []string{"d1 o1"}) {
			t.Errorf("%q", got)
		}
		o.rows.do(func() { o.rows.order("o1").Delivery = order.Delivered })
		pass(dispatch.Every)
		if got := o.said(); got[len(got)-1] != "d1 o2" {
			t.Errorf("with an empty bag: %q", got)
		}
	})
}

func TestOrdersForOneWayAreOneTrip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(2, 1), &lock{})
		pass(time.Second)
		var trip string
		o.rows.do(func() {
			if len(o.rows.offers) != 2 || o.rows.offers[0].Trip != o.rows.offers[1].Trip || o.rows.offers[0].Stop == o.rows.offers[1].Stop {
				t.Fatalf("%+v", o.rows.offers)
			}
			trip = o.rows.offers[0].Trip
		})
		for _, f := range o.rows.offers {
			if _, err := o.Accept(t.Context(), "d1", f.ID); err != nil {
				t.Fatal(err)
			}
		}
		o.rows.do(func() { o.rows.orders = append(o.rows.orders, onShelf("o3")) })
		pass(dispatch.Every)
		o.rows.do(func() { // while nothing is picked up, one more for the same way comes along
			if f := o.rows.offers[len(o.rows.offers)-1]; f.Order != "o3" || f.Trip != trip || f.Stop != 2 {
				t.Errorf("%+v", f)
			}
		})
		if wrong := o.rows.wrong(); wrong != "" {
			t.Error(wrong)
		}
	})
}

func TestWhoIsBetterPlacedTakesOverWhatIsNotFetched(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		km   float64
		hand bool
		want string
	}{
		"much better": {12, false, "d2"}, "a little better": {3, false, "d1"}, "a person said so": {12, true, "d1"}, "is there already": {0.1, false, "d1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := shop(1, 2)
				r.orders[0].Driver, r.orders[0].Delivery, r.orders[0].ByHand = "d1", order.Assigned, c.hand
				r.drivers[0].Position, r.drivers[1].Position = north(c.km), north(0.05)
				o := open(t, r, &lock{})
				pass(dispatch.Every)
				if offer := o.offer("d2"); offer != "" {
					if _, err := o.Accept(t.Context(), "d2", offer); err != nil {
						t.Fatal(err)
					}
				}
				pass(dispatch.Every)
				r.do(func() {
					if got := r.order("o1").Driver; got != c.want {
						t.Errorf("it is with %q, want %q", got, c.want)
					}
				})
			})
		})
	}
}

func TestAnotherDriverGetsWhatWasGivenBack(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]func(*office){
		"signed off": func(o *office) {
			if err := o.SetStatus(context.Background(), "d1", wire.Offline, time.Now().Add(time.Minute)); err != nil {
				panic(err)
			}
		},
		"ended the shift, and the phone goes on talking": func(o *office) {
			if err := o.SetStatus(context.Background(), "d1", wire.EndOfShift, time.Now().Add(time.Minute)); err != nil {
				panic(err)
			}
			o.rows.do(func() { o.rows.driver("d1").SeenAt = time.Now() })
		},
		"phone dead": func(o *office) {
			o.rows.do(func() { d := o.rows.driver("d1"); d.SeenAt, d.StatusAt = time.Now(), time.Now() })
			pass(dispatch.LostAfter)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := open(t, shop(1, 2), &lock{})
				pass(time.Second)
				if _, err := o.Accept(t.Context(), "d1", o.offer("d1")); err != nil {
					t.Fatal(err)
				}
				gone(o)
				pass(2 * dispatch.Every)
				if got := o.said(); !slices.Equal(got, []string{"d1 o1", "d2 o1"}) {
					t.Errorf("%q", got)
				}
			})
		})
	}
}

func TestWhatWasPickedUpStaysWithItsDriver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := shop(1, 2)
		r.orders[0].Driver, r.orders[0].Delivery, r.orders[0].Kitchen = "d1", order.PickedUp, order.HandedOver
		r.drivers[0].Status = wire.Offline
		o := open(t, r, &lock{})
		pass(time.Hour)
		if got := o.said(); len(got) != 0 || o.rows.order("o1").Driver != "d1" {
			t.Errorf("%q", got)
		}
	})
}

func TestAnOfferIsRevokedWhenItsReasonIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(1, 1), &lock{})
		pass(time.Second)
		o.rows.do(func() { o.rows.order("o1").Driver, o.rows.order("o1").Delivery = "d9", order.Assigned })
		pass(time.Minute)
		if got := o.said(); !slices.Equal(got, []string{"d1 o1", "d1 -o1"}) {
			t.Errorf("%q", got)
		}
	})
}

func TestAPhoneThatComesBackHearsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(1, 1), &lock{})
		pass(3 * time.Second)
		before := len(o.said())
		o.Connected("d1")
		pass(3 * time.Second) // the moment of signing in, and after the phone has subscribed
		if got := o.said()[before:]; len(got) < 2 {
			t.Errorf("%q", got)
		}
	})
}

func TestWhatAPhoneCouldNotBeToldIsToldAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &office{rows: shop(1, 1)}
		o.deaf = errors.New("no signal")
		o.Dispatcher = dispatch.New(o.rows, &o.ears, &key{lock: &lock{}}, clock.System{}, slog.New(slog.NewTextHandler(&o.log, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() { _ = o.Run(ctx) })
		pass(5 * time.Second)
		o.mu.Lock()
		o.deaf = nil
		o.mu.Unlock()
		pass(dispatch.Every)
		if got := o.said(); !slices.Equal(got, []string{"d1 o1"}) || !strings.Contains(o.log.text(), "no signal") {
			t.Errorf("%q, %s", got, o.log.text())
		}
		cancel()
		wait.Wait()
	})
}

func TestAnotherProcessTakesOverWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, l := shop(1, 0), &lock{}
		first := open(t, r, l)
		pass(time.Second) // it has the lock
		second := open(t, r, l)
		pass(time.Minute)
		first.stop()
		r.do(func() { r.drivers = shop(0, 1).drivers })
		pass(5 * time.Second)
		if got := second.said(); !slices.Equal(got, []string{"d1 o1"}) {
			t.Errorf("%q", got)
		}
		if got := first.said(); len(got) != 0 {
			t.Errorf("the one that ended says %q", got)
		}
	})
}

func TestEachProcessTellsThePhonesItHas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, l := shop(1, 1), &lock{}
		first, second := open(t, r, l), open(t, r, l)
		pass(5 * time.Second)
		if !slices.Contains(first.said(), "d1 o1") || !slices.Contains(second.said(), "d1 o1") || r.wrong() != "" {
			t.Errorf("%q, %q, %s", first.said(), second.said(), r.wrong())
		}
	})
}

func TestAKickIsFasterThanTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, shop(0, 1), &lock{})
		pass(2100 * time.Millisecond)
		o.rows.do(func() { o.rows.orders = append(o.rows.orders, onShelf("o1")) })
		for range 10 {
			o.Kick()
		}
		pass(400 * time.Millisecond)
		if got := o.said(); !slices.Equal(got, []string{"d1 o1"}) {
			t.Errorf("%q", got)
		}
	})
}

func TestADatabaseThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := shop(1, 1)
		r.broken = errors.New("no database")
		o := open(t, r, &lock{})
		pass(10 * time.Second)
		if err := o.SetStatus(t.Context(), "d1", wire.Available, time.Now()); err == nil {
			t.Error("a status that could not be kept was taken")
		}
		r.do(func() { r.broken, r.offers = nil, nil })
		pass(dispatch.Every)
		if !slices.Contains(o.said(), "d1 o1") || !strings.Contains(o.log.text(), "no database") {
			t.Errorf("%q, %s", o.said(), o.log.text())
		}
	})
}

func TestWhatAPersonAssignedIsNotTakenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := shop(1, 2)
		r.orders[0].Driver, r.orders[0].Delivery, r.orders[0].ByHand = "d1", order.Assigned, true
		r.drivers[0].Status, r.orders[0].Given = wire.Offline, time.Now() // perhaps the phone is in the other jacket
		o := open(t, r, &lock{})
		pass(time.Hour)
		if got := o.said(); len(got) != 0 || o.rows.order("o1").Driver != "d1" {
			t.Errorf("dispatch said %q, and the order is with %q", got, o.rows.order("o1").Driver)
		}
	})
}

func TestWhoLeavesDoesNotKeepWhatAPersonGaveHim(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		leave func(*office)
		want  string
	}{
		"signed off": {func(o *office) {
			if err := o.SetStatus(context.Background(), "d1", wire.Offline, time.Now()); err != nil {
				panic(err)
			}
		}, "d1 is off shift"},
		"silent on shift": {func(o *office) {
			o.rows.do(func() { o.rows.driver("d1").SeenAt = time.Now() })
			pass(dispatch.LostAfter)
		}, "nothing was heard of d1 for 5 min"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := shop(1, 2)
				r.orders[0].Driver, r.orders[0].Delivery, r.orders[0].ByHand, r.orders[0].Given = "d1", order.Assigned, true, time.Now()
				o := open(t, r, &lock{})
				pass(time.Second)
				c.leave(o)
				pass(3 * dispatch.Every)
				if got := o.said(); !slices.Contains(got, "d2 o1") || !slices.Equal(r.why, []string{c.want}) {
					t.Errorf("dispatch said %q, because %q", got, r.why)
				}
			})
		})
	}
}
