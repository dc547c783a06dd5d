package restaurant_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func luigis(h restaurant.Hours) restaurant.Restaurant {
	return restaurant.Restaurant{ID: "r1", Name: "Luigi's", Latitude: 41.9, Longitude: 12.5, TimeZone: "Europe/Rome", Hours: h}
}

func rome(t testing.TB, wall string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", wall, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func TestOpeningHoursOnTheClockOfTheRestaurant(t *testing.T) {
	t.Parallel()
	week := restaurant.Hours{
		Mon: []string{"11:00-14:00", "17:00-23:00"},
		Fri: []string{"18:00-02:00"},
		Sat: []string{"00:00-24:00"},
		Sun: []string{"20:00-01:00"},
		Wed: []string{"20:00-20:00"}, // all around the clock
	}
	for wall, open := range map[string]bool{
		"2026-07-06 10:59": false, // a Monday
		"2026-07-06 11:00": true,
		"2026-07-06 14:00": false,
		"2026-07-06 22:59": true,
		"2026-07-06 23:00": false,
		"2026-07-07 12:00": false, // Tuesday is a day off
		"2026-07-03 17:59": false, // a Friday
		"2026-07-03 23:59": true,
		"2026-07-04 01:59": true, // still Friday's
		"2026-07-04 12:00": true,
		"2026-07-04 23:59": true,
		"2026-07-05 00:00": false,
		"2026-07-05 20:00": true,
		"2026-07-06 00:30": true, // Sunday's, on Monday
		"2026-07-08 19:59": false,
		"2026-07-09 19:59": true,
		"2026-07-09 20:00": false,
	} {
		r := luigis(week)
		if got := r.OpenAt(rome(t, wall)); got != open {
			t.Errorf("at %s open is %v", wall, got)
		}
	}
}

func TestNightsOnWhichTheClockChanges(t *testing.T) {
	t.Parallel()
	r := luigis(restaurant.Daily("18:00-03:30"))
	for utc, open := range map[string]bool{
		"2026-03-29T00:59:00Z": true,  // 01:59, then the clock jumps to 03:00
		"2026-03-29T01:29:00Z": true,  // 03:29
		"2026-03-29T01:30:00Z": false, // 03:30
		"2026-10-25T00:30:00Z": true,  // 02:30, for the first time
		"2026-10-25T01:30:00Z": true,  // 02:30 again
		"2026-10-25T02:29:00Z": true,  // 03:29
		"2026-10-25T02:30:00Z": false, // 03:30
	} {
		at, err := time.Parse(time.RFC3339, utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.OpenAt(at); got != open {
			t.Errorf("at %s open is %v", utc, got)
		}
	}
}

func TestWhenItOpensNext(t *testing.T) {
	t.Parallel()
	r := luigis(restaurant.Hours{Mon: []string{"17:00-23:00", "11:00-14:00"}, Fri: []string{"18:00-02:00"}})
	for now, opens := range map[string]string{
		"2026-07-06 09:00": "2026-07-06 11:00",
		"2026-07-06 12:00": "2026-07-06 12:00", // is open
		"2026-07-06 15:00": "2026-07-06 17:00",
		"2026-07-06 23:00": "2026-07-10 18:00",
		"2026-07-11 03:00": "2026-07-13 11:00",
	} {
		if got, ok := r.Opens(rome(t, now)); !ok || !got.Equal(rome(t, opens)) {
			t.Errorf("at %s: opens %v, want %s", now, got, opens)
		}
	}
	once := luigis(restaurant.Hours{Wed: []string{"12:00-13:00"}})
	if got, ok := once.Opens(rome(t, "2026-07-08 13:30")); !ok || !got.Equal(rome(t, "2026-07-15 12:00")) {
		t.Errorf("open once a week: %v, %v", got, ok)
	}
	always := luigis(restaurant.Hours{})
	if got, ok := always.Opens(rome(t, "2026-07-06 04:00")); !ok || !got.Equal(rome(t, "2026-07-06 04:00")) {
		t.Errorf("no hours are all hours: %v, %v", got, ok)
	}
}

func TestItIsOpenWhenItOpensAndNotBefore(t *testing.T) {
	t.Parallel()
	zones := []string{"Europe/Rome", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"}
	spans := []string{"11:00-14:00", "18:00-02:00", "00:00-24:00", "06:30-06:31", "23:59-00:00"}
	rapid.Check(t, func(t *rapid.T) {
		r := luigis(restaurant.Hours{})
		r.TimeZone = rapid.SampledFrom(zones).Draw(t, "zone")
		for _, day := range []*[]string{&r.Hours.Mon, &r.Hours.Wed, &r.Hours.Thu, &r.Hours.Sun} {
			*day = rapid.SliceOfN(rapid.SampledFrom(spans), 0, 2).Draw(t, "spans")
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*24*60).Draw(t, "minute")) * time.Minute)
		hours := r.Timetable()
		opens, ok := hours.Opens(now)
		if !ok {
			t.Fatal("a restaurant that opens every week does not open within eight days")
		}
		if !hours.OpenAt(opens) {
			t.Fatalf("it opens at %v and is closed then", opens)
		}
		for at := now; at.Before(opens); at = at.Add(7 * time.Minute) {
			if hours.OpenAt(at) {
				t.Fatalf("open at %v, before it opens at %v", at, opens)
			}
		}
	})
}

