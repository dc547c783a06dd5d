package kitchen_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests, wherever they run

	"pgregory.net/rapid"

	"awesome.pizza/edge/kitchen"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestTheBusinessDayStartsAtItsHourByTheLocalClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone   string
		starts int
		at     string // UTC
		day    string
	}{
		{"UTC", 4, "2026-07-04T03:59:59Z", "2026-07-03"},
		{"UTC", 4, "2026-07-04T04:00:00Z", "2026-07-04"},
		{"UTC", 0, "2026-07-04T00:00:00Z", "2026-07-04"},
		{"America/Chicago", 4, "2026-07-04T08:59:00Z", "2026-07-03"}, // 03:59 in summer
		{"America/Chicago", 4, "2026-07-04T09:00:00Z", "2026-07-04"},
		{"America/Chicago", 4, "2026-01-04T09:59:00Z", "2026-01-03"}, // 03:59 in winter
		{"America/Chicago", 4, "2026-01-04T10:00:00Z", "2026-01-04"},
		{"Europe/Berlin", 2, "2026-03-29T00:59:00Z", "2026-03-28"}, // 01:59, then the clock jumps to 03:00
		{"Europe/Berlin", 2, "2026-03-29T01:00:00Z", "2026-03-29"},
		{"Europe/Berlin", 3, "2026-10-25T00:30:00Z", "2026-10-24"}, // 02:30, the first time
		{"Europe/Berlin", 3, "2026-10-25T01:30:00Z", "2026-10-24"}, // 02:30 again
		{"Europe/Berlin", 3, "2026-10-25T02:00:00Z", "2026-10-25"},
		{"Europe/Berlin", 4, "2026-03-01T02:00:00Z", "2026-02-28"}, // over the end of a month
		{"Pacific/Apia", 4, "2011-12-30T12:00:00Z", "2011-12-30"},  // Samoa left out December 30: 02:00 on the 31st belongs to the day before
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		s := kitchen.Settings{Zone: zone(t, c.zone), DayStarts: c.starts}
		if got := s.Day(at); got != c.day {
			t.Errorf("%s in %s with a day from %d is of %s, want %s", c.at, c.zone, c.starts, got, c.day)
		}
	}
}

func TestTheBusinessDayNeverGoesBack(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{
		zone(t, "America/New_York"), zone(t, "America/Sao_Paulo"), zone(t, "America/Havana"), zone(t, "Europe/Dublin"), zone(t, "Australia/Lord_Howe"),
		zone(t, "Asia/Kathmandu"),
	}
	rapid.Check(t, func(r *rapid.T) {
		s := kitchen.Settings{Zone: rapid.SampledFrom(zones).Draw(r, "zone"), DayStarts: rapid.IntRange(1, 23).Draw(r, "starts")}
		at := time.Unix(rapid.Int64Range(946684800, 1893456000).Draw(r, "at"), 0)
		later := at.Add(time.Duration(rapid.Int64Range(0, 48*3600).Draw(r, "later")) * time.Second)
		if s.Day(later) < s.Day(at) {
			r.Errorf("%v is of %s, and later %v of %s", at, s.Day(at), later, s.Day(later))
		}
	})
}

func TestNumbersStartAnewWithEveryBusinessDayAndNeverTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	given := map[string]bool{}
	for n, want := range []struct {
		pass   time.Duration
		day    string
		number int
	}{
		{0, "2026-07-03", 1},
		{8*time.Hour + 29*time.Minute, "2026-07-03", 2}, // 03:59
		{time.Minute, "2026-07-04", 1},
		{-time.Hour, "2026-07-03", 3}, // the clock is set back
		{time.Hour, "2026-07-04", 2},
		{-56 * 365 * 24 * time.Hour, "1970-07-18", 1}, // a node that wakes without a clock
		{56 * 365 * 24 * time.Hour, "2026-07-04", 3},
	} {
		h.clock.pass(want.pass)
		if n%2 == 1 {
			h.restart()
		}
		ticket := h.place(cola)
		if ticket.Day != want.day || ticket.Number != want.number {
			t.Errorf("order %d at %v got %d of %s, want %d of %s", n+1, h.clock.Now(), ticket.Number, ticket.Day, want.number, want.day)
		}
		key := fmt.Sprint(ticket.Day, ticket.Number)
		if given[key] {
			t.Errorf("%s was given twice", key)
		}
		given[key] = true
	}
}

func TestSettingsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, s := range []kitchen.Settings{{}, {Restaurant: "r1", DayStarts: 24}, {Restaurant: "r1", DayStarts: -1}} {
		if _, err := kitchen.New(t.Context(), h.store, nil, h.clock, h.hub, s); err == nil {
			t.Errorf("a kitchen opened with %+v", s)
		}
	}
}
