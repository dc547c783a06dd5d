package courier

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"awesome.pizza/shared/id"
	"awesome.pizza/shared/money"
)

const (
	maxBody  = 64 << 10
	maxDrift = 5 * time.Minute
	maxWayKM = 15
)

// answer is what a request comes to.
type answer struct {
	status int
	body   any
}

func no(status int, code, detail string) answer { return answer{status, refusal{code, detail}} }

// Handler is the company's wire.
func (c *Company) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, do := range map[string]func(id string, j job) answer{
		"POST /quotes":                 func(_ string, j job) answer { return c.quote(j) },
		"POST /deliveries":             func(_ string, j job) answer { return c.take(j) },
		"GET /deliveries/{id}":         func(id string, _ job) answer { return c.status(id) },
		"POST /deliveries/{id}/cancel": func(id string, _ job) answer { return c.cancel(id) },
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, pattern, do) })
	}
	return mux
}

func (c *Company) serve(w http.ResponseWriter, r *http.Request, what string, do func(string, job) answer) {
	c.count(what)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var j job
	if err == nil && len(body) > 0 {
		err = json.Unmarshal(body, &j)
	}
	var a answer
	switch {
	case !c.signed(r, body):
		c.count("bad_signature")
		a = no(http.StatusUnauthorized, "bad_signature", "this is not signed with our secret")
	case err != nil:
		a = no(http.StatusBadRequest, "malformed", err.Error())
	case c.chance(c.Habits.Fails):
		c.count("failed")
		a = no(http.StatusServiceUnavailable, "out_of_order", "we have a problem")
	default:
		a = do(r.PathValue("id"), j)
		if c.chance(c.Habits.Hangs) {
			c.count("hung")
			<-r.Context().Done() // what was asked is done
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

func (c *Company) signed(r *http.Request, body []byte) bool {
	stamp := r.Header.Get("Courier-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	fresh := err == nil && time.Since(time.Unix(seconds, 0)).Abs() < maxDrift
	return fresh && r.Header.Get("Courier-Signature") == sign(c.Secret, stamp+"."+r.Method+" "+r.URL.EscapedPath()+".", body)
}

// quote says what a way costs and how long it takes.
func (c *Company) quote(j job) answer {
	km := kilometres(j.Pickup, j.Drop)
	switch {
	case km > maxWayKM || c.chance(c.Habits.Refuses):
		return no(http.StatusUnprocessableEntity, "not_served", "nobody can bring this")
	case c.Habits.NoCash && j.Collect == "cash":
		return no(http.StatusUnprocessableEntity, "no_cash", "our riders take no cash")
	}
	now := time.Now().UTC()
	pickup := now.Add(c.Pace.Lasts(c.coming()))
	if j.Ready.After(pickup) {
		pickup = j.Ready
	}
	q := quote{
		ID: "q-" + id.New(), Company: c.Title, Fee: money.Of(c.Habits.Fee+int64(km*float64(c.Habits.Fee)/10), j.Value.Currency),
		PickupAt: pickup, DropAt: pickup.Add(c.Pace.Lasts(c.way(km))), Expires: now.Add(c.Habits.QuoteGood),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.quotes) > maxOpen {
		clear(c.quotes)
	}
	c.quotes[q.ID] = q
	return answer{http.StatusOK, q}
}

// coming is how long somebody takes to come to a restaurant.
func (c *Company) coming() time.Duration { return c.way(1) }

func (c *Company) way(km float64) time.Duration {
	return time.Duration(max(0.3, km) * c.Habits.MinuteKM * float64(time.Minute))
}

// take sends a rider: one, however often the chain asks under the same name.
func (c *Company) take(j job) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d, ok := c.known[j.ID]; ok {
		return answer{http.StatusOK, d.said}
	}
	q, ok := c.quotes[j.Quote]
	switch {
	case j.ID == "":
		return no(http.StatusUnprocessableEntity, "no_id", "name the delivery")
	case !ok || time.Now().After(q.Expires):
		return no(http.StatusGone, "quote_expired", "ask for another quote")
	case len(c.known) >= maxOpen:
		return no(http.StatusServiceUnavailable, "full", "we have no more riders")
	}
	n := len(c.known) + 1
	d := &delivery{job: j, gone: make(chan struct{}), said: Delivery{
		ID: j.ID, State: "accepted", At: time.Now().UTC(), Theirs: fmt.Sprintf("%s-%d", c.Label, n), Code: fmt.Sprintf("%04d", 1000+n%9000),
		PickupAt: &q.PickupAt, DropAt: &q.DropAt, Link: fmt.Sprintf("https://%s.example/follow/%d", c.Label, n),
	}}
	select {
	case c.starts <- d:
		c.known[j.ID] = d
		return answer{http.StatusCreated, d.said}
	default:
		return no(http.StatusServiceUnavailable, "busy", "we have too much to do")
	}
}

func (c *Company) status(id string) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d, ok := c.known[id]; ok {
		return answer{http.StatusOK, d.said}
	}
	return no(http.StatusNotFound, "no_such_delivery", "we know no delivery of that id")
}

// cancel calls a rider back who does not have the food yet.
func (c *Company) cancel(id string) answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.known[id]
	switch {
	case !ok:
		return no(http.StatusNotFound, "no_such_delivery", "we know no delivery of that id")
	case d.has():
		return no(http.StatusConflict, "too_late", "the rider has it")
	case d.said.State != "cancelled":
		d.said.State, d.said.At, d.said.Reason = "cancelled", time.Now().UTC(), "the chain called the rider back"
		close(d.gone)
	}
	return answer{http.StatusOK, d.said}
}

// kilometres is the way as streets go.
func kilometres(a, b place) float64 {
	const rad, earth, detour = math.Pi / 180, 6371, 1.35
	x := (b.Longitude - a.Longitude) * rad * math.Cos(a.Latitude*rad)
	y := (b.Latitude - a.Latitude) * rad
	return detour * earth * math.Hypot(x, y)
}
