package broker

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// matches is MQTT 4.7 said plainly: does a topic match a filter?
func matches(filter, topic []string) bool {
	if len(filter) == 0 {
		return len(topic) == 0
	}
	if filter[0] == "#" {
		return true
	}
	return len(topic) > 0 && (filter[0] == "+" || filter[0] == topic[0]) && matches(filter[1:], topic[1:])
}

// topics is every topic of up to four levels of a small alphabet.
func topics() [][]string {
	all, last := [][]string{}, [][]string{{}}
	for range 4 {
		var longer [][]string
		for _, t := range last {
			for _, level := range []string{"a", "b", "z"} {
				longer = append(longer, append(append([]string{}, t...), level))
			}
		}
		all, last = append(all, longer...), longer
	}
	return all
}

func filters(t *rapid.T, name string) []string {
	f := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "+"}), 1, 3).Draw(t, name)
	if rapid.Bool().Draw(t, name+" open") {
		f = append(f, "#")
	}
	return f
}

func TestCoverAndOverlapAgreeWithEveryTopic(t *testing.T) {
	t.Parallel()
	all := topics()
	rapid.Check(t, func(t *rapid.T) {
		a, b := filters(t, "a"), filters(t, "b")
		inside, meet := true, false
		for _, topic := range all {
			inA, inB := matches(a, topic), matches(b, topic)
			inside = inside && (inA || !inB)
			meet = meet || inA && inB
		}
		if covers(a, b) != inside {
			t.Fatalf("%s covers %s: %v, but topics say %v", strings.Join(a, "/"), strings.Join(b, "/"), covers(a, b), inside)
		}
		if overlap(a, b) != meet || overlap(b, a) != meet {
			t.Fatalf("%s overlaps %s: %v, but topics say %v", strings.Join(a, "/"), strings.Join(b, "/"), overlap(a, b), meet)
		}
	})
}

func TestDollarTopicsAreNobodys(t *testing.T) {
	t.Parallel()
	g := Grant{Device: "d", Publish: []string{"#", "$SYS/#"}, Read: []string{"#", "+/x", "$SYS/#"}}
	for _, topic := range []string{"$SYS/x", "$share/g/a", "$", ""} {
		if g.mayRead(topic) || g.mayPublish(topic) {
			t.Errorf("%q is open to all", topic)
		}
	}
}

func TestAClientIDBelongsToOneDevice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		device, clientID string
		want             bool
	}{
		{"a", "a", true},
		{"a", "a/b", true},
		{"a", "", true},
		{"a", "a-b", false},
		{"a", "ab", false},
		{"a", "/a", false},
		{"", "", false},
		{"", "/x", false},
		{"a/b", "a/b", false},
	} {
		if got := (Grant{Device: c.device}).owns(c.clientID); got != c.want {
			t.Errorf("%q owns client id %q: %v", c.device, c.clientID, got)
		}
	}
}
