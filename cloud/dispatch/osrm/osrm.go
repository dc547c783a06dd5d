// Package osrm reckons travel times with a road network: the table service of an OSRM server (project-osrm.org, API v1). A plan never waits for
// it. What is not known yet is answered by another reckoning and asked for behind the plan's back, so the next plan knows.
//
// Not in here: what times are used for, and how fast drivers really are (cloud/dispatch).
package osrm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"awesome.pizza/cloud/dispatch"
)

// Limits.
const (
	grid       = 1000.0                 // points a thousandth of a degree, about 100 m, apart are one
	MostPlaces = 100                    // in a request: what an OSRM server takes unless it is told otherwise
	mostAsked  = 4096                   // ways that wait to be asked for; more are asked for when they are needed again
	mostKnown  = 200_000                // ways; the older half is forgotten
	forget     = time.Hour              // a way that was not needed for so long is asked for again: roads change
	gather     = 200 * time.Millisecond // of misses, into one request
	callTime   = 2 * time.Second
	rest       = 10 * time.Second // after a request that failed
	mostBody   = 4 << 20
)

// place is a point of the grid.
type place struct{ lat, lon int32 }

type way struct{ from, to place }

type known struct {
	seconds float64 // below 0: there is no way
	since   uint64
}

// Table is dispatch.Travel by OSRM. Run asks; without it everything is answered by Otherwise.
type Table struct {
	url       string
	otherwise dispatch.Travel
	client    *http.Client
	log       *slog.Logger
	wake      chan struct{}

	mu          sync.Mutex
	seq         uint64
	young, old  map[way]known
	asked       map[way]bool
	turned      time.Time
	down        bool
	asks, fails int64
}

// New makes a Table for a server like http://osrm:5000. What the server does not know, otherwise does.
func New(url string, otherwise dispatch.Travel, client *http.Client, log *slog.Logger) *Table {
	return &Table{
		url: strings.TrimSuffix(url, "/"), otherwise: otherwise, client: client, log: log, wake: make(chan struct{}, 1),
		young: map[way]known{}, old: map[way]known{}, asked: map[way]bool{},
	}
}

func placeOf(p dispatch.Point) place {
	return place{int32(math.Round(p.Lat * grid)), int32(math.Round(p.Lon * grid))}
}

// Time is as the roads are, at the speed of a car as the server knows it, or slower or faster by the driver's.
func (t *Table) Time(from, to dispatch.Point, speedKMH float64) time.Duration {
	return t.time(from, to, speedKMH, math.MaxUint64)
}

// At is what is known now: while a plan is made nothing is learned, so that it is the same from its beginning to its end.
func (t *Table) At(time.Time) dispatch.Travel {
	t.mu.Lock()
	defer t.mu.Unlock()
	return view{t, t.seq}
}

type view struct {
	table *Table
	until uint64
}

func (v view) Time(from, to dispatch.Point, speedKMH float64) time.Duration {
	return v.table.time(from, to, speedKMH, v.until)
}

func (t *Table) time(from, to dispatch.Point, speedKMH float64, until uint64) time.Duration {
	w := way{placeOf(from), placeOf(to)}
	if w.from == w.to {
		return t.otherwise.Time(from, to, speedKMH)
	}
	seconds, ok := t.look(w, until)
	if !ok {
		return t.otherwise.Time(from, to, speedKMH)
	}
	return time.Duration(seconds * dispatch.Car.SpeedKMH() / max(speedKMH, 1) * float64(time.Second))
}

