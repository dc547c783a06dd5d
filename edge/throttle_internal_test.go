package edge

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/shared/order"
)

func TestARestaurantIsProtectedWithoutASettingWhereItsOvensAndCooksAreKnown(t *testing.T) {
	t.Parallel()
	const oven, cook = "[[oven]]\nid = \"o\"\nkind = \"mqtt\"\nband_low = 1\nband_high = 2\n", "[[cook]]\nid = \"ada\"\n"
	for name, c := range map[string]struct {
		file         string
		held, gentle bool
	}{
		"nothing is known":    {"", false, false},
		"no cook":             {oven, false, false},
		"no oven":             {cook, false, false},
		"both":                {oven + cook, true, true},
		"both, and it is off": {oven + cook + "[throttle]\noff = true\n", false, false},
		"both, and it is set": {oven + cook + "[throttle]\nreserve_percent = 30\n", true, false},
		"it is set alone":     {"[throttle]\n", true, false},
	} {
		path := filepath.Join(t.TempDir(), "devices.toml")
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := LoadHouse(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.throttle(); (got != nil) != c.held || got != nil && got.Gentle != c.gentle {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestARuleOfAChannelReachesTheKitchen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "devices.toml")
	if err := os.WriteFile(path, []byte("[throttle.channel.partner]\nreserve_percent = 40\npause_after_minutes = 15\n[throttle.channel.counter]\nlarge_order_pieces = 40\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := LoadHouse(path)
	if err != nil {
		t.Fatal(err)
	}
	got := h.throttle().Channels
	if p := got[order.Partner]; len(got) != 2 || p.Reserve != 40 || p.PauseAfter != 15*time.Minute || got[order.Counter].LargePieces != 40 {
		t.Errorf("%+v", got)
	}
}

func TestAnOutlookIsNotWorkedOutAnewForEveryHeartbeat(t *testing.T) {
	t.Parallel()
	kit, _ := newKitchen(t)
	say := outlookOf(kit)
	first := say(t.Context())
	if first == nil || first.Sound() != nil {
		t.Fatalf("%+v", first)
	}
	for range 1000 { // each takes about a millisecond when it is worked out
		last := say(t.Context())
		if age := last.At.Sub(first.At); last != first && age < outlookEvery/2 {
			t.Fatalf("another one after %v", age)
		}
	}
}
