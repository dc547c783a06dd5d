package oven_test

import (
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"awesome.pizza/edge/oven"
)

const file = `
[[oven]]
id = "oven-1"
kind = "max31855"
bus = "SPI0.0"
band_low = 280
band_high = 330.5
chambers = ["deck"]
capacity = 6

[[oven]]
id = "oven-2"
name = "Belt"
kind = "mqtt"
band_low = 240
band_high = 260
decks = 2
`

func TestADeviceFileIsRead(t *testing.T) {
	t.Parallel()
	var f oven.Devices
	if meta, err := toml.Decode(file, &f); err != nil || len(meta.Undecoded()) > 0 {
		t.Fatalf("%v, unknown: %v", err, meta.Undecoded())
	}
	if err := f.Validate(); err != nil || len(f.Ovens) != 2 {
		t.Fatalf("%+v, %v", f, err)
	}
	first, second := f.Ovens[0].WithDefaults(), f.Ovens[1].WithDefaults()
	if first.Name != "oven-1" || first.Band() != (oven.Band{Low: 280, High: 330.5}) || first.Capacity != 6 || first.Decks != 1 || first.Chambers[0] != "deck" {
		t.Errorf("%+v", first)
	}
	if second.Name != "Belt" || second.Chambers[0] != "oven" || second.Decks != 2 || second.Capacity != 1 {
		t.Errorf("%+v", second)
	}
}

func TestAWrongDeviceFileSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{`id = "oven-1"`, `id = "oven 1"`, "oven 1 (oven 1): id must be"},
		{`id = "oven-2"`, `id = "oven-1"`, "oven 2 (oven-1): the id is taken by another oven"},
		{`"max31855"`, `"max6675"`, `kind must be "max31855" or "mqtt", not "max6675"`},
		{`bus = "SPI0.0"`, ``, "bus must name the SPI port"},
		{`kind = "mqtt"`, "kind = \"mqtt\"\nbus = \"SPI0.1\"", "an mqtt oven has no bus"},
		{`kind = "mqtt"`, "kind = \"max31855\"\nbus = \"SPI0.0\"", "bus SPI0.0 is taken"},
		{`["deck"]`, `["top", "bottom"]`, "a max31855 measures one chamber, not top, bottom"},
		{`330.5`, `280`, "low must be below high"},
		{`330.5`, `2000`, "both between -40 °C and 600 °C"},
		{`capacity = 6`, `capacity = -6`, "capacity must be"},
		{`decks = 2`, `decks = 200`, "decks must be"},
	} {
		var f oven.Devices
		if _, err := toml.Decode(strings.Replace(file, c.old, c.new, 1), &f); err != nil {
			t.Fatal(err)
		}
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.new, err, c.want)
		}
	}
}
