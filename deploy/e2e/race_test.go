package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A guest cancels, two cooks bump at two tablets, head office wishes, and the line comes and goes, all at once and for many orders: what
// everybody was told has one explanation, in which each deed happens at one instant between its being asked and its being answered.
func TestCancelAgainstAcceptAgainstOven(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	c.weather(1, `{"how":"rst","flap_ms":[100,1500]}`)
	dice := rand.New(rand.NewPCG(7, 8))
	ends := map[string]int{}
	for wave, began := 0, time.Now(); wave < 4 || time.Since(began) < *hurt; wave++ {
		if wave%2 == 1 {
			c.weather(1, `{"how":"blackhole","flap_ms":[50,800]}`)
		}
		var orders sync.WaitGroup
		histories := make([]*race, 8)
		for i := range histories {
			histories[i] = &race{chain: c, history: newHistory(), dice: rand.New(rand.NewPCG(dice.Uint64(), 1))}
			histories[i].order = c.place(basket("r1", "carryout", "margherita"), fmt.Sprintf("race-%d-%d", wave, i))
			orders.Go(histories[i].run)
		}
		orders.Wait()
		c.weather(1, `{"up":true}`)
		for _, r := range histories {
			r.settle()
			r.history.check(t, r.order)
			ends[r.end]++
		}
	}
	t.Logf("how the races ended: %v", ends)
	if ends[voided] == 0 || ends[handed]+ends[done]+ends[baked]+ends[inOven] == 0 {
		t.Errorf("one side always wins: %v", ends)
	}
}

// race is one order and everybody who wants something of it.
type race struct {
	chain   *chain
	order   string
	history *history
	dice    *rand.Rand
	end     string
}

func (r *race) run() {
	var all sync.WaitGroup
	delays := func(most int) func() { // drawn here: dice are not for many hands
		var drawn []time.Duration
		for range 6 {
			drawn = append(drawn, time.Duration(r.dice.IntN(most))*time.Millisecond)
		}
		n := -1
		return func() { n++; pass(drawn[n%len(drawn)]) }
	}
	guest, tablets, office := delays(700), []func(){delays(1500), delays(1500)}, delays(1500)
	all.Go(func() { guest(); r.cancel(1) })
	for n, wait := range tablets {
		all.Go(func() {
			for tap := range 3 {
				wait()
				r.bump(2+n, fmt.Sprintf("%s-%d-%d", r.order, n, tap))
			}
		})
	}
	all.Go(func() {
		for _, to := range []string{"Preparing", "Baking", "QualityCheck"} {
			office()
			r.wish(4, to)
		}
	})
	all.Go(func() {
		for range 6 {
			pass(200 * time.Millisecond)
			r.read(5)
		}
	})
	all.Wait()
}

// kitchenSays is what the restaurant's node says of an order; ok is false when it says nothing.
func (r *race) kitchenSays() (state string, ok bool) {
	a := r.chain.get(r.chain.edge(1) + "/api/orders/" + r.order)
	if a.err == nil && a.status == http.StatusNotFound {
		return absent, true
	}
	if a.err != nil || a.status != http.StatusOK {
		return "", false
	}
	var v view
	a.into(r.chain.t, &v)
	return v.state(), true
}

// state is an order of one pizza as a register: how it ended, or how far its pizza is.
func (v view) state() string {
	switch v.Kitchen.State {
	case "handed_over", "voided", "waiting":
		return v.Kitchen.State
	case "rejected":
		return voided
	}
	if len(v.Items) == 0 {
		return absent
	}
	return v.Items[0].State
}

func (r *race) read(client int) {
	call := func() outcome {
		state, ok := r.kitchenSays()
		return outcome{state: state, unknown: !ok}
	}
	r.history.do(client, deed{what: "read"}, call)
}

