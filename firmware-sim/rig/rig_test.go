package rig_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/oven"
	"awesome.pizza/firmware-sim/rig"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// node is the kitchen's broker with ears: it believes what a node would believe, and counts the rest.
type node struct {
	t      *testing.T
	b      *broker.Broker
	mu     sync.Mutex
	heard  []broker.Message
	refuse int
	bell   chan struct{}
}

func newNode(t *testing.T) *node {
	t.Helper()
	n := &node{t: t, bell: make(chan struct{}, 1)}
	b, err := broker.New(broker.Config{
		Addr: "127.0.0.1:0", OnPublish: n.hear,
		Access: func(_, user string, secret []byte) (broker.Grant, bool) {
			rights := wire.OvenRights("r1", user)
			return broker.Grant{Device: user, Publish: rights.Publish, Read: rights.Read}, string(secret) == "s3cret"
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	n.b = b
	start(t, b.Serve)
	return n
}

// start runs something until the test ends, and waits for it.
func start(t *testing.T, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func (n *node) hear(_ context.Context, m broker.Message) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	defer func() {
		select {
		case n.bell <- struct{}{}:
		default:
		}
	}()
	if err := believable(m); err != nil {
		n.refuse++
		return err
	}
	n.heard = append(n.heard, m)
	return nil
}

func believable(m broker.Message) error {
	topic, err := wire.ParseTopic(m.Topic)
	if err != nil {
		return err
	}
	if topic.Kind == wire.KindOvenEvent {
		_, err = wire.Decode[wire.OvenEvent](m.Payload, m.At)
		return err
	}
	_, err = wire.Decode[wire.OvenTelemetry](m.Payload, m.At)
	return err
}

// until waits for a condition on what was heard; it looks again whenever something is heard.
func (n *node) until(what string, enough func(events []wire.OvenEvent, readings []wire.OvenTelemetry) bool) {
	n.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		if events, readings := n.all(); enough(events, readings) {
			return
		}
		select {
		case <-n.bell:
		case <-deadline:
			events, readings := n.all()
			n.t.Fatalf("never: %s; heard %d readings and %+v", what, len(readings), events)
		}
	}
}

func (n *node) all() (events []wire.OvenEvent, readings []wire.OvenTelemetry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range n.heard {
		var e wire.OvenEvent
		var r wire.OvenTelemetry
		if strings.HasSuffix(m.Topic, "/event") && json.Unmarshal(m.Payload, &e) == nil {
			events = append(events, e)
		} else if json.Unmarshal(m.Payload, &r) == nil {
			readings = append(readings, r)
		}
	}
	return events, readings
}

func (n *node) refused() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.refuse
}

func newOven(t *testing.T, addr, written, faults string, pace dice.Pace) *rig.Oven {
	t.Helper()
	spec, err := oven.ParseSpec(written)
	if err != nil {
		t.Fatal(err)
	}
	list, err := fault.Parse(faults)
	if err != nil {
		t.Fatal(err)
	}
	return rig.NewOven(rig.OvenSetting{
		Firmware: oven.New("r1", spec, id.New), Kitchen: "r1", Pace: pace, Script: fault.NewScript(spec.Name, list), Dice: dice.New(1, spec.Name),
		Account: rig.Account{Broker: &url.URL{Scheme: "mqtt", Host: addr}, Name: spec.Name, Secret: "s3cret"},
		Log:     slog.New(slog.DiscardHandler),
	})
}

func TestAnOvenIsHeardOverRealMQTT(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	o := newOven(t, n.b.Addr(), "oven-1=deck:2", "", 1)
	start(t, o.Run)
	slot, byItself, err := o.PutIn(t.Context(), "0198-a", "1", 36)
	if err != nil || slot != 1 || byItself {
		t.Fatalf("slot %d, %v, %v", slot, byItself, err)
	}
	n.until("telemetry with the pizza in it", func(_ []wire.OvenEvent, readings []wire.OvenTelemetry) bool {
		return len(readings) > 0 && len(readings[len(readings)-1].ItemsIn) == 1
	})
	if err := o.TakeOut(t.Context(), slot); err != nil {
		t.Fatal(err)
	}
	n.until("in and out", func(events []wire.OvenEvent, _ []wire.OvenTelemetry) bool {
		var in, out bool
		for _, e := range events {
			in = in || e.Kind == wire.ItemPutIn && e.Order == "0198-a" && e.Item == "1" && e.Slot == 1
			out = out || e.Kind == wire.ItemTakenOut && e.Order == "0198-a"
		}
		return in && out
	})
	if n.refused() != 0 {
		t.Errorf("%d messages were not believed", n.refused())
	}
}

func TestACommandReachesTheOvenOnceHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	o := newOven(t, n.b.Addr(), "oven-1=deck:1", "", 1)
	start(t, o.Run)
	n.until("telemetry", func(_ []wire.OvenEvent, readings []wire.OvenTelemetry) bool { return len(readings) > 0 })
	command, err := wire.Encode(wire.OvenCommand{ID: "c1", At: wire.At(time.Now()), Kind: wire.StartBake, Slot: 1, BakeSeconds: 300})
	if err != nil {
		t.Fatal(err)
	}
	last, err := wire.Encode(wire.OvenCommand{ID: "c2", At: wire.At(time.Now()), Kind: wire.StartBake, Slot: 2, BakeSeconds: 300})
	if err != nil {
		t.Fatal(err)
	}
	for _, payload := range [][]byte{command, command, []byte("nonsense"), last} {
		if err := n.b.Publish(wire.OvenCommandTopic("r1", "oven-1"), payload, false, 1); err != nil {
			t.Fatal(err)
		}
	}
	n.until("an answer to the last", func(events []wire.OvenEvent, _ []wire.OvenTelemetry) bool {
		return len(events) > 0 && strings.Contains(events[len(events)-1].Detail, "c2")
	})
	if events, _ := n.all(); len(events) != 2 {
		t.Errorf("answered %+v", events)
	}
}

