package edge_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge"
	"awesome.pizza/shared/settings"
)

func edgeSays(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	cmd := edge.Command()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// alone is a node that belongs to no chain.
func alone(t *testing.T, more ...string) *node {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if said, err := edgeSays(t, append([]string{"init", "--restaurant", "r1", "--time-zone", "Europe/Rome", "--data", dir}, more...)...); err != nil || !strings.Contains(said, "restaurant r1") {
		t.Fatalf("%q, %v", said, err)
	}
	n := &node{t: t, cfg: edge.Config{Data: dir, Listen: freeAddr(t), DayStarts: 4}}
	n.url = "http://" + n.cfg.Listen
	return n
}

// eventually waits until something is so.
func (n *node) eventually(what string, so func() bool) {
	n.t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(time.Minute); !so(); <-look.C {
		if time.Now().After(deadline) {
			n.t.Fatalf("it never came that %s", what)
		}
	}
}

const carryout = `{"fulfilment":"carryout","channel":"counter","customer":{"name":"Grace"},"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`

func TestAPizzeriaWithoutAnyInternetOpensAndJoinsAChainLaterWithItsOrders(t *testing.T) {
	t.Parallel()
	n := alone(t)
	closed := n.open()
	var placed struct{ ID string }
	if status, body := n.ask(http.MethodPost, "/api/orders", carryout); status != http.StatusCreated || json.Unmarshal([]byte(body), &placed) != nil {
		t.Fatalf("%d %s", status, body)
	}
	if _, link := n.ask(http.MethodGet, "/api/link", ""); !strings.Contains(link, `"cause":"alone"`) {
		t.Errorf("the line is %s", link)
	}
	if _, board := n.ask(http.MethodGet, "/api/board", ""); !strings.Contains(board, `"clock":"trusted"`) {
		t.Error("a clock that nobody else can tell is doubted for ever")
	}
	closed()

	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		_, _ = w.Write([]byte(`{"restaurant":"r1","jwt":"token","epoch":1,"time_zone":"Europe/Rome","leaves":["nats-leaf://` + freeAddr(t) + `"]}`))
	}))
	t.Cleanup(cloud.Close)
	if said, err := edgeSays(t, "enroll", codeOne, "--cloud", cloud.URL, "--data", n.cfg.Data); err != nil {
		t.Fatalf("%q, %v", said, err)
	}
	defer n.open()()
	if _, board := n.ask(http.MethodGet, "/api/board", ""); !strings.Contains(board, placed.ID) {
		t.Errorf("the order is lost: %s", board)
	}
	var link struct {
		Cause   string
		Backlog int
	}
	n.eventually("what happened before waits to go up", func() bool {
		_, body := n.ask(http.MethodGet, "/api/link", "")
		return json.Unmarshal([]byte(body), &link) == nil && link.Backlog > 0
	})
	if link.Cause == "alone" {
		t.Errorf("it has joined a chain, and says %+v", link)
	}
}

func TestANodeIsMadeARestaurantOfItsOwnOnceAndWithSense(t *testing.T) {
	t.Parallel()
	n := alone(t)
	before, err := os.ReadFile(filepath.Join(n.cfg.Data, "enrolment.json"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := edgeSays(t, "init", "--restaurant", "r2", "--time-zone", "Europe/Rome", "--data", n.cfg.Data); err == nil || !strings.Contains(err.Error(), "restaurant r1 already") {
		t.Errorf("again: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(n.cfg.Data, "enrolment.json")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("it is another now: %v", err)
	}
	broken := houseFile(t, `{"version":9,"products":[{"id":"a"}]}`)
	for _, args := range [][]string{
		{"--time-zone", "Europe/Rome"},
		{"--restaurant", "a/b", "--time-zone", "Europe/Rome"},
		{"--restaurant", "r1"},
		{"--restaurant", "r1", "--time-zone", "Mars/Olympus"},
		{"--restaurant", "r1", "--time-zone", "Europe/Rome", "--menu", broken},
		{"--restaurant", "r1", "--time-zone", "Europe/Rome", "--menu", broken + ".gone"},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		if _, err := edgeSays(t, append([]string{"init", "--data", dir}, args...)...); settings.Exit(err) != 2 {
			t.Errorf("%q: %v", args, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%q: something was made", args)
		}
	}
}

func TestAMenuFileIsSoldWhileTheKitchenIsOpen(t *testing.T) {
	t.Parallel()
	n := alone(t)
	printed, err := edgeSays(t, "menu", "--data", n.cfg.Data)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal([]byte(printed), &m); err != nil {
		t.Fatal(err)
	}
	defer n.open()()
	products := m["products"].([]any)
	gone := products[len(products)-1].(map[string]any)["id"].(string)
	m["products"] = products[:len(products)-1]
	text, _ := json.Marshal(m)
	file := houseFile(t, string(text))
	if _, err := edgeSays(t, "menu", file, "--data", n.cfg.Data); settings.Exit(err) != 2 || !strings.Contains(err.Error(), "version") {
		t.Errorf("two menus of one version: %v", err)
	}
	m["version"] = 77
	text, _ = json.Marshal(m)
	put(t, file, string(text))
	if said, err := edgeSays(t, "menu", file, "--data", n.cfg.Data, "--dry-run"); err != nil || !strings.Contains(said, "gone     product "+gone) || !strings.Contains(said, "nothing was changed") {
		t.Fatalf("%q, %v", said, err)
	}
	if said, err := edgeSays(t, "menu", file, "--data", n.cfg.Data); err != nil || !strings.Contains(said, "version 77 is the menu now") {
		t.Fatalf("%q, %v", said, err)
	}
	sells := func() bool {
		var now struct {
			Version  int
			Products []struct{ ID string }
		}
		_, body := n.ask(http.MethodGet, "/api/menu", "")
		return json.Unmarshal([]byte(body), &now) == nil && now.Version == 77 &&
			!slices.ContainsFunc(now.Products, func(p struct{ ID string }) bool { return p.ID == gone })
	}
	n.eventually("the open kitchen sells by it", sells)
	if status, body := n.ask(http.MethodPost, "/api/orders", carryout); status != http.StatusCreated || !strings.Contains(body, "margherita") {
		t.Errorf("%d %s", status, body)
	}
	put(t, filepath.Join(n.cfg.Data, "enrolment.json"), `{"restaurant":"r1"`) // torn: it goes on selling
	if status, _ := n.ask(http.MethodGet, "/api/menu", ""); status != http.StatusOK {
		t.Error("it stopped")
	}
}

func TestTheMenuOfAChainIsNotChangedHere(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	if _, err := edgeSays(t, "menu", houseFile(t, "{}"), "--data", n.cfg.Data); err == nil || !strings.Contains(err.Error(), "belongs to a chain") {
		t.Errorf("%v", err)
	}
}
