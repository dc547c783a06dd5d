package edge

import (
	"slices"
	"testing"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
)

func TestDisplaysAreToldInAWordWhyTheLineIsDown(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, c := range []struct {
		state link.State
		want  string
	}{
		{link.State{Condition: link.Offline, Cause: link.CauseStarting}, "internet"},
		{link.State{Condition: link.Offline, Cause: link.CauseLAN}, "lan"},
		{link.State{Condition: link.Offline, Cause: link.CauseInternet}, "internet"},
		{link.State{Condition: link.Offline, Cause: link.CauseCloudSilent}, "cloud"},
		{link.State{Condition: link.Offline, Cause: link.CauseNoStream}, "cloud"},
		{link.State{Condition: link.Syncing}, "cloud"},
		{link.State{Condition: link.Healing, Cause: link.CauseFork}, "healing"},
		{link.State{Condition: link.Healing}, "healing"},
		{link.State{Condition: link.Offline, Cause: link.CauseHistory}, "healing"},
		{link.State{Condition: link.Blocked, Cause: link.CauseSnapshot}, "healing"},
		{link.State{Condition: link.Blocked, Cause: link.CauseFenced}, "fenced"},
		{link.State{Condition: link.Blocked, Cause: link.CauseSchema}, "schema"},
		{link.State{Condition: link.Blocked, Cause: link.CauseOutbox}, "disk"},
		{link.State{Condition: link.Offline, Cause: uplink.CauseCredential}, "credential"},
		{link.State{Condition: link.Blocked, Cause: uplink.CauseRevoked}, "credential"},
		{link.State{Condition: link.Offline, Cause: uplink.CauseAlone}, "alone"},
		{link.State{Condition: link.Blocked, Cause: "something new"}, "cloud"},
	} {
		if got := causeWord(c.state); got != c.want {
			t.Errorf("%s, %s is said to be %q", c.state.Condition, c.state.Cause, got)
		}
		said[c.want] = true
	}
	for _, word := range kds.Causes() {
		if !said[word] {
			t.Errorf("nothing is ever said to be %q", word)
		}
	}
	for word := range said {
		if !slices.Contains(kds.Causes(), word) {
			t.Errorf("the displays do not know %q", word)
		}
	}
}
