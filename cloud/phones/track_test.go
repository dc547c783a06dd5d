package phones

import (
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

var noon = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)

// fix is so many km north of nowhere, so many seconds after noon.
func fix(km, seconds float64) dispatch.Position {
	return dispatch.Position{Driver: "d1", Lat: 40 + km/111.195, Lon: 10, At: noon.Add(time.Duration(seconds * float64(time.Second)))}
}

func TestAWayIsBelievedAsFarAsItCanBeDriven(t *testing.T) {
	t.Parallel()
	type step struct {
		km, s float64
		want  string // code, or empty when it is believed
	}
	for name, way := range map[string][]step{
		"a drive":                         {{0, 0, ""}, {0.02, 1, ""}, {0.04, 2, ""}, {2, 120, ""}},
		"standing still":                  {{0, 0, ""}, {0, 1, ""}, {0, 2, ""}},
		"noise at 2 Hz":                   {{0, 0, ""}, {0.08, 0.5, ""}, {0, 1, ""}, {0.09, 1.5, ""}},
		"a fix from another town":         {{0, 0, ""}, {50, 1, "impossible_jump"}, {0.04, 2, ""}, {0.06, 3, ""}},
		"two in a row":                    {{0, 0, ""}, {50, 1, "impossible_jump"}, {50, 2, "impossible_jump"}, {0.06, 3, ""}},
		"it was the first that was wrong": {{50, 0, ""}, {0, 1, "impossible_jump"}, {0.02, 2, "impossible_jump"}, {0.04, 3, ""}, {0.06, 4, ""}},
		"all over the place":              {{0, 0, ""}, {50, 1, "impossible_jump"}, {-90, 2, "impossible_jump"}, {70, 3, "impossible_jump"}, {0.1, 5, ""}},
		"300 km/h on and on":              {{0, 0, ""}, {5, 60, "impossible_jump"}, {10, 120, "impossible_jump"}, {15, 180, "impossible_jump"}, {20, 240, "impossible_jump"}},
		"180 km/h":                        {{0, 0, ""}, {3, 60, ""}, {6, 120, ""}},
		"a train ride without signal":     {{0, 0, ""}, {100, 3600, ""}},
		"the same again":                  {{0, 0, ""}, {0, 0, "not_newer"}, {0.01, 1, ""}},
		"out of order":                    {{0, 10, ""}, {0, 9, "not_newer"}, {0.01, 11, ""}},
		"doubts out of order":             {{0, 0, ""}, {50, 3, "impossible_jump"}, {50, 2, "impossible_jump"}, {50, 4, "impossible_jump"}, {50, 5, ""}},
	} {
		var tr track
		for i, s := range way {
			err := tr.follow(fix(s.km, s.s), 0, DefaultMaxKMH)
			code := ""
			if p := problem.Of(err); p != nil {
				code = p.Code
			}
			if code != s.want || (err == nil) != (s.want == "") {
				t.Errorf("%s, fix %d: %v, want %q", name, i, err, s.want)
			}
		}
	}
}

func TestAVagueFixIsGivenRoom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		accuracy float64
		ok       bool
	}{{0, false}, {0.9, true}} {
		var tr track
		_ = tr.follow(fix(0, 0), c.accuracy, DefaultMaxKMH) // the first is always believed
		if err := tr.follow(fix(1, 5), 0, DefaultMaxKMH); (err == nil) != c.ok {
			t.Errorf("a kilometre in 5 s after a fix within %v km: %v", c.accuracy, err)
		}
	}
}

// idle are phones that nobody runs.
func idle(travel dispatch.Travel) *Phones {
	return &Phones{cfg: Config{Travel: travel}, tracks: map[string]*track{}, unsent: map[string]dispatch.Position{}, bags: newBags()}
}

func TestAWayIsForgottenADayAfterTheLastWordOfIt(t *testing.T) {
	t.Parallel()
	p := idle(nil)
	long, lately := noon.Add(-25*time.Hour), noon.Add(-23*time.Hour)
	p.tracks = map[string]*track{
		"gone": {heard: long, last: dispatch.Position{Heard: long}}, "heard": {heard: lately}, "heard elsewhere": {last: dispatch.Position{Heard: lately}},
		"asked": {heard: long, asked: lately}, "here": {heard: long}, "unsent": {heard: long}, "watched": {},
	}
	p.bags.here["here"], p.unsent["unsent"] = dispatch.Driver{}, dispatch.Position{}
	p.forget(noon)
	for _, driver := range []string{"heard", "heard elsewhere", "asked", "here", "unsent"} {
		if p.tracks[driver] == nil {
			t.Errorf("%s is forgotten", driver)
		}
	}
	if len(p.tracks) != 5 {
		t.Errorf("%d are remembered", len(p.tracks))
	}
}

// TestWhatIsForecastIsWhatThePlanDrivesBy: by the driver's own vehicle, and at the pace of the hour.
func TestWhatIsForecastIsWhatThePlanDrivesBy(t *testing.T) {
	t.Parallel()
	learned, here := &dispatch.Learned{Base: dispatch.Crow{}}, fix(0, 0)
	learned.Know([]dispatch.Pace{{Corner: dispatch.CornerOf(here.Point()), Hour: 12, Reckoned: 1e9, Took: 2e9}})
	p, d := idle(learned), dispatch.Driver{ID: "d1", Vehicle: dispatch.Bicycle}
	here.Heard = noon
	bag := []dispatch.Order{{ID: "o1", Delivery: order.OutForDelivery, Drop: fix(3, 0).Point()}, {ID: "o2", Delivery: order.OutForDelivery, Drop: fix(1, 0).Point()}}
	p.bags.here["d1"], p.bags.of["d1"], p.tracks["d1"] = d, bag, &track{}
	told := p.forecast(here, noon)
	way := dispatch.Way(noon, here.Point(), d, bag, learned.At(noon))
	if len(told) != 2 || len(way) != 2 || told[0].Order != "o2" {
		t.Fatalf("%+v, %+v", told, way)
	}
	for i, e := range told {
		if !e.ETA.Equal(way[i].When.From.Truncate(time.Millisecond)) || !e.Latest.Equal(way[i].When.To.Truncate(time.Millisecond)) {
			t.Errorf("%v to %v, and the plan says %v", e.ETA, e.Latest, way[i].When)
		}
	}
	if usual := (dispatch.Crow{}).Time(here.Point(), bag[1].Drop, 15); told[0].ETA.Sub(noon) < usual*3/2 {
		t.Errorf("%v after a ride that usually takes %v, and takes twice as long at noon", told[0].ETA.Sub(noon), usual)
	}
	p.tracks["d1"].told = time.Time{}
	if old := p.forecast(here, noon.Add(10*time.Minute)); old != nil {
		t.Errorf("from where somebody was ten minutes ago: %+v", old)
	}
}
