package wire_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// read decodes a payload of the kind its golden file is named after.
type read func(payload []byte, now time.Time) (wire.Payload, error)

func as[T wire.Payload](payload []byte, now time.Time) (wire.Payload, error) {
	return wire.Decode[T](payload, now)
}

var readers = map[string]read{
	"oven_telemetry": as[wire.OvenTelemetry], "oven_event": as[wire.OvenEvent], "oven_command": as[wire.OvenCommand],
	"alert": as[wire.Alert], "probe": as[wire.Probe], "scale": as[wire.Scale], "button": as[wire.Button], "light": as[wire.Light],
	"order_event": as[wire.OrderEvent], "driver_location": as[wire.DriverLocation], "driver_status": as[wire.DriverStatus],
	"offer": as[wire.Offer], "offer_trip": as[wire.Offer], "driver_eta": as[wire.DriverETA],
}

func golden(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(b)
}

func TestGoldenMessagesAreReadAndWrittenUnchanged(t *testing.T) {
	t.Parallel()
	for name, read := range readers {
		want := golden(t, name)
		p, err := read(want, friday)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := wire.Encode(p); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is written as\n%s, want\n%s (%v)", name, got, want, err)
		}
	}
}

func TestEveryFieldOfAGoldenMessageThatIsNotOptionalIsMissed(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]string{
		"oven_telemetry": "oven_id at chambers items_in firmware name celsius slot since", "oven_event": "id at kind slot",
		"oven_command": "id at kind band_low band_high", "alert": "id at device kind level", "probe": "at celsius", "scale": "at grams",
		"button": "id at press", "light": "at red amber green", "order_event": "id at order restaurant status version",
		"driver_location": "latitude longitude timestamp", "driver_status": "status timestamp",
		"offer": "id at order restaurant drop ready_at expires_at latitude name minor currency", "driver_eta": "order driver at eta latitude",
	} {
		for field := range strings.FieldsSeq(fields) {
			message := bytes.ReplaceAll(golden(t, name), []byte(`"`+field+`":`), []byte(`"x-`+field+`":`))
			if p, err := readers[name](message, friday); !problem.Is(err, problem.Invalid) {
				t.Errorf("%s without %s passes: %+v (%v)", name, field, p, err)
			}
		}
	}
}

func TestNewerFirmwareMaySayMore(t *testing.T) {
	t.Parallel()
	for name, read := range readers {
		more := append([]byte(`{"brand_new":{"deep":[1e999,null]},`), golden(t, name)[1:]...)
		if _, err := read(more, friday); err != nil {
			t.Errorf("%s with an unknown field is refused: %v", name, err)
		}
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	t.Parallel()
	for name, read := range readers {
		good := string(golden(t, name))
		for why, payload := range map[string]string{
			"empty": "", "null": "null", "a list": "[]", "a string": `"x"`, "an empty object": "{}", "cut off": good[:len(good)-1],
			"two objects": good + good, "something behind": good + " x", "latin-1": strings.Replace(good, `"`, "\"\xe9", 1), "NaN": `{"celsius":NaN}`,
			"huge": good + strings.Repeat(" ", wire.MaxPayload), "deep": strings.Repeat(`{"a":`, 3000), "comment": "/* */" + good, "BOM": "\ufeff" + good,
			"binary": "\x00\x01\x02", "utf-16": "{\x00\"\x00",
		} {
			p, err := read([]byte(payload), friday)
			if !problem.Is(err, problem.Invalid) {
				t.Errorf("%s: %s passes: %+v (%v)", name, why, p, err)
			}
			if err != nil && len(err.Error()) > 400 {
				t.Errorf("%s: %s: the reason has %d bytes", name, why, len(err.Error()))
			}
		}
	}
}

func TestTheImpossibleIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ message, old, new, want string }{
		{"oven_telemetry", "312.5", "2000", "chambers.celsius must be between -40 and 600 °C, not 2000"},
		{"oven_telemetry", "312.5", "-41", "chambers.celsius must be between"},
		{"oven_telemetry", "312.5", "1e999", "must be a number"},
		{"oven_telemetry", "312.5", `"312.5"`, "chambers.celsius must be a number, not string"},
		{"oven_telemetry", "312.5", "null", "chambers.celsius must be given"},
		{"oven_telemetry", `"top"`, `"bottom"`, "two chambers"},
		{"oven_telemetry", `"top"`, `""`, "chambers.name must be 1 to 64 printable characters"},
		{"oven_telemetry", `"top"`, `"a\u0007"`, "printable"},
		{"oven_telemetry", `"oven-1"`, `"oven/1"`, "oven_id must be 1 to 64 letters"},
		{"oven_telemetry", `"oven-1"`, `7`, "oven_id must be a string, not number"},
		{"oven_telemetry", `"slot":2`, `"slot":0`, "items_in.slot must be between 1 and 64"},
		{"oven_telemetry", `"slot":2`, `"slot":2.5`, "must be a whole number"},
		{"oven_telemetry", `"items_in":[`, `"items_in":[{"slot":2,"since":"2026-07-03T19:20:00Z"},`, "slot 2 is taken twice"},
		{"oven_telemetry", "92.5", "-1", "belt_cm_per_min must be between 0 and 500 cm/min"},
		{"oven_telemetry", "2026-07-03T19:30:00", "2026-07-03T19:36:00", "at lies more than 5 minutes ahead"},
		{"oven_telemetry", "2026-07-03T19:30:00.000Z", "1970-01-01T00:00:00Z", "at lies more than 24 hours back"},
		{"oven_telemetry", `"2026-07-03T19:30:00.000Z"`, "1783107000", "times are strings like"},
		{"oven_event", `"item_in"`, `"item_up"`, `kind must be one of item_in, item_out, door, fault, not "item_up"`},
		{"oven_event", `"kind":"item_in","slot":2`, `"kind":"door"`, "detail must be one of open, closed"},
		{"oven_event", `"slot":2`, `"slot":65`, "slot must be between 1 and 64"},
		{"oven_command", "330", "280", "band_low below band_high"},
		{"oven_command", "330", "700", "band_high must be between"},
		{"oven_command", "19:31:00", "19:29:59", "the command is void since"},
		{"oven_command", `"set_band"`, `"start_bake"`, "slot must be between 1 and 64"},
		{"alert", `"overheat"`, `"hot"`, "kind must be one of overheat"},
		{"alert", `19:30:00`, `19:28:00`, "cleared_at must not lie before at"},
		{"probe", "3.5", "2000", "celsius must be between -60 and 350 °C"},
		{"probe", "81", "101", "battery_percent must be between 0 and 100 %"},
		{"scale", "1250.5", "1e7", "grams must be between"},
		{"button", `"short"`, `""`, "press must be one of"},
		{"light", `"blink"`, `"pink"`, "red must be one of off, on, blink"},
		{"order_event", `"version":7`, `"version":0`, "version must be between"},
		{"driver_location", "40.7431", "90.5", "latitude must be between -90 and 90 degrees"},
		{"driver_location", "-73.9899", "-180.5", "longitude must be between -180 and 180 degrees"},
		{"driver_location", `40.7431,"longitude":-73.9899`, `0,"longitude":0`, "0, 0 is no position"},
		{"driver_location", "2026-07-03", "2026-07-02T00:00:00.000Z", "times are strings"},
		{"driver_location", "2026-07-03T19:30:00.000Z", "2026-07-02T19:29:59.000Z", "timestamp lies more than 24 hours back"},
		{"driver_location", "2026-07-03T19:30:00.000Z", "2106-07-02T19:29:59.000Z", "timestamp lies more than 5 minutes ahead"},
		{"driver_location", "8.25", "-1", "speed must be between"},
		{"driver_location", ":120", ":361", "heading must be between 0 and 360 degrees"},
		{"driver_status", `"on_break"`, `"asleep"`, "status must be one of offline, available, busy, on_break, end_of_shift"},
		{"offer", `"ready_at":"2026-07-03T19:41:00.000Z",`, "", "an offer must say restaurant, drop and ready_at"},
		{"offer", `"USD"`, `"dollars"`, "cash_due must be an amount"},
		{"offer", "1299", "-1", "cash_due must be an amount"},
		{"driver_eta", "19:58:00", "19:51:00", "latest must not lie before eta"},
		{"driver_eta", ":40.74", ":140.74", "position.latitude must be between"},
	} {
		message := strings.Replace(string(golden(t, c.message)), c.old, c.new, 1)
		_, err := readers[c.message]([]byte(message), friday)
		if !problem.Is(err, problem.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %s: %v, want %q", c.message, c.new, err, c.want)
		}
	}
}

