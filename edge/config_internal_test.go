package edge

import (
	"errors"
	"slices"
	"testing"

	"awesome.pizza/shared/settings"
)

func TestNamesOfTheNodeAreNames(t *testing.T) {
	t.Parallel()
	c := Config{Data: "data", Uplink: "leaf", Hosts: []string{"Kitchen.Pizza.Example.", "kds.example.com"}}
	if err := c.check(); err != nil || !slices.Equal(c.Hosts, []string{"kitchen.pizza.example", "kds.example.com"}) {
		t.Errorf("%v, %v", c.Hosts, err)
	}
	for _, wrong := range []string{"", "http://kds.example.com", "kds.example.com:8080", "two names"} {
		c.Hosts = []string{wrong}
		if err := c.check(); !errors.Is(err, settings.ErrUsage) {
			t.Errorf("%q is taken for a name: %v", wrong, err)
		}
	}
}