func TestRowsThatCannotBe(t *testing.T) {
	t.Parallel()
	good := luigis(restaurant.Daily("11:00-23:00"))
	if err := good.Check(); err != nil || good.Offline != restaurant.Pause || good.RadiusKM != restaurant.DefaultRadiusKM || good.Cooks != restaurant.DefaultCooks {
		t.Errorf("%+v, %v", good, err)
	}
	for name, spoil := range map[string]func(*restaurant.Restaurant){
		"no id":             func(r *restaurant.Restaurant) { r.ID = "" },
		"an id with a dot":  func(r *restaurant.Restaurant) { r.ID = "r.1" },
		"a long id":         func(r *restaurant.Restaurant) { r.ID = strings.Repeat("r", 65) },
		"no name":           func(r *restaurant.Restaurant) { r.Name = "" },
		"beyond the pole":   func(r *restaurant.Restaurant) { r.Latitude = 90.1 },
		"no zone":           func(r *restaurant.Restaurant) { r.TimeZone = "" },
		"the machine's":     func(r *restaurant.Restaurant) { r.TimeZone = "Local" },
		"zone of nowhere":   func(r *restaurant.Restaurant) { r.TimeZone = "Europe/Atlantis" },
		"unknown policy":    func(r *restaurant.Restaurant) { r.Offline = "hope" },
		"around the world":  func(r *restaurant.Restaurant) { r.RadiusKM = 201 },
		"minus one cook":    func(r *restaurant.Restaurant) { r.Cooks = -1 },
		"hours of a day":    func(r *restaurant.Restaurant) { r.Hours.Tue = []string{"all day"} },
		"25 o'clock":        func(r *restaurant.Restaurant) { r.Hours.Tue = []string{"11:00-25:00"} },
		"from midnight's e": func(r *restaurant.Restaurant) { r.Hours.Tue = []string{"24:00-02:00"} },
		"short hand":        func(r *restaurant.Restaurant) { r.Hours.Tue = []string{"9:00-17:00"} },
	} {
		bad := luigis(restaurant.Daily("11:00-23:00"))
		if spoil(&bad); bad.Check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestALinkIsDownAfterTwentySecondsOfSilence(t *testing.T) {
	t.Parallel()
	if restaurant.DownAfter != link.LinkDownAfter {
		t.Fatalf("here a link is down after %v, elsewhere after %v", restaurant.DownAfter, link.LinkDownAfter)
	}
	var p restaurant.Presence
	start := time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)
	if l := p.Of("r1", start); l.Up || !l.Since.IsZero() {
		t.Errorf("never heard of: %+v", l)
	}
	if !p.Heard("r1", restaurant.Beat{Backlog: 3, At: start.Add(time.Minute)}, start) {
		t.Error("the first beat does not bring it up")
	}
	if p.Heard("r1", restaurant.Beat{Backlog: 2, At: start.Add(time.Minute + 15*time.Second)}, start.Add(15*time.Second)) {
		t.Error("the second one brings it up again")
	}
	l := p.Of("r1", start.Add(30*time.Second))
	if !l.Up || !l.Since.Equal(start) || !l.Heard.Equal(start.Add(15*time.Second)) || l.Ahead != time.Minute || l.Beat.Backlog != 2 {
		t.Errorf("%+v", l)
	}
	if !p.Up("r1", start.Add(35*time.Second-1)) || p.Up("r1", start.Add(35*time.Second)) {
		t.Error("it is not down exactly after the silence")
	}
	if l := p.Of("r1", start.Add(time.Hour)); l.Up || !l.Since.Equal(start.Add(35*time.Second)) {
		t.Errorf("down since %v", l.Since)
	}
	if !p.Heard("r1", restaurant.Beat{}, start.Add(time.Hour)) || !p.Of("r1", start.Add(time.Hour)).Since.Equal(start.Add(time.Hour)) {
		t.Error("it does not come back")
	}
	if p.Up("r2", start) {
		t.Error("another restaurant is up")
	}
}

func TestPresenceIsHeardFromAllSides(t *testing.T) {
	t.Parallel()
	var p restaurant.Presence
	var wait sync.WaitGroup
	now := time.Now()
	for i := range 8 {
		wait.Go(func() {
			for range 100 {
				p.Heard([]string{"r1", "r2"}[i%2], restaurant.Beat{}, now)
				p.Up("r1", now)
			}
		})
	}
	wait.Wait()
	if !p.Up("r1", now) || !p.Up("r2", now) {
		t.Error("lost a beat")
	}
}
