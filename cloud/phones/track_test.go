package phones

import (
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
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
