package courier_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/courier"
)

func TestARunMovesToWhateverIsFurtherOn(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		from, says courier.State
		later      bool // than what was said last
		want       courier.Verdict
		to         courier.State
	}{
		{courier.Asked, courier.Accepted, true, courier.Taken, courier.Accepted},
		{courier.Asked, courier.Refused, true, courier.Taken, courier.Refused},
		{courier.Accepted, courier.Refused, true, courier.Unknown, courier.Accepted},
		{courier.Asked, courier.Delivered, true, courier.Taken, courier.Delivered},
		{courier.Accepted, courier.Accepted, true, courier.News, courier.Accepted},
		{courier.Accepted, courier.Asked, true, courier.Unknown, courier.Accepted},
		{courier.Assigned, "teleported", true, courier.Unknown, courier.Assigned},
		{courier.AtRestaurant, courier.Assigned, false, courier.Late, courier.AtRestaurant},
		{courier.AtRestaurant, courier.Assigned, true, courier.Taken, courier.Assigned}, // somebody else comes
		{courier.PickedUp, courier.Assigned, true, courier.Late, courier.PickedUp},
		{courier.PickedUp, courier.Cancelled, true, courier.Taken, courier.Cancelled},
		{courier.AtDoor, courier.Failed, true, courier.Taken, courier.Failed},
		{courier.Delivered, courier.Delivered, true, courier.News, courier.Delivered},
		{courier.Delivered, courier.PickedUp, true, courier.Late, courier.Delivered},
		{courier.Delivered, courier.Cancelled, true, courier.Illegal, courier.Delivered},
		{courier.Cancelled, courier.Delivered, true, courier.Illegal, courier.Cancelled},
		{courier.Cancelled, courier.Assigned, true, courier.Late, courier.Cancelled},
	} {
		at := noon.Add(-time.Minute)
		if c.later {
			at = noon.Add(time.Minute)
		}
		r := courier.Run{State: c.from, At: noon}
		got, v := r.Follow(courier.Update{State: c.says, At: at}, noon.Add(time.Hour))
		if v != c.want || got.State != c.to {
			t.Errorf("%s, then %q: %s, %s; want %s, %s", c.from, c.says, v, got.State, c.want, c.to)
		}
		if got.State.Over() && !c.from.Over() && got.Ended.IsZero() {
			t.Errorf("%s, then %q: it has ended, and nobody knows when", c.from, c.says)
		}
	}
}

// Whatever order the messages of one ride come in, and however often: the run ends where the ride did, and never hands the food back.
func TestMessagesMayOvertakeEachOther(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)
	ride := []courier.State{courier.Accepted, courier.Assigned, courier.AtRestaurant, courier.PickedUp, courier.AtDoor, courier.Delivered}
	rapid.Check(t, func(rt *rapid.T) {
		ride := append([]courier.State{}, ride[:rapid.IntRange(1, len(ride)).Draw(rt, "length")]...)
		if end := rapid.SampledFrom([]courier.State{"", courier.Failed, courier.Cancelled}).Draw(rt, "end"); end != "" && ride[len(ride)-1] != courier.Delivered {
			ride = append(ride, end)
		}
		var said []courier.Update
		for i, s := range ride {
			for range rapid.IntRange(1, 2).Draw(rt, "times") {
				said = append(said, courier.Update{State: s, At: noon.Add(time.Duration(i) * time.Minute)})
			}
		}
		r, had := courier.Run{State: courier.Asked, At: noon.Add(-time.Minute)}, false
		for _, u := range rapid.Permutation(said).Draw(rt, "order") {
			r, _ = r.Follow(u, noon.Add(time.Hour))
			if had = had || r.State.Has(); had && !r.State.Has() && !r.State.Over() {
				rt.Fatalf("the food went back to the restaurant: %s", r.State)
			}
		}
		if last := ride[len(ride)-1]; r.State != last {
			rt.Fatalf("the ride ended as %s, the run as %s", last, r.State)
		}
	})
}