// look finds a way, or has it asked for.
func (t *Table) look(w way, until uint64) (seconds float64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, is := t.young[w]
	if !is {
		if k, is = t.old[w]; is {
			t.young[w] = k
		}
	}
	switch {
	case is && k.since <= until:
		return k.seconds, k.seconds >= 0
	case !is && !t.down && len(t.asked) < mostAsked:
		t.asked[w] = true
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	return 0, false
}

// Run asks the server for what was looked for, until ctx ends.
func (t *Table) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.wake:
		}
		pause := gather
		for ctx.Err() == nil {
			if !sleep(ctx, pause) {
				return nil
			}
			from, to := t.next()
			if len(from) == 0 {
				break
			}
			pause = gather
			if err := t.ask(ctx, from, to); err != nil && ctx.Err() == nil {
				t.failed(ctx, err)
				pause = rest
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// next are the places of the next request: of ways that were looked for, as many as it takes.
func (t *Table) next() (from, to []place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.down = false
	starts, ends := map[place]bool{}, map[place]bool{}
	for w := range t.asked {
		more := 0
		if !starts[w.from] {
			more++
		}
		if !ends[w.to] {
			more++
		}
		if len(starts)+len(ends)+more > MostPlaces {
			continue
		}
		starts[w.from], ends[w.to] = true, true
		delete(t.asked, w)
	}
	for p := range starts {
		from = append(from, p)
	}
	for p := range ends {
		to = append(to, p)
	}
	slices.SortFunc(from, order)
	slices.SortFunc(to, order)
	return from, to
}

func order(a, b place) int {
	if a.lat != b.lat {
		return int(a.lat) - int(b.lat)
	}
	return int(a.lon) - int(b.lon)
}

// answer is what the table service says: durations in seconds, null where there is no way.
type answer struct {
	Code      string       `json:"code"`
	Message   string       `json:"message"`
	Durations [][]*float64 `json:"durations"`
}

func (t *Table) ask(ctx context.Context, from, to []place) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url+request(from, to), nil)
	if err != nil {
		return fmt.Errorf("ask for ways: %w", err)
	}
	res, err := t.client.Do(r)
	if err != nil {
		return fmt.Errorf("ask for ways: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var a answer
	if err := json.NewDecoder(io.LimitReader(res.Body, mostBody)).Decode(&a); err != nil {
		return fmt.Errorf("read ways (%s): %w", res.Status, err)
	}
	if res.StatusCode != http.StatusOK || a.Code != "Ok" {
		return fmt.Errorf("ask for ways: %s %s %s", res.Status, a.Code, a.Message)
	}
	return t.keep(from, to, a.Durations)
}

// request is the path of a table from some places to others.
func request(from, to []place) string {
	var places, sources, destinations []string
	for i, p := range from {
		places, sources = append(places, p.String()), append(sources, strconv.Itoa(i))
	}
	for i, p := range to {
		places, destinations = append(places, p.String()), append(destinations, strconv.Itoa(len(from)+i))
	}
	return "/table/v1/driving/" + strings.Join(places, ";") + "?annotations=duration&sources=" + strings.Join(sources, ";") +
		"&destinations=" + strings.Join(destinations, ";")
}

// String is as OSRM takes it: longitude first.
func (p place) String() string {
	return strconv.FormatFloat(float64(p.lon)/grid, 'f', 3, 64) + "," + strconv.FormatFloat(float64(p.lat)/grid, 'f', 3, 64)
}

var errShape = errors.New("the table has not the shape that was asked for")

func (t *Table) keep(from, to []place, seconds [][]*float64) error {
	if len(seconds) != len(from) {
		return errShape
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seq++
	t.asks++
	if now := time.Now(); len(t.young) > mostKnown/2 || now.Sub(t.turned) > forget {
		t.old, t.young, t.turned = t.young, map[way]known{}, now
	}
	for i, row := range seconds {
		if len(row) != len(to) {
			return errShape
		}
		for k, s := range row {
			at := known{seconds: -1, since: t.seq}
			if s != nil && *s >= 0 && *s < 1e6 {
				at.seconds = *s
			}
			t.young[way{from[i], to[k]}] = at
		}
	}
	return nil
}

// failed has nobody asked for a while. What was looked for meanwhile is looked for again.
func (t *Table) failed(ctx context.Context, err error) {
	t.mu.Lock()
	first := t.fails == 0 || t.asks > 0
	t.fails, t.asks, t.down = t.fails+1, 0, true
	clear(t.asked)
	t.mu.Unlock()
	if first {
		t.log.WarnContext(ctx, "travel times are reckoned as the crow flies: the road server does not answer", "err", err)
	}
}