func (r *race) bump(client int, tap string) {
	r.history.do(client, deed{what: "bump"}, func() (o outcome) {
		// A tablet that gets no answer sends the same tap again.
		if !until(30*time.Second, func() bool {
			a := r.chain.post(r.chain.edge(1)+"/api/tickets/"+r.order+"/bump", fmt.Sprintf(`{"tap":%q}`, tap))
			switch {
			case a.err != nil || a.status >= 500:
				return false
			case a.status == http.StatusOK:
				var t struct {
					State string `json:"state"`
					Items []struct {
						ID    string `json:"id"`
						State string `json:"state"`
					} `json:"items"`
				}
				a.into(r.chain.t, &t)
				o.state = t.State
				if t.State != handed && t.State != voided {
					o.state = t.Items[0].State
				}
			case a.status == http.StatusConflict || a.status == http.StatusNotFound:
				o.refused = true
			default:
				r.chain.t.Errorf("bump %s: %d %s", r.order, a.status, a.body)
			}
			return true
		}) {
			o.unknown = true
		}
		return o
	})
}

// cancel asks until the wish is taken, and waits for its one answer.
func (r *race) cancel(client int) {
	r.history.do(client, deed{what: "cancel"}, func() (o outcome) {
		asked := false
		answered := until(time.Minute, func() bool {
			if !asked {
				a := r.chain.post(r.chain.cloud+"/api/orders/"+r.order+"/cancel", `{"reason":"changed my mind"}`)
				if a.err == nil && a.status == http.StatusConflict {
					o.refused, asked = true, true
					return true
				}
				asked = a.err == nil && a.status < 300
				if !asked && a.err == nil && a.status < 500 {
					r.chain.t.Errorf("cancel %s: %d %s", r.order, a.status, a.body)
				}
				return false
			}
			v, ok := r.chain.order(r.order)
			o.refused = v.Status != "Cancelled"
			return ok && v.CancelAsked == nil
		})
		o.unknown = !answered
		return o
	})
}

func (r *race) wish(client int, to string) {
	r.history.do(client, deed{what: "wish", to: to}, func() outcome {
		a := r.chain.do(http.MethodPut, r.chain.cloud+"/api/orders/"+r.order+"/status", fmt.Sprintf(`{"status":%q}`, to))
		if a.err == nil && a.status != http.StatusAccepted && a.status != http.StatusConflict && a.status < 500 {
			r.chain.t.Errorf("wish %s for %s: %d %s", to, r.order, a.status, a.body)
		}
		return outcome{unknown: true}
	})
}

// settle waits until cloud and kitchen agree, and reads how it ended.
func (r *race) settle() {
	c := r.chain
	c.t.Helper()
	c.eventually(time.Minute, "cloud and kitchen agree on "+r.order, func() bool {
		state, ok := r.kitchenSays()
		v, known := c.order(r.order)
		if !ok || !known || v.CancelAsked != nil || !c.caughtUp(1) {
			return false
		}
		r.end = state
		if state == absent {
			r.end = voided
			return v.Status == "Cancelled"
		}
		return v.state() == state
	})
	r.history.do(0, deed{what: "read"}, func() outcome { return outcome{state: r.end} })
}

// Two tablets bump the same tickets while their node is killed again and again: each tap is done once, and both tablets see one sequence.
func TestTwoTabletsAndANodeThatDies(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	for wave, began := 0, time.Now(); wave < 3 || time.Since(began) < *hurt; wave++ {
		var all sync.WaitGroup
		var races []*race
		for i := range 6 {
			r := &race{chain: c, history: newHistory(), order: c.counterOrder(1, fmt.Sprintf("tablets-%d-%d", wave, i))}
			races = append(races, r)
			for tablet := range 2 {
				all.Go(func() {
					for tap := range 4 {
						r.bump(1+tablet, fmt.Sprintf("%s-%d-%d", r.order, tablet, tap))
						r.read(1 + tablet)
					}
				})
			}
		}
		over := make(chan struct{})
		var killer sync.WaitGroup
		killer.Go(func() {
			dice := rand.New(rand.NewPCG(9, uint64(wave)))
			for {
				select {
				case <-over:
					return
				case <-time.After(time.Duration(dice.IntN(400)) * time.Millisecond):
				}
				for _, what := range []string{"kill", "start"} {
					if a := c.post(c.control+"/processes/edge-r1/"+what, ""); a.status != http.StatusOK {
						t.Errorf("%s: %d %s %v", what, a.status, a.body, a.err)
					}
				}
				if !until(20*time.Second, func() bool { return c.serves("edge-r1") }) {
					t.Error("the node does not serve again")
				}
			}
		})
		all.Wait()
		close(over)
		killer.Wait()
		for _, r := range races {
			r.settle()
			r.history.check(t, r.order)
		}
	}
}
