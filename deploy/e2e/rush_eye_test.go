package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// eye is a guest with a tracking page, and what was seen on it.
type eye struct {
	c        *chain
	id       string
	last     string   // event that was seen
	steps    []string // statuses, each as often as it was shown
	tries    int      // beside the first
	since    time.Time
	glimpses []glimpsed
}

// glimpsed is a position that was shown at an instant, so long after the phone was there.
type glimpsed struct {
	at   time.Time
	late time.Duration
}

// follow reads the stream as a browser does, over and over again, until the order has ended; it returns how.
func (e *eye) follow(ctx context.Context) (end string) {
	for ; ctx.Err() == nil; e.tries++ {
		if e.read(ctx); e.ended() {
			return e.steps[len(e.steps)-1]
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
	return ""
}

func (e *eye) ended() bool {
	return len(e.steps) > 0 && slices.Contains([]string{"Delivered", "Cancelled", "Failed"}, e.steps[len(e.steps)-1])
}

// read reads until the stream ends, or the order.
func (e *eye) read(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.c.cloud+"/api/orders/"+e.id+"/track", nil)
	if err != nil {
		return
	}
	if e.last != "" {
		req.Header.Set("Last-Event-ID", e.last)
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return
	}
	e.look(time.Now())
	var id, kind string
	for lines := bufio.NewScanner(res.Body); lines.Scan() && !e.ended(); {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			id = value
		case "event":
			kind = value
		case "data":
			e.see(id, kind, value, time.Now())
		case "":
			id, kind = "", ""
		}
	}
}

// look notes since when positions are shown as they come: what is older was waiting for the guest to look.
func (e *eye) look(now time.Time) {
	if e.since = (time.Time{}); len(e.steps) > 0 && e.steps[len(e.steps)-1] == "OutForDelivery" {
		e.since = now
	}
}

// see takes one event.
func (e *eye) see(id, kind, data string, now time.Time) {
	var said struct {
		Status string    `json:"status"`
		At     time.Time `json:"at"`
	}
	if err := json.Unmarshal([]byte(data), &said); err != nil {
		e.c.t.Errorf("the guest of %s was told %q: %v", e.id, data, err)
		return
	}
	again := id != "" && id == e.last && len(e.steps) > 0 && e.steps[len(e.steps)-1] == said.Status
	if id != "" {
		e.last = id
	}
	switch kind {
	case "order":
		if again { // of steps that share a version the later ones are said once more to who comes back
			return
		}
		e.steps = append(e.steps, said.Status)
		e.look(now)
	case "driver":
		if !e.since.IsZero() && said.At.After(e.since) {
			e.glimpses = append(e.glimpses, glimpsed{now, now.Sub(said.At)})
		}
	}
}

// hold says what a guest must have seen: the whole life of the order, in order. Only who brings it may have changed before it was fetched, and
// a driver who has no network takes what must be ready by its forecast, so that it is out before the kitchen has said so.
func (e *eye) hold() {
	steps := slices.Clone(e.steps)
	for at := 0; at < len(steps); at++ { // a driver who did not come in the end
		if steps[at] == "DriverAssigned" && at+1 < len(steps) && steps[at+1] != "PickedUp" {
			steps = slices.Delete(steps, at, at+2)
			at = -1
		}
	}
	kitchens := append(slices.Clone(wholeLife[:len(wholeLife)-1]), "DriverAssigned")
	drivers := []string{"PickedUp", "OutForDelivery", "Delivered"}
	n := len(steps) - len(drivers)
	if n < 3 || n > len(kitchens) || !slices.Equal(steps[:n], kitchens[:n]) || !slices.Equal(steps[n:], drivers) {
		e.c.t.Errorf("the guest of %s saw %v", e.id, e.steps)
	}
}
