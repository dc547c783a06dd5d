package edge

import (
	"log/slog"
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/wire"
)

// retained is what a broker would retain, by topic.
type retained map[string]string

func (r retained) Publish(topic string, payload []byte, retain bool, _ byte) error {
	if retain {
		r[topic] = string(payload)
	}
	return nil
}

func TestWhatEndedWhileNobodyListenedIsTakenBack(t *testing.T) {
	t.Parallel()
	k, screens := newKitchen(t)
	kept := retained{}
	a := &announcer{restaurant: "r1", kitchen: k, screens: screens, out: kept, now: clock.System{}, log: slog.New(slog.DiscardHandler), open: map[string]wire.Alert{}}
	for _, oven := range []string{"oven-1", "oven-2"} {
		if err := k.Alert(t.Context(), kitchen.Alert{ID: "silent/" + oven, Device: oven, What: "silent", Level: "critical"}); err != nil {
			t.Fatal(err)
		}
	}
	a.catchUp(t.Context())
	if len(a.open) != 2 || kept[wire.AlertTopic("r1")] == "" {
		t.Fatalf("announced %v", a.open)
	}
	for _, oven := range []string{"oven-1", "oven-2"} { // the announcer had fallen behind: it heard of none of this
		if err := k.ClearAlert(t.Context(), "silent/"+oven); err != nil {
			t.Fatal(err)
		}
	}
	a.catchUp(t.Context())
	if len(a.open) != 0 || kept[wire.AlertTopic("r1")] != "" {
		t.Errorf("still announced: %v, %s", a.open, kept[wire.AlertTopic("r1")])
	}
}
