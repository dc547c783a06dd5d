package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/problem"
)

func FuzzStrictTakesOnlyWhatEncodingJSONTakesToo(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{"b":null}]}`, `{"a":1,"a":2}`, `{"A":1}`, `[`, `{}`, `{"a":"\u0000"}`, `{"":1}`, `1 2`, "{\"a\":\"\xff\"}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		err := strict([]byte(body))
		var p *Problem
		if err != nil && (!errors.As(err, &p) || p.Status != 400 && p.Status != 422 || p.Code == "") {
			t.Fatalf("%q: %v is no answer", body, err)
		}
		if err == nil && !json.Valid([]byte(body)) {
			t.Fatalf("%q is taken, and is no JSON", body)
		}
	})
}

func TestIfMatchIsReadAsHTTPWritesIt(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{
		"": 0, "*": 0, `"7"`: 7, ` "7" `: 7, `"6", "7"`: 7, `"7", W/"9"`: 7, `W/"7"`: -1, `7`: -1, `"x"`: -1, `"0"`: -1, `"-1"`: -1, `"`: -1, `""`: -1,
	} {
		got, err := ifMatch(header)
		if problem.Is(err, problem.Stale) {
			got = -1
		} else if err != nil {
			t.Errorf("%s: %v", header, err)
		}
		if got != want {
			t.Errorf("If-Match %s is version %d, not %d", header, got, want)
		}
	}
}

func TestASlowStreamGetsTheNewestRecord(t *testing.T) {
	t.Parallel()
	c := newOrderCaster()
	seat, stop := c.follow("o1")
	for _, version := range []int{2, 4, 3} {
		c.tell("o1", &ordering.Record{Version: version})
		c.tell("o2", &ordering.Record{Version: 99})
	}
	if r := <-seat.news; r.Version != 4 {
		t.Errorf("version %d", r.Version)
	}
	c.tellMissed()
	c.tellMissed()
	<-seat.missed
	stop()
	c.tell("o1", &ordering.Record{Version: 5})
	select {
	case r := <-seat.news:
		t.Errorf("version %d came after the stream had gone", r.Version)
	default:
	}
	if len(c.seats) != 0 {
		t.Errorf("%d orders are remembered for nobody", len(c.seats))
	}
}

func TestProblemsOfTheHouseAreSpelledForHTTP(t *testing.T) {
	t.Parallel()
	opens := time.Date(2026, 7, 3, 19, 30, 0, 0, time.FixedZone("", 3600))
	for kind, status := range statusOf {
		p := spell(problem.New(kind, "some_code", "some %s", "words").With("path", "lines[0]").With("opens", opens))
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		if doc["status"] != float64(status) || doc["type"] != "/problems/some-code" || doc["detail"] != "some words" ||
			doc["title"] != http.StatusText(status) || doc["opens"] != "2026-07-03T18:30:00.000Z" || doc["path"] != nil ||
			!strings.Contains(string(raw), `"errors":[{"path":"lines[0]","detail":"some words"}]`) {
			t.Errorf("%s: %s", kind, raw)
		}
	}
}
