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

func TestHubsAreNamedLikeHubs(t *testing.T) {
	t.Parallel()
	for hub, usable := range map[string]bool{
		"tls://hub.example:7422": true, "nats-leaf://10.0.0.1:7422": true, "nats://[::1]:4222": true,
		"nonsense": false, "hub.example:7422": false, "https://hub.example": false, "tls://": false, "tls://:7422": false, "": false,
	} {
		c := Config{Data: "data", Uplink: "leaf", Hubs: []string{hub}}
		if err := c.check(); (err == nil) != usable || !usable && !errors.Is(err, settings.ErrUsage) {
			t.Errorf("--hub %q: %v", hub, err)
		}
	}
}
