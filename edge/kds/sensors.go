package kds

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/clock"
)

// Sensors are the restaurant's probes and scales as they stand now, and the food safety log of a business day, today's when none is named.
type Sensors interface {
	Sensors() []SensorView
	FoodSafety(ctx context.Context, day string, after int64) (lines []kitchen.Reading, intact bool, err error)
}

// SensorView is a probe or a scale for the displays.
type SensorView struct {
	ID         string   `json:"id"`
	Kind       string   `json:"kind"` // "probe" or "scale"
	Name       string   `json:"name"`
	State      string   `json:"state"` // "ok", "too_warm", "too_cold" or "silent"
	Celsius    *float64 `json:"celsius,omitempty"`
	Low        *float64 `json:"low,omitempty"` // °C
	High       *float64 `json:"high,omitempty"`
	Battery    *float64 `json:"battery_percent,omitempty"`
	Grams      *float64 `json:"grams,omitempty"`
	Stable     *bool    `json:"stable,omitempty"`     // the weight no longer moves
	Ingredient string   `json:"ingredient,omitempty"` // what lies on the scale
	HeardAt    *moment  `json:"heard,omitempty"`
}

// Heard says when it spoke last.
func (v *SensorView) Heard(t time.Time) { v.HeardAt = at(t) }

// noSensors is a restaurant without any.
type noSensors struct{}

func (noSensors) Sensors() []SensorView { return nil }

func (noSensors) FoodSafety(context.Context, string, int64) ([]kitchen.Reading, bool, error) {
	return nil, true, nil
}

// sensors answers GET /api/sensors.
func (s *Server) sensors(w http.ResponseWriter, _ *http.Request) error {
	return respond(w, http.StatusOK, map[string]any{"sensors": listed(s.Sensors.Sensors())})
}

type readingView struct {
	N       int64         `json:"n"`
	At      *moment       `json:"at"`
	Probe   string        `json:"probe"`
	What    kitchen.Noted `json:"what"`
	Celsius *float64      `json:"celsius,omitempty"`
	Low     *float64      `json:"low,omitempty"`
	High    *float64      `json:"high,omitempty"`
}

// foodSafety answers GET /api/food-safety?day=&after=&format=csv: what the probes measured on a business day, today's when none is named.
func (s *Server) foodSafety(w http.ResponseWriter, r *http.Request) error {
	day, after, err := pageOf(r)
	if err != nil {
		return err
	}
	lines, intact, err := s.Sensors.FoodSafety(r.Context(), day, after)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") == "csv" {
		rows := [][]string{{"n", "at", "day", "probe", "what", "celsius", "low", "high"}}
		for _, l := range lines {
			rows = append(rows, []string{
				strconv.FormatInt(l.N, 10), clock.Format(l.At), l.Day, l.Probe, string(l.What), degrees(l.Celsius), degrees(l.Low), degrees(l.High),
			})
		}
		return respondCSV(w, "food-safety", rows)
	}
	views := make([]readingView, len(lines))
	for n, l := range lines {
		views[n] = readingView{l.N, at(l.At), l.Probe, l.What, l.Celsius, l.Low, l.High}
	}
	return respond(w, http.StatusOK, map[string]any{"day": day, "intact": intact, "lines": views})
}

func degrees(celsius *float64) string {
	if celsius == nil {
		return ""
	}
	return strconv.FormatFloat(*celsius, 'f', -1, 64)
}
