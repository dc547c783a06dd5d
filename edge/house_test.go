package edge_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"awesome.pizza/edge"
	"awesome.pizza/shared/settings"
)

func houseFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "devices.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheExampleHouseIsUsable(t *testing.T) { // not parallel: the secret comes from the environment, which is the process's
	t.Setenv("EDGE_OVEN_1_SECRET", "a-long-enough-secret")
	h, err := edge.LoadHouse("../deploy/edge/devices.toml")
	if err != nil {
		t.Fatal(err)
	}
	if h.Throttle == nil || len(h.Ovens) == 0 || len(h.Cooks) == 0 || h.Devices[0].Secret != "a-long-enough-secret" {
		t.Errorf("%+v", h)
	}
}

func TestAnEmptyHouseIsAHouse(t *testing.T) {
	t.Parallel()
	if h, err := edge.LoadHouse(""); err != nil || len(h.Ovens) != 0 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestUnusableHousesSayWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"not TOML":               {"[[oven", "read "},
		"a word nobody knows":    {"[[oven]]\nid = \"o\"\nkind = \"mqtt\"\nband_low = 1\nband_high = 2\nhumidity = 3", "humidity"},
		"a kind without driver":  {"[[oven]]\nid = \"o\"\nkind = \"steam\"\nband_low = 1\nband_high = 2", `kind must be "max31855" or "mqtt"`},
		"no bus":                 {"[[oven]]\nid = \"o\"\nkind = \"max31855\"\nband_low = 1\nband_high = 2", "bus must name the SPI port"},
		"a short secret":         {"[[device]]\nname = \"o\"\nsecret = \"1234\"", "a secret of at least 12 characters"},
		"the same name twice":    {"[[device]]\nname = \"o\"\nsecret = \"123456789012\"\n[[device]]\nname = \"o\"\nsecret = \"123456789012\"", "a name of its own"},
		"a secret nobody set":    {"[[device]]\nname = \"o\"\nsecret = \"${EDGE_NOBODY_SETS_THIS}\"", "set EDGE_NOBODY_SETS_THIS"},
		"an unknown station":     {"[[cook]]\nid = \"ada\"\nskills = [\"cellar\"]", `"cellar" is no station`},
		"a printer nowhere":      {"[[printer]]\nid = \"p\"\naddress = \"p\"", "write host:port"},
		"a printer's job":        {"[[printer]]\nid = \"p\"\naddress = \"p:9100\"\njobs = [\"novel\"]", `job "novel" is none of`},
		"a belt of no length":    {"[[oven]]\nid = \"o\"\nkind = \"mqtt\"\nband_low = 1\nband_high = 2\nbake = \"conveyor\"\nbelt_cm = 100", "a conveyor needs belt_seconds"},
		"a belt for ever":        {"[[oven]]\nid = \"o\"\nkind = \"mqtt\"\nband_low = 1\nband_high = 2\nbake = \"conveyor\"\nbelt_cm = 1e300\nbelt_cm_per_min = 1e-300", "the belt must take between"},
		"a deck with a belt":     {"[[oven]]\nid = \"o\"\nkind = \"mqtt\"\nband_low = 1\nband_high = 2\nbelt_seconds = 300", "only a conveyor has a belt"},
		"room for no pizza":      {"[[oven]]\nid = \"o\"\nkind = \"mqtt\"\nband_low = 1\nband_high = 2\ncapacity_by = { large = 0 }", "capacity_by.large must be between"},
		"a probe of nobody":      {"[[probe]]\ndevice = \"p\"", "no [[device]] of that name"},
		"limits upside down":     {"[[device]]\nname = \"p\"\nsecret = \"123456789012\"\n[[probe]]\ndevice = \"p\"\nlow = 5.0\nhigh = 1.0", "low must lie below high"},
		"a button for nothing":   {"[[device]]\nname = \"p\"\nsecret = \"123456789012\"\n[[button]]\ndevice = \"p\"\nstation = \"make\"\ndoes = \"dance\"", "write bump or start"},
		"a button nowhere":       {"[[device]]\nname = \"p\"\nsecret = \"123456789012\"\n[[button]]\ndevice = \"p\"\nstation = \"cellar\"\ndoes = \"bump\"", "is no station"},
		"a light nowhere":        {"[[device]]\nname = \"p\"\nsecret = \"123456789012\"\n[[light]]\ndevice = \"p\"\nstation = \"cellar\"", "is no station"},
		"a throttle that jams":   {"[throttle]\npause_after_minutes = 20\nresume_below_minutes = 20", "resume below where it pauses"},
		"a jam that is off":      {"[throttle]\noff = true\nreserve_percent = -1", "reserve_percent is -1"},
		"a counter that refuses": {"[throttle.channel.counter]\npause_after_minutes = 5", "only large_order_pieces can be said of them"},
		"a rule for pigeons":     {"[throttle.channel.pigeon]\nreserve_percent = 5", `a rule for the channel "pigeon"`},
		"a lax rule":             {"[throttle.channel.partner]\npause_after_minutes = 60", "write less"},
		"a rule with a minus":    {"[throttle.channel.kiosk]\nlarge_order_pieces = -2", "channel.kiosk.large_order_pieces is -2"},
		"less than nothing":      {"[throttle]\nlarge_order_pieces = -1", "large_order_pieces is -1"},
		"a role nobody has":      {"[[cook]]\nid = \"ada\"\nrole = \"boss\"", `role is "boss"; write one of [cook counter shift_manager]`},
		"a PIN with letters":     {"[[cook]]\nid = \"ada\"\npin = \"12ab\"", "a PIN has 4 to 8 digits"},
		"a PIN nobody set":       {"[[cook]]\nid = \"ada\"\npin = \"${EDGE_NOBODY_SETS_THIS}\"", "the PIN of ada is to come from the environment: set EDGE_NOBODY_SETS_THIS"},
		"the same PIN twice":     {"[[cook]]\nid = \"ada\"\npin = \"1234\"\n[[cook]]\nid = \"bob\"\npin = \"1234\"", "ada and bob have the same PIN"},
		"two cooks of one id":    {"[[cook]]\nid = \"ada\"\n[[cook]]\nid = \"ada\"", "one of its own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := edge.LoadHouse(houseFile(t, c.text))
			if !errors.Is(err, settings.ErrUsage) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestARefusedDeviceFileTellsNobodyAPIN(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"pin = \"987654321\"", "pin = \"9876\"\n[[cook]]\nid = \"bob\"\npin = \"9876\""} {
		if _, err := edge.LoadHouse(houseFile(t, "[[cook]]\nid = \"ada\"\n"+text)); err == nil || strings.Contains(err.Error(), "9876") {
			t.Errorf("%v", err)
		}
	}
}
