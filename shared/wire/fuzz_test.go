package wire_test

import (
	"testing"

	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// fuzz holds a decoder to its promise: whatever arrives, it is either refused as Invalid, or it can be written and read again.
func fuzz(f *testing.F, name string) {
	f.Helper()
	f.Add(golden(f, name))
	for _, seed := range []string{"", "{}", "null", `{"at":1e999}`, `{"at":"0000-00-00T00:00:00Z"}`, `{"id":"\ud800"}`, "\xff", `{"celsius":-0}`} {
		f.Add([]byte(seed))
	}
	read := readers[name]
	f.Fuzz(func(t *testing.T, payload []byte) {
		p, err := read(payload, friday)
		if err != nil {
			if !problem.Is(err, problem.Invalid) {
				t.Fatalf("%q is refused without a reason for its sender: %v", payload, err)
			}
			return
		}
		again, err := wire.Encode(p)
		if err != nil {
			t.Fatalf("%q was read but cannot be written: %v", payload, err)
		}
		if _, err := read(again, friday); err != nil && len(again) <= wire.MaxPayload {
			t.Fatalf("%q was read, but what we write of it is refused: %s: %v", payload, again, err)
		}
	})
}

func FuzzOvenTelemetry(f *testing.F)  { fuzz(f, "oven_telemetry") }
func FuzzOvenEvent(f *testing.F)      { fuzz(f, "oven_event") }
func FuzzOvenCommand(f *testing.F)    { fuzz(f, "oven_command") }
func FuzzAlert(f *testing.F)          { fuzz(f, "alert") }
func FuzzProbe(f *testing.F)          { fuzz(f, "probe") }
func FuzzScale(f *testing.F)          { fuzz(f, "scale") }
func FuzzButton(f *testing.F)         { fuzz(f, "button") }
func FuzzLight(f *testing.F)          { fuzz(f, "light") }
func FuzzOrderEvent(f *testing.F)     { fuzz(f, "order_event") }
func FuzzDriverLocation(f *testing.F) { fuzz(f, "driver_location") }
func FuzzDriverStatus(f *testing.F)   { fuzz(f, "driver_status") }
func FuzzOffer(f *testing.F)          { fuzz(f, "offer") }
func FuzzDriverETA(f *testing.F)      { fuzz(f, "driver_eta") }

func FuzzParseTopic(f *testing.F) {
	for _, seed := range []string{"pizza/kitchen/r1/oven", "pizza/kitchen/r1/oven/o/event", "pizza/drivers/d/status", "#", "a/+/b", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if topic, err := wire.ParseTopic(name); err == nil && topic.String() != name {
			t.Fatalf("%q was read as %+v, which is %q", name, topic, topic)
		}
	})
}
