package phone_test

import (
	"context"
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

// pass lets time pass in the bubble of a shift.
func pass(d time.Duration) { time.Sleep(d) }