func TestDetailsAreShownAsPeopleCanReadThem(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)
	r, _ := courier.Run{State: courier.Accepted}.Follow(courier.Update{
		State: courier.Assigned, Rider: " Mi\x00la\n", Link: "https://swift.example/1", Code: "4711", At: now.Add(time.Hour), DropAt: now.Add(time.Minute),
	}, now)
	if r.Rider != "Mila" || r.Link != "https://swift.example/1" || r.Code != "4711" || !r.At.Equal(now) || !r.DropAt.Equal(now.Add(time.Minute)) {
		t.Errorf("%+v", r)
	}
	for _, link := range []string{
		"javascript:alert(1)", "http://swift.example", "http://127.0.0.1:22/", "https://swift.example/\n", "https://" + string(make([]byte, 500)),
		"https://", "https:swift.example", "https://localhost/1", "https://pc/1", "https://127.0.0.1/1", "https://10.0.0.7/1", "https://[::1]/1", "https://8.8.8.8/1",
		"https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://printer.local/", "https://db.internal/", "https://swift.example@evil.example/", "https://a:b@swift.example/",
		"https://swift.example\\@10.0.0.7/", "https://swıft.example/", "HTTPS://swift.example /", "https://-swift.example/", "https://swift..example/", "https://swift.example:x/",
		"https://" + strings.Repeat("a", 64) + ".example/", "//swift.example/1", " https://swift.example/1", "https://swift.example/1#" + strings.Repeat("a", 500),
	} {
		r, _ := courier.Run{State: courier.Accepted}.Follow(courier.Update{State: courier.Assigned, Link: link}, now)
		if r.Link != "" {
			t.Errorf("guests are shown %q", link)
		}
	}
}

func TestALinkOfThePublicWebIsShown(t *testing.T) {
	t.Parallel()
	for _, link := range []string{
		"https://swift.example/1", "https://track.swift.example:8443/a/b?c=d&e=%20#f", "https://xn--swft-0ra.example/", "https://swift.xn--p1ai/1", "https://SWIFT.Example/1", "https://swift.example./1",
	} {
		if courier.PublicLink(link) != link {
			t.Errorf("guests are not shown %q", link)
		}
	}
}

func TestTheCheapestThatMakesThePromiseIsTaken(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)
	q := func(name string, fee int64, minutes int) courier.Quote {
		return courier.Quote{Courier: name, Fee: usd(fee), DropAt: now.Add(time.Duration(minutes) * time.Minute), Expires: now.Add(time.Minute)}
	}
	with := func(q courier.Quote, change func(*courier.Quote)) courier.Quote { change(&q); return q }
	promise := now.Add(30 * time.Minute)
	for _, c := range []struct {
		name   string
		quotes []courier.Quote
		own    int // minutes until our own driver is at the door; 0: none
		want   string
	}{
		{"nobody quotes", nil, 0, ""},
		{"the cheapest", []courier.Quote{q("a", 900, 20), q("b", 800, 29), q("c", 700, 31)}, 0, "b"},
		{"the earlier of two that cost the same", []courier.Quote{q("a", 800, 29), q("b", 800, 20)}, 0, "b"},
		{"none above the limit", []courier.Quote{q("a", 1501, 20)}, 0, ""},
		{"one at the limit, at the last minute", []courier.Quote{q("a", 1500, 30)}, 0, "a"},
		{"none in another currency", []courier.Quote{with(q("a", 800, 20), func(q *courier.Quote) { q.Fee.Currency = "EUR" })}, 0, ""},
		{"none that pays us", []courier.Quote{q("a", -1, 20)}, 0, ""},
		{"none that is about to end", []courier.Quote{with(q("a", 800, 20), func(q *courier.Quote) { q.Expires = now.Add(4 * time.Second) })}, 0, ""},
		{"none that was there before", []courier.Quote{q("a", 800, -1)}, 0, ""},
		{"nobody makes it, and there is no driver: the earliest", []courier.Quote{q("a", 100, 40), q("b", 900, 35)}, 0, "b"},
		{"nobody makes it: one that beats our driver clearly", []courier.Quote{q("a", 100, 40)}, 45, "a"},
		{"nobody makes it, and our driver is hardly later", []courier.Quote{q("a", 100, 41)}, 45, ""},
	} {
		var own time.Time
		if c.own > 0 {
			own = now.Add(time.Duration(c.own) * time.Minute)
		}
		got, found := courier.Choose(c.quotes, promise, own, now, usd(2000), courier.Rules{FeeLimit: 1500, Margin: 5 * time.Minute})
		if got.Courier != c.want || found != (c.want != "") {
			t.Errorf("%s: %q, %v; want %q", c.name, got.Courier, found, c.want)
		}
	}
}
