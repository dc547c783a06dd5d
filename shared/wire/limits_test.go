package wire_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/wire"
)

func TestALimitIsAllowedAndAHairBeyondIsNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ message, old, allowed, refused string }{
		{"oven_telemetry", "312.5", "600", "600.01"},
		{"oven_telemetry", "312.5", "-40", "-40.01"},
		{"oven_telemetry", "92.5", "0", "-0.1"},
		{"oven_telemetry", "92.5", "500", "500.1"},
		{"oven_telemetry", `"slot":2`, `"slot":64`, `"slot":65`},
		{"oven_event", `"slot":2`, `"slot":1`, `"slot":-1`},
		{"oven_command", "280", "329.9", "330"},
		{"probe", "3.5", "-60", "-60.1"},
		{"probe", "3.5", "350", "350.1"},
		{"scale", "1250.5", "-5000", "-5000.1"},
		{"scale", "1250.5", "200000", "200001"},
		{"driver_location", "40.7431", "90", "90.0001"},
		{"driver_location", "40.7431", "-90", "-90.0001"},
		{"driver_location", "-73.9899", "180", "180.0001"},
		{"driver_location", ":120", ":360", ":360.5"},
		{"driver_location", ":120", ":0", ":-0.5"},
		{"driver_location", "8.25", "100", "100.1"},
		{"driver_location", "2026-07-03T19:30:00.000Z", "2026-07-03T19:35:00.000Z", "2026-07-03T19:35:00.001Z"},
		{"driver_location", "2026-07-03T19:30:00.000Z", "2026-07-02T19:30:00.000Z", "2026-07-02T19:29:59.999Z"},
		{"driver_status", "2026-07-03T19:30:00.000Z", "2026-06-26T19:30:00.000Z", "2026-06-26T19:29:59.999Z"},
		{"oven_telemetry", `"oven-1"`, `"` + strings.Repeat("o", 64) + `"`, `"` + strings.Repeat("o", 65) + `"`},
		{"oven_telemetry", `"top"`, `"` + strings.Repeat("ö", 64) + `"`, `"` + strings.Repeat("ö", 65) + `"`},
		{"order_event", `"version":7`, `"version":1`, `"version":-1`},
	} {
		for with, wanted := range map[string]bool{c.allowed: true, c.refused: false} {
			message := strings.Replace(string(golden(t, c.message)), c.old, with, 1)
			if _, err := readers[c.message]([]byte(message), friday); (err == nil) != wanted {
				t.Errorf("%s with %s: %v", c.message, with, err)
			}
		}
	}
}

func TestListsAreBounded(t *testing.T) {
	t.Parallel()
	full := wire.OvenTelemetry{OvenID: "oven-1", At: wire.At(friday), Firmware: "1"}
	for i := range 16 {
		full.Chambers = append(full.Chambers, wire.Chamber{Name: strings.Repeat("c", i+1), Celsius: 300})
	}
	for i := range wire.MostSlots {
		full.ItemsIn = append(full.ItemsIn, wire.ItemIn{Slot: i + 1, Since: wire.At(friday)})
	}
	if err := full.Validate(friday); err != nil {
		t.Errorf("a full oven: %v", err)
	}
	crowded, tall := full, full
	crowded.ItemsIn = append(crowded.ItemsIn, wire.ItemIn{Slot: 1, Since: wire.At(friday)})
	tall.Chambers = append(tall.Chambers, wire.Chamber{Name: "attic", Celsius: 300})
	if crowded.Validate(friday) == nil || tall.Validate(friday) == nil {
		t.Error("an oven has more places than there are")
	}
}

func TestAnIDIsSafeExactlyWhenItIsOfTheAlphabet(t *testing.T) {
	t.Parallel()
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-z0-9._-]{0,70}`)).Draw(t, "id")
		foreign := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(alphabet, r) }) >= 0
		if want := len(s) >= 1 && len(s) <= 64 && !foreign; wire.SafeID(s) != want {
			t.Fatalf("%q is safe: %v", s, !want)
		}
	})
}

func TestAnyPositionOnEarthTravelsUnchanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := wire.DriverLocation{
			Position: wire.Position{
				Latitude:  rapid.Float64Range(-90, 90).Filter(func(x float64) bool { return x != 0 }).Draw(t, "latitude"),
				Longitude: rapid.Float64Range(-180, 180).Draw(t, "longitude"),
			},
			Timestamp: wire.At(friday.Add(-time.Duration(rapid.IntRange(0, 86_400_000).Draw(t, "age")) * time.Millisecond)),
		}
		payload, err := wire.Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.Decode[wire.DriverLocation](payload, friday)
		if err != nil || got.Position != want.Position || clock.Format(got.Timestamp.Time) != clock.Format(want.Timestamp.Time) {
			t.Fatalf("%s came as %+v (%v)", payload, got, err)
		}
	})
}

func TestACommandIsVoidOnceItHasExpired(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 7, 3, 19, 31, 0, 0, time.UTC) // as the golden file says
	for after, wanted := range map[time.Duration]bool{0: true, time.Millisecond: false, time.Hour: false} {
		if _, err := readers["oven_command"](golden(t, "oven_command"), until.Add(after)); (err == nil) != wanted {
			t.Errorf("%s after its end: %v", after, err)
		}
	}
}

func TestWhatACommandDoesNotNeedIsNotAskedFor(t *testing.T) {
	t.Parallel()
	stop := wire.OvenCommand{ID: "c-1", At: wire.At(friday), Kind: wire.Stop}
	bake := wire.OvenCommand{ID: "c-2", At: wire.At(friday), Kind: wire.StartBake, Slot: 1, BakeSeconds: 360}
	if err := stop.Validate(friday); err != nil {
		t.Error(err)
	}
	if err := bake.Validate(friday); err != nil {
		t.Error(err)
	}
	bake.BakeSeconds = 3601
	if bake.Validate(friday) == nil {
		t.Error("a pizza bakes for an hour and a second")
	}
}