func TestAnOvenThatSeesNothingMaySayNullForItsItems(t *testing.T) {
	t.Parallel()
	blind := wire.OvenTelemetry{OvenID: "oven-1", At: wire.At(friday), Chambers: []wire.Chamber{{Name: "top", Celsius: 300}}, Firmware: "1"}
	payload, err := wire.Encode(blind)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Decode[wire.OvenTelemetry](payload, friday); err != nil {
		t.Errorf("%s: %v", payload, err)
	}
	blind.Chambers = nil
	if err := blind.Validate(friday); !problem.Is(err, problem.Invalid) {
		t.Errorf("an oven without chambers passes: %v", err)
	}
}

func TestARevokedOfferNeedsNoRoute(t *testing.T) {
	t.Parallel()
	o, err := wire.Decode[wire.Offer]([]byte(`{"id":"of-1","at":"2026-07-03T19:30:00Z","order":"o-1","expires_at":"2026-07-03T19:30:00Z","revoked":true}`), friday)
	if err != nil || !o.Revoked || o.Drop != nil {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestAMessageFromABoxThatWasOfflineForDaysIsStillAFact(t *testing.T) {
	t.Parallel()
	if _, err := readers["oven_event"](golden(t, "oven_event"), friday.Add(6*24*time.Hour)); err != nil {
		t.Error(err)
	}
	if _, err := readers["oven_event"](golden(t, "oven_event"), friday.Add(8*24*time.Hour)); err == nil {
		t.Error("an event of last week passes")
	}
}

func TestANumberThatIsNoneIsRefusedWhereverItComesFrom(t *testing.T) {
	t.Parallel()
	nan := wire.Probe{At: wire.At(friday), Celsius: wire.Celsius(math.NaN())}
	if err := nan.Validate(friday); !problem.Is(err, problem.Invalid) {
		t.Errorf("NaN °C passes: %v", err)
	}
}

func TestInstantsTravelInUTCWithMilliseconds(t *testing.T) {
	t.Parallel()
	status, err := wire.Decode[wire.DriverStatus]([]byte(`{"status":"busy","timestamp":"2026-07-03T21:30:00.0079+02:00"}`), friday)
	if err != nil {
		t.Fatal(err)
	}
	got, err := wire.Encode(status)
	if want := `{"status":"busy","timestamp":"2026-07-03T19:30:00.007Z"}`; err != nil || string(got) != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}

func TestTemperaturesReadLikeTemperatures(t *testing.T) {
	t.Parallel()
	if got := wire.Celsius(312.25).String(); got != "312.25 °C" {
		t.Error(got)
	}
}

func BenchmarkDecodeDriverLocation(b *testing.B) {
	payload := golden(b, "driver_location")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Decode[wire.DriverLocation](payload, friday); err != nil {
			b.Fatal(err)
		}
	}
}
