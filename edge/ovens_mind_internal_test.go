package edge

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/oven"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/wire"
)

// hearthRoom is a house with one oven of two decks that speaks MQTT, in a bubble of fake time.
type hearthRoom struct {
	t    *testing.T
	dir  string
	kit  *kitchen.Kitchen
	all  *ovens
	stop func()
}

func (r *hearthRoom) open() {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	db, err := store.Open(ctx, filepath.Join(r.dir, "edge.db"))
	if err != nil {
		r.t.Fatal(err)
	}
	dishes, err := menu.Pizzeria()
	if err != nil {
		r.t.Fatal(err)
	}
	h := House{Ovens: []oven.Device{{ID: "oven-1", Kind: oven.KindMQTT, BandLow: 280, BandHigh: 330, Decks: 2, Capacity: 4}}}
	screens := live.New[kitchen.Change](64)
	r.kit, err = kitchen.New(ctx, db, dishes, clock.System{}, screens, kitchen.Settings{Restaurant: "r1", Ovens: h.hearths()})
	if err != nil {
		r.t.Fatal(err)
	}
	now, err := openHours(r.dir, slog.New(slog.DiscardHandler))
	if err != nil {
		r.t.Fatal(err)
	}
	if r.all, err = openOvens(h, r.kit, now, slog.New(slog.DiscardHandler)); err != nil {
		r.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- r.all.run(ctx) }()
	r.stop = func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
		screens.Close()
		if err := db.Close(); err != nil {
			r.t.Error(err)
		}
	}
}

// bakes lets the oven speak once a second for a while.
func (r *hearthRoom) bakes(seconds int, air func(second int) (top, bottom wire.Celsius)) kds.OvenView {
	r.t.Helper()
	for s := range seconds {
		top, bottom := air(s)
		err := r.all.all[0].mqtt.Heard(wire.OvenTelemetry{OvenID: "oven-1", At: wire.At(time.Now()), Chambers: []wire.Chamber{{Name: "top", Celsius: top}, {Name: "bottom", Celsius: bottom}}, Firmware: "1"})
		if err != nil {
			r.t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
	}
	return r.all.Ovens()[0]
}

func (r *hearthRoom) fault(slot int) {
	r.t.Helper()
	ev := wire.OvenEvent{ID: id.New(), At: wire.At(time.Now()), Kind: wire.Fault, Slot: slot}
	if err := r.kit.OvenEvent(r.t.Context(), "oven-1", ev); err != nil {
		r.t.Fatal(err)
	}
}

func steady(top, bottom wire.Celsius) func(int) (wire.Celsius, wire.Celsius) {
	return func(int) (wire.Celsius, wire.Celsius) { return top, bottom }
}

func words(v kds.OvenView) string {
	s := v.State
	for _, d := range v.Decks {
		s += fmt.Sprintf(" %d %s", d.Deck, d.State)
	}
	return s
}

func TestWhatAnOvenIsIsTheSameForDisplayAndScheduleAndAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := &hearthRoom{t: t, dir: dir}
		r.open()
		is := func(what, want string, alerts int, v kds.OvenView) {
			t.Helper()
			open, err := r.kit.Alerts(t.Context())
			if words(v) != want || len(open) != alerts || err != nil {
				t.Errorf("%s it is %q with the alerts %+v", what, words(v), open)
			}
		}
		is("in the morning", "cold 1 cold 2 cold", 0, r.bakes(3, steady(20, 20)))
		is("while it heats up", "cold 1 warming 2 cold", 0, r.bakes(60, func(s int) (wire.Celsius, wire.Celsius) { return 20 + wire.Celsius(s)/2, 20 }))
		is("hot", "ok 1 ok 2 ok", 0, r.bakes(5, steady(300, 300)))
		r.fault(3)
		is("with a fault of the second deck", "fault 1 ok 2 fault", 1, r.bakes(10, steady(300, 300)))
		r.stop()
		r.open()
		is("after a restart", "fault 1 ok 2 fault", 1, r.bakes(10, steady(300, 300)))
		is("when it works", "ok 1 ok 2 ok", 0, r.bakes(8, steady(300, 300)))
		is("when a deck is too hot for a minute", "hot 1 ok 2 hot", 1, r.bakes(70, steady(300, 340)))
		r.stop()
		time.Sleep(time.Minute)
		r.open()
		is("when it is well after another restart", "ok 1 ok 2 ok", 0, r.bakes(3, steady(300, 320)))
		time.Sleep(time.Minute)
		synctest.Wait()
		is("when nothing is heard of it", "silent 1 silent 2 silent", 1, r.all.Ovens()[0])
		r.stop()
		r.open()
		is("when it is back after a third", "ok 1 ok 2 ok", 0, r.bakes(3, steady(300, 320)))
		r.stop()
	})
}
