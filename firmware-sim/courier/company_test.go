package courier_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/firmware-sim/courier"
	"awesome.pizza/firmware-sim/dice"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "what-both-of-us-know"

func sign(head string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(head))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// town is a company at work, and the chain that hears of it.
type town struct {
	t   *testing.T
	url string
	*courier.Company

	mu    sync.Mutex
	heard []said
	news  chan struct{}
}

type said struct{ ID, Delivery, State, Rider string }

func open(t *testing.T, habits courier.Habits) *town {
	t.Helper()
	x := &town{t: t, news: make(chan struct{}, 1)}
	chain := httptest.NewServer(http.HandlerFunc(x.hear))
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x.url = "http://" + l.Addr().String()
	habits.Fee, habits.MinuteKM, habits.QuoteGood = 600, 3, time.Minute
	x.Company = courier.New(courier.Setting{
		Label: "swift", Title: "Swift", Cloud: chain.URL, Secret: secret, Listen: l, Pace: 5000, Dice: dice.New(1, "swift"), Habits: habits,
		Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := x.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wait.Wait(); chain.Close(); http.DefaultClient.CloseIdleConnections() })
	return x
}

func (x *town) hear(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var m said
	stamp := r.Header.Get("Courier-Timestamp")
	if r.URL.Path != "/api/couriers/swift/webhooks" || r.Header.Get("Courier-Signature") != sign(stamp+".", body) || json.Unmarshal(body, &m) != nil {
		x.t.Errorf("the chain cannot believe %s %s", r.URL.Path, body)
	}
	x.mu.Lock()
	x.heard = append(x.heard, m)
	first := len(x.heard) == 1
	x.mu.Unlock()
	select {
	case x.news <- struct{}{}:
	default:
	}
	if first {
		w.WriteHeader(http.StatusServiceUnavailable) // to be sent again
	}
}

// until waits for messages until so is true of them.
func (x *town) until(what string, so func([]said) bool) {
	x.t.Helper()
	limit := time.After(time.Minute)
	for {
		x.mu.Lock()
		done := so(x.heard)
		x.mu.Unlock()
		if done {
			return
		}
		select {
		case <-x.news:
		case <-limit:
			x.t.Fatalf("not within a minute: %s; heard %+v", what, x.heard)
		}
	}
}

// ask sends a request as the chain does.
func (x *town) ask(method, path, secretly string, body any) (int, map[string]any) {
	x.t.Helper()
	raw, _ := json.Marshal(body)
	if body == nil {
		raw = nil
	}
	req, err := http.NewRequestWithContext(x.t.Context(), method, x.url+path, bytes.NewReader(raw))
	if err != nil {
		x.t.Fatal(err)
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Courier-Timestamp", stamp)
	req.Header.Set("Courier-Signature", sign(stamp+"."+method+" "+path+"."+secretly, raw))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		x.t.Fatal(err)
	}
	return res.StatusCode, answer
}

// order has the company bring something under a name.
func (x *town) order(id string) (int, map[string]any) {
	job := map[string]any{
		"pickup": map[string]any{"latitude": 40.74, "longitude": -73.99}, "drop": map[string]any{"latitude": 40.75, "longitude": -73.99},
		"value": map[string]any{"minor": 2085, "currency": "USD"}, "ready_at": time.Now().UTC(),
	}
	status, quote := x.ask("POST", "/quotes", "", job)
	if status != 200 {
		x.t.Fatalf("%d %v", status, quote)
	}
	job["id"], job["quote"] = id, quote["id"]
	return x.ask("POST", "/deliveries", "", job)
}

func TestARideIsToldFromTheFirstToTheLast(t *testing.T) {
	t.Parallel()
	x := open(t, courier.Habits{})
	for i, want := range []int{201, 200, 200} {
		if status, d := x.order("o1"); status != want || d["id"] != "o1" || d["pickup_code"] == "" {
			t.Errorf("time %d: %d %v", i, status, d)
		}
	}
	x.until("every state is told", func(all []said) bool {
		told := map[string]bool{}
		for _, m := range all {
			told[m.State] = m.Delivery == "o1" && m.ID != ""
		}
		return told["accepted"] && told["assigned"] && told["at_restaurant"] && told["picked_up"] && told["at_door"] && told["delivered"]
	})
	if status, d := x.ask("GET", "/deliveries/o1", "", nil); status != 200 || d["state"] != "delivered" {
		t.Errorf("%d %v", status, d)
	}
	if status, d := x.ask("POST", "/deliveries/o1/cancel", "", map[string]any{}); status != 409 || d["code"] != "too_late" {
		t.Errorf("%d %v", status, d)
	}
}

func TestACompanyRefusesWhatItShould(t *testing.T) {
	t.Parallel()
	x := open(t, courier.Habits{NoCash: true})
	far := map[string]any{"pickup": map[string]any{"latitude": 40.74}, "drop": map[string]any{"latitude": 50.0}}
	for name, c := range map[string]struct {
		method, path, secretly string
		body                   any
		status                 int
		code                   string
	}{
		"a stranger":        {"GET", "/deliveries/o1", "x", nil, 401, "bad_signature"},
		"an unknown name":   {"GET", "/deliveries/o1", "", nil, 404, "no_such_delivery"},
		"nothing to cancel": {"POST", "/deliveries/o1/cancel", "", map[string]any{}, 404, "no_such_delivery"},
		"no quote":          {"POST", "/deliveries", "", map[string]any{"id": "o1", "quote": "q"}, 410, "quote_expired"},
		"too far":           {"POST", "/quotes", "", far, 422, "not_served"},
		"cash":              {"POST", "/quotes", "", map[string]any{"collect": "cash"}, 422, "no_cash"},
		"no JSON":           {"POST", "/quotes", "", "pizza", 400, "malformed"},
	} {
		if status, said := x.ask(c.method, c.path, c.secretly, c.body); status != c.status || said["code"] != c.code {
			t.Errorf("%s: %d %v", name, status, said)
		}
	}
}

func TestMessagesComeTwiceWhenTheyShould(t *testing.T) {
	t.Parallel()
	x := open(t, courier.Habits{Repeats: 1, Strays: 1, Late: time.Minute})
	x.order("o1")
	x.until("each of six messages twice, beside the one that was not answered", func(all []said) bool {
		times := map[string]int{}
		for _, m := range all {
			times[m.ID]++
		}
		twice := 0
		for _, n := range times {
			if n >= 2 {
				twice++
			}
		}
		return twice == 6
	})
}
