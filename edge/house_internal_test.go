package edge

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// newKitchen is a kitchen on a real file.
func newKitchen(t *testing.T) (*kitchen.Kitchen, *live.Hub[kitchen.Change]) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	screens := live.New[kitchen.Change](16)
	t.Cleanup(func() {
		screens.Close()
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	k, err := kitchen.New(t.Context(), db, m, clock.System{}, screens, kitchen.Settings{Restaurant: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	return k, screens
}

// newHours is a clock that nobody has told the time.
func newHours(t *testing.T) *hours {
	t.Helper()
	h, err := openHours(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (d *devices) says(t *testing.T, a wire.Alert) error {
	t.Helper()
	a.Device, a.At, a.Kind, a.Level = "probe-1", wire.At(time.Now()), wire.Malfunction, wire.Warning
	payload, err := wire.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	return d.take(t.Context(), broker.Message{Device: "probe-1", Topic: wire.AlertTopic("r1"), Payload: payload, At: time.Now()})
}

func TestADeviceCannotRaiseAlertsWithoutEnd(t *testing.T) {
	t.Parallel()
	k, _ := newKitchen(t)
	d := &devices{restaurant: "r1", kitchen: k, ovens: &ovens{kitchen: k}, now: newHours(t), log: slog.New(slog.DiscardHandler)}
	if err := k.Alert(t.Context(), kitchen.Alert{ID: "silent/probe-1", Device: "probe-1", What: "silent", Level: "critical"}); err != nil {
		t.Fatal(err)
	}
	for n := range mostAlerts {
		if err := d.says(t, wire.Alert{ID: fmt.Sprint(n)}); err != nil {
			t.Fatalf("alert %d: %v", n, err)
		}
	}
	p := problem.Of(d.says(t, wire.Alert{ID: "one-more"}))
	if p == nil || p.Code != "too_many_alerts" {
		t.Errorf("one alert too many: %v", p)
	}
	if board, err := k.Snapshot(t.Context()); err != nil || len(board.Alerts) != mostAlerts+1 {
		t.Errorf("%d alerts are open, %v", len(board.Alerts), err)
	}
	if err := d.says(t, wire.Alert{ID: "3"}); err != nil {
		t.Errorf("an open alert cannot be raised again: %v", err)
	}
	over := wire.At(time.Now().Add(time.Second))
	if err := d.says(t, wire.Alert{ID: "3", ClearedAt: &over}); err != nil {
		t.Errorf("it cannot be cleared: %v", err)
	}
	if err := d.says(t, wire.Alert{ID: "one-more"}); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