func TestFactsOutliveABrokerThatIsAway(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	o := newOven(t, n.b.Addr(), "oven-1=deck:1", "*:silent@0s+2s,*:duplicate=1,*:garbage=0.5", 1)
	start(t, o.Run)
	for slot := range 3 {
		if err := o.PutInto(t.Context(), slot+1, "0198-a", fmt.Sprint(slot+1), 30); err != nil {
			t.Fatal(err)
		}
	}
	n.until("all three, each twice with one id", func(events []wire.OvenEvent, _ []wire.OvenTelemetry) bool {
		ids := map[string]int{}
		for _, e := range events {
			if e.Kind == wire.ItemPutIn {
				ids[e.ID]++
			}
		}
		twice := 0
		for _, times := range ids {
			if times >= 2 {
				twice++
			}
		}
		return len(ids) == 3 && twice == 3
	})
}

func TestAnOvenComesBackFromAReboot(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	o := newOven(t, n.b.Addr(), "oven-1=deck:1", "", 8)
	start(t, o.Run)
	n.until("telemetry", func(_ []wire.OvenEvent, readings []wire.OvenTelemetry) bool { return len(readings) > 0 })
	if err := o.Break(t.Context(), fault.Fault{Kind: fault.Reboot}); err != nil {
		t.Fatal(err)
	}
	_, before := n.all()
	n.until("telemetry after a pause", func(_ []wire.OvenEvent, readings []wire.OvenTelemetry) bool {
		for i := len(before); i > 0 && i < len(readings); i++ {
			if readings[i].At.Sub(readings[i-1].At.Time) >= 2*time.Second {
				return true
			}
		}
		return false
	})
}

