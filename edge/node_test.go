package edge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/edge"
	"awesome.pizza/edge/uplink"
)

// node is a restaurant whose hub is nowhere: the internet is cut from the first second.
type node struct {
	t   *testing.T
	cfg edge.Config
	url string
}

func newNode(t *testing.T) *node {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	device, _ := pair.PublicKey()
	seed, _ := pair.Seed()
	dir := t.TempDir()
	enrolment, err := json.Marshal(uplink.Enrolment{
		Restaurant: "r1", Device: device, Seed: string(seed), JWT: "none", TimeZone: "Europe/Rome", Leaves: []string{"nats-leaf://" + freeAddr(t)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "enrolment.json"), enrolment, 0o600); err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, cfg: edge.Config{
		Data: dir, Listen: freeAddr(t), MQTTListen: freeAddr(t), MetricsListen: freeAddr(t), Uplink: "leaf", DayStarts: 4,
		Devices: houseFile(t, "[[oven]]\nid = \"oven-1\"\nkind = \"max31855\"\nbus = \"sim\"\nband_low = 280\nband_high = 330\n[[cook]]\nid = \"ada\"\nname = \"Ada\"\n"),
	}}
	n.url = "http://" + n.cfg.Listen
	return n
}

// open runs the node until closed is called.
func (n *node) open() (closed func()) {
	n.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- edge.Run(ctx, n.cfg, slog.New(slog.DiscardHandler)) }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(2 * time.Minute); ; <-tick.C {
		if status, _ := n.ask(http.MethodGet, "/readyz", ""); status == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			n.t.Fatal("the kitchen does not open")
		}
	}
	return func() {
		stop()
		if err := <-done; err != nil {
			n.t.Error(err)
		}
	}
}

func (n *node) ask(method, path, body string) (int, string) {
	req, err := http.NewRequestWithContext(n.t.Context(), method, n.url+path, strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", "key-"+fmt.Sprint(len(body)))
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = res.Body.Close() }()
	answer, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(answer)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func TestAKitchenOpensWithTheInternetCutAndRemembersItsOrders(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	closed := n.open()
	status, body := n.ask(http.MethodPost, "/api/orders", `{"fulfilment":"carryout","channel":"counter","customer":{"name":"Grace"},
		"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`)
	if status != http.StatusCreated {
		t.Fatalf("counter order: %d %s", status, body)
	}
	var ticket struct {
		OrderID string `json:"order_id"`
		ID      string `json:"id"`
	}
	if err := json.Unmarshal([]byte(body), &ticket); err != nil {
		t.Fatal(err)
	}
	if _, link := n.ask(http.MethodGet, "/api/link", ""); !strings.Contains(link, `"down"`) || !strings.Contains(link, `"internet"`) {
		t.Errorf("the link is %s", link)
	}
	if _, board := n.ask(http.MethodGet, "/api/board", ""); !strings.Contains(board, `"oven-1"`) {
		t.Errorf("no oven on the board: %s", board)
	}
	closed()
	defer n.open()()
	if _, board := n.ask(http.MethodGet, "/api/board", ""); !strings.Contains(board, ticket.OrderID+ticket.ID) {
		t.Errorf("the order is forgotten: %s", board)
	}
}

func TestTheNodeAnswersToTheNamesItWasGivenAndDoubtsAClockThatNobodyConfirmed(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	n.cfg.Hosts = []string{"kitchen.pizza.example"}
	defer n.open()()
	for host, want := range map[string]int{"kitchen.pizza.example": http.StatusOK, "evil.example": http.StatusMisdirectedRequest} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.url+"/api/board", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != want {
			t.Errorf("%s: %d %s, %v", host, res.StatusCode, body, err)
		}
		if want == http.StatusOK && !strings.Contains(string(body), `"clock":"doubtful"`) {
			t.Errorf("no SYNC has told the time, and the board says %s", body)
		}
	}
}

func TestANodeThatBelongsToNoRestaurantSaysWhatToDo(t *testing.T) {
	t.Parallel()
	err := edge.Run(t.Context(), edge.Config{Data: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "edge enroll CODE") {
		t.Errorf("got %v", err)
	}
}
