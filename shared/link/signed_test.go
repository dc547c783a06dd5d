package link_test

import (
	"testing"

	"awesome.pizza/shared/link"
)

func TestWhatADeviceSignsNamesItAllLineByLine(t *testing.T) {
	t.Parallel()
	const head = "/api/fleet/salvage\nr1\nUABC\n2026-07-03T19:30:00Z\n"
	for payload, hash := range map[string]string{
		"":    "",
		"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", // FIPS 180-2, appendix B.1
	} {
		if got := string(link.Signed(link.SalvagePath, "r1", "UABC", "2026-07-03T19:30:00Z", []byte(payload))); got != head+hash {
			t.Errorf("payload %q: signed is %q", payload, got)
		}
	}
}
