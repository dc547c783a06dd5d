package kds

import (
	"net/http"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/order"
)

// figuresView is GET /api/shift: how long things took on a business day.
type figuresView struct {
	Day      string                `json:"day"`
	Orders   int                   `json:"orders"`
	Open     int                   `json:"open"`
	Ended    map[order.Kitchen]int `json:"ended"`
	Line     spreadView            `json:"line"` // from the queue until made
	Make     spreadView            `json:"make"` // from the first touch until made
	Oven     spreadView            `json:"oven"`
	Cut      spreadView            `json:"cut"`
	Rack     spreadView            `json:"rack"`
	Total    spreadView            `json:"total"`
	Stations map[string]spreadView `json:"stations"`
	Cooks    []cookFigures         `json:"cooks"`
	Marks    map[string]int        `json:"marks"`
	Remakes  map[string]int        `json:"remakes"`
}

type spreadView struct {
	Count   int     `json:"count"`
	LeftOut int     `json:"left_out"` // doubtful
	P50     float64 `json:"p50_s"`
	P90     float64 `json:"p90_s"`
}

type cookFigures struct {
	Cook  string     `json:"cook"`
	Items int        `json:"items"`
	Make  spreadView `json:"make"`
	Marks int        `json:"marks"`
}

func spread(s kitchen.Spread) spreadView {
	return spreadView{Count: s.Count, LeftOut: s.LeftOut, P50: s.P50.Seconds(), P90: s.P90.Seconds()}
}

// shift answers GET /api/shift, of the present business day or of ?day=2026-07-03.
func (s *Server) shift(w http.ResponseWriter, r *http.Request) error {
	day := r.URL.Query().Get("day")
	if day != "" {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return invalid("day", "day is %q; write it like 2026-07-03", clip(day))
		}
	}
	f, err := s.Kitchen.Shift(r.Context(), day)
	if err != nil {
		return err
	}
	v := figuresView{
		Day: f.Day, Orders: f.Orders, Open: f.Open, Ended: f.Ended, Line: spread(f.Line), Make: spread(f.Make), Oven: spread(f.Oven), Cut: spread(f.Cut),
		Rack: spread(f.Rack), Total: spread(f.Total), Stations: map[string]spreadView{}, Cooks: []cookFigures{}, Marks: f.Marks, Remakes: f.Remakes,
	}
	for name, sp := range f.Station {
		v.Stations[name] = spread(sp)
	}
	for _, c := range f.Cooks {
		v.Cooks = append(v.Cooks, cookFigures{Cook: c.Cook, Items: c.Items, Make: spread(c.Make), Marks: c.Marks})
	}
	return respond(w, http.StatusOK, v)
}
