package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"awesome.pizza/shared/settings"
)

// Status is what GET /status answers.
type Status struct {
	Processes   []View           `json:"processes"`
	Restaurants []RestaurantView `json:"restaurants"`
}

// RestaurantView is one restaurant, whether its internet is there and in what weather, and what its node says of the link: "up", "down",
// or "unknown" when the node does not answer.
type RestaurantView struct {
	ID       string  `json:"id"`
	Internet bool    `json:"internet"`
	Weather  Weather `json:"weather"`
	Link     string  `json:"link"`
	URL      string  `json:"url"`
}

// control is how people, tests and curl cut cables and kill processes; pages of other sites, whatever their name points at, are refused.
func (c *Chain) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, r *http.Request) { answer(w, http.StatusOK, c.Status(r.Context())) })
	mux.HandleFunc("POST /restaurants/{id}/internet", c.setInternet)
	mux.HandleFunc("POST /processes/{name}/kill", c.onProcess((*Process).Kill))
	mux.HandleFunc("POST /processes/{name}/start", c.onProcess((*Process).Start))
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, "cross_origin", "a page of another site wants to change something here")
	}))
	return onlyHere(cross.Handler(mux))
}

// onlyHere refuses requests that name another host than this machine: those of a page whose name was made to point here (DNS rebinding).
func onlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !settings.AskedHere(r) {
			refuse(w, http.StatusMisdirectedRequest, "wrong_host", "the control page serves only its own machine, as 127.0.0.1 or localhost")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (c *Chain) setInternet(w http.ResponseWriter, r *http.Request) {
	weather, err := readWeather(http.MaxBytesReader(w, r.Body, 1024))
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, "invalid", err.Error())
		return
	}
	i := slices.IndexFunc(c.restaurants, func(x *restaurant) bool { return x.id == r.PathValue("id") })
	if i < 0 {
		refuse(w, http.StatusNotFound, "not_found", fmt.Sprintf("there is no restaurant %q in this chain", r.PathValue("id")))
		return
	}
	if err := c.restaurants[i].internet.Set(weather); err != nil {
		refuse(w, http.StatusInternalServerError, "internal", err.Error())
		return
	}
	answer(w, http.StatusOK, c.restaurants[i].view(r.Context()))
}

// readWeather reads what shall become of a line. A line that is slow, or comes and goes, is there unless it is said not to be.
func readWeather(body io.Reader) (Weather, error) {
	var want struct {
		Up *bool `json:"up"`
		Weather
	}
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(&want); err != nil || want.Up == nil && want.Weather == (Weather{}) {
		return Weather{}, errors.New(`write {"up":false} to cut the internet and {"up":true} to mend it; "how", "latency_ms", "kbps", "slice" and "flap_ms" make other weather`)
	}
	want.Weather.Up = want.Up == nil || *want.Up
	return want.Weather, want.Weather.check()
}

func (c *Chain) onProcess(do func(*Process) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := c.process(r.PathValue("name"))
		if p == nil {
			refuse(w, http.StatusNotFound, "not_found", fmt.Sprintf("there is no process %q in this chain; GET /status names them", r.PathValue("name")))
			return
		}
		if err := do(p); err != nil {
			refuse(w, http.StatusConflict, "conflict", err.Error())
			return
		}
		answer(w, http.StatusOK, p.View())
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// refuse answers a problem as RFC 9457 has it.
func refuse(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "title": http.StatusText(status), "detail": detail})
}