func TestAWrongSecretKeepsAnOvenOut(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	spec, err := oven.ParseSpec("oven-1=deck")
	if err != nil {
		t.Fatal(err)
	}
	o := rig.NewOven(rig.OvenSetting{
		Firmware: oven.New("r1", spec, id.New), Kitchen: "r1", Script: fault.NewScript("oven-1", nil), Dice: dice.New(1, "oven-1"),
		Account: rig.Account{Broker: &url.URL{Scheme: "mqtt", Host: n.b.Addr()}, Name: "oven-1", Secret: "guessed"},
		Log:     slog.New(slog.DiscardHandler),
	})
	stop := start(t, o.Run)
	deadline := time.Now().Add(20 * time.Second)
	for n.b.Stats().TurnedAway == 0 && time.Now().Before(deadline) {
		if _, err := o.View(), t.Context().Err(); err != nil {
			t.Fatal(err)
		}
		<-time.After(10 * time.Millisecond)
	}
	stop()
	if events, readings := n.all(); n.b.Stats().TurnedAway == 0 || len(events)+len(readings) > 0 {
		t.Errorf("turned away %d times, heard %d", n.b.Stats().TurnedAway, len(events)+len(readings))
	}
}

// manage makes a call to the management interface and gives status and body.
func manage(t *testing.T, base, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestTheRigIsManagedOverHTTP(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	r := rig.New(slog.New(slog.DiscardHandler))
	r.Add(newOven(t, n.b.Addr(), "oven-1=deck:1", "", 1))
	start(t, r.Run)
	s := httptest.NewServer(r.Handler())
	defer s.Close()
	defer http.DefaultClient.CloseIdleConnections()
	for _, c := range []struct {
		method, path, body string
		status             int
		has                string
	}{
		{"GET", "/devices", "", 200, `"id":"oven-1"`},
		{"GET", "/devices/oven-9", "", 404, "no_such_device"},
		{"POST", "/devices/oven-1/slots/2", `{"order":"0198","item":"1"}`, 200, `"slot":2`},
		{"POST", "/devices/oven-1/slots/2", `{}`, 409, "slot_taken"},
		{"POST", "/devices/oven-1/slots/99", ``, 422, "no_such_slot"},
		{"POST", "/devices/oven-1/slots/x", ``, 422, "bad_slot"},
		{"POST", "/devices/oven-1/slots/1", `{"diameter_cm":0}`, 422, "bad_diameter"},
		{"DELETE", "/devices/oven-1/slots/2", "", 200, `"items":[]`},
		{"DELETE", "/devices/oven-1/slots/2", "", 409, "slot_empty"},
		{"POST", "/devices/oven-1/door", `{"seconds":2}`, 200, "oven-1"},
		{"POST", "/devices/oven-1/door", `{"seconds":-2}`, 422, "bad_time"},
		{"POST", "/devices/oven-1/fault", `{"fault":"silent@0s+30s"}`, 200, "silent"},
		{"POST", "/devices/oven-1/fault", `{"fault":"fire"}`, 422, "bad_fault"},
		{"POST", "/devices/oven-1/fault", `{"what":"fire"}`, 422, "bad_body"},
		{"DELETE", "/devices/oven-1/fault", "", 200, `"faults":[]`},
		{"PUT", "/devices", "", 405, ""},
	} {
		if status, body := manage(t, s.URL, c.method, c.path, c.body); status != c.status || !strings.Contains(body, c.has) {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, status, body)
		}
	}
}

func TestAnOvenThatIsOffDoesNothing(t *testing.T) {
	t.Parallel()
	o := newOven(t, "127.0.0.1:1", "oven-1=deck:1", "", 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := o.OpenDoor(ctx, time.Second); !errors.Is(err, rig.ErrOff) {
		t.Error(err)
	}
	start(t, o.Run)
	if err := o.TakeOut(t.Context(), 1); !problem.Is(err, problem.Conflict) {
		t.Errorf("out of nothing: %v", err)
	}
}
