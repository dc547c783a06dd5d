package partner_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/courier/partner"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "what-both-of-us-know"

// company answers what a test wants, and remembers what it was asked.
type company struct {
	mu      sync.Mutex
	asked   []string // "POST /v1/quotes key"
	bodies  []string
	unsound []string
	answer  func(n int) (int, string) // of the n-th request, from 0
}

// RoundTrip makes a company of an http.Client, inside a synctest bubble where sockets would not do.
func (c *company) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	n := len(c.asked)
	c.asked = append(c.asked, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Idempotency-Key")))
	c.bodies = append(c.bodies, string(body))
	stamp := r.Header.Get(courier.TimestampHeader)
	if r.Header.Get(courier.SignatureHeader) != courier.SignRequest(secret, stamp, r.Method, r.URL.EscapedPath(), body) {
		c.unsound = append(c.unsound, r.URL.Path)
	}
	answer := c.answer
	c.mu.Unlock()
	status, said := answer(n)
	if status == 0 {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	w := httptest.NewRecorder()
	w.WriteHeader(status)
	_, _ = w.WriteString(said)
	return w.Result(), nil
}

func open(c *company) *partner.Partner {
	return partner.New(partner.Config{Name: "swift", URL: "https://swift.example/v1/", Secret: secret, Clock: clock.System{}, HTTP: &http.Client{Transport: c}})
}

func always(status int, said string) func(int) (int, string) {
	return func(int) (int, string) { return status, said }
}

var parcel = courier.Parcel{
	Order: "o1", Number: 42, Pickup: courier.Place{Name: "Pizzeria", Address: "2 Main St", Latitude: 40.74, Longitude: -73.99},
	Drop:  courier.Place{Name: "Ada", Phone: "+12025550123", Address: "1 Main St", Note: "ring twice", Latitude: 40.743, Longitude: -73.989},
	Value: money.Of(2085, "USD"), Collect: "cash", Items: 2,
}

var run = courier.Run{ID: "0198c0de-0000-7000-8000-000000000001", Order: "o1", Quote: courier.Quote{ID: "q-1"}}

func TestAQuoteIsAskedWithoutSayingWhoLivesThere(t *testing.T) {
	t.Parallel()
	c := &company{answer: always(200, `{"id":"q-1","company":"Swift","fee":{"minor":750,"currency":"USD"},"drop_at":"2026-07-03T12:30:00Z","expires_at":"2026-07-03T12:02:00Z","more":1}`)}
	q, err := open(c).Quote(t.Context(), parcel)
	if err != nil || q.ID != "q-1" || q.Fee != money.Of(750, "USD") || q.Name != "Swift" || q.Courier != "swift" || !q.PickupAt.IsZero() || q.DropAt.Minute() != 30 {
		t.Errorf("%+v, %v", q, err)
	}
	if len(c.unsound) > 0 || !slices.Equal(c.asked, []string{"POST /v1/quotes"}) {
		t.Errorf("%q, not signed: %q", c.asked, c.unsound)
	}
	for _, private := range []string{"Ada", "2025550123", "ring twice"} {
		if strings.Contains(c.bodies[0], private) {
			t.Errorf("%s is told to whoever quotes", private)
		}
	}
}

func TestWhoBringsItIsToldWhereTo(t *testing.T) {
	t.Parallel()
	c := &company{answer: always(201, `{"id":"x","state":"accepted","pickup_code":"4711","tracking_url":"https://swift.example/1"}`)}
	u, err := open(c).Dispatch(t.Context(), run, parcel)
	if err != nil || u.State != courier.Accepted || u.Code != "4711" || !u.At.IsZero() {
		t.Errorf("%+v, %v", u, err)
	}
	var body struct {
		ID, Quote, Collect string
		Number             int
		Drop               struct{ Name, Phone, Note string }
	}
	if err := json.Unmarshal([]byte(c.bodies[0]), &body); err != nil || body.ID != run.ID || body.Quote != "q-1" || body.Drop.Name != "Ada" || body.Drop.Note != "ring twice" || body.Number != 42 {
		t.Errorf("%s, %v", c.bodies[0], err)
	}
	if c.asked[0] != "POST /v1/deliveries "+run.ID {
		t.Errorf("%q", c.asked)
	}
}

func TestWhatIsNotAnsweredIsAskedAgainUnderTheSameName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &company{answer: func(n int) (int, string) {
			switch n {
			case 0:
				return 0, "" // no answer
			case 1:
				return 503, "<html>"
			}
			return 200, `{"state":"accepted"}`
		}}
		u, err := open(c).Dispatch(t.Context(), run, parcel)
		if err != nil || u.State != courier.Accepted {
			t.Errorf("%+v, %v", u, err)
		}
		if want := "POST /v1/deliveries " + run.ID; !slices.Equal(c.asked, []string{want, want, want}) {
			t.Errorf("%q", c.asked)
		}
	})
}

func TestANoIsANoAndTroubleIsTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, x := range []struct {
			status int
			said   string
			kind   problem.Kind // empty: nobody knows
		}{
			{404, `{"code":"no_such_delivery"}`, problem.NotFound},
			{404, `page not found`, ""},
			{409, `{"code":"too_late","detail":"the rider has it"}`, problem.Conflict},
			{410, `{}`, problem.Conflict},
			{422, `{"code":"no_cash"}`, problem.Invalid},
			{402, ``, problem.Refused},
			{401, `{"code":"bad_signature"}`, ""},
			{429, ``, ""},
			{500, ``, ""},
			{302, ``, ""},
			{200, `{"state":""}`, ""},
			{200, `not JSON`, ""},
			{200, `{"state":"` + strings.Repeat("x", 64<<10) + `"}`, ""},
		} {
			c := &company{answer: always(x.status, x.said)}
			_, err := open(c).Status(t.Context(), run.ID)
			p := problem.Of(err)
			if err == nil || (p == nil) != (x.kind == "") || p != nil && p.Kind != x.kind {
				t.Errorf("%d %.40s: %v", x.status, x.said, err)
			}
			if p != nil && len(c.asked) != 1 {
				t.Errorf("%d: a no was asked for %d times", x.status, len(c.asked))
			}
		}
	})
}

func TestACompanyThatIsDownIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := true
		c := &company{answer: func(int) (int, string) {
			if down {
				return 500, ""
			}
			return 200, `{"state":"accepted"}`
		}}
		p := open(c)
		ask := func() error { _, err := p.Status(t.Context(), run.ID); return err }
		for range 5 {
			if ask() == nil {
				t.Fatal("it answers 500, and all is well")
			}
		}
		before := len(c.asked)
		if ask() == nil || len(c.asked) != before {
			t.Errorf("it is down and was asked %d times more", len(c.asked)-before)
		}
		time.Sleep(31 * time.Second)
		if ask() == nil || len(c.asked) != before+3 || ask() == nil || len(c.asked) != before+3 {
			t.Errorf("after its rest one request finds out: %d", len(c.asked)-before)
		}
		down = false
		time.Sleep(31 * time.Second)
		if err := ask(); err != nil {
			t.Error(err)
		}
		if err := ask(); err != nil {
			t.Error(err)
		}
	})
}
