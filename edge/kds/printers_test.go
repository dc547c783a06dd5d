package kds_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
)

// rack is one printer and the ledger of its paper.
type rack struct {
	*store.Store
	state string
}

func (r *rack) Printers() []kds.PrinterView {
	return []kds.PrinterView{{ID: "p1", Name: "Kitchen", State: r.state, Queue: 2, Backup: "p2", OnBackup: true, Jobs: kitchen.Papers(), Stations: []string{}}}
}

// openWithPrinter is a node whose kitchen has a printer for tickets and receipts.
func openWithPrinter(t *testing.T) *node {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	hub := live.New[kitchen.Change](256)
	t.Cleanup(hub.Close)
	k, err := kitchen.New(t.Context(), s, m, clock.System{}, hub, kitchen.Settings{
		Restaurant: "r1", Printers: []kitchen.Printer{{ID: "p1", Papers: []kitchen.Paper{kitchen.PaperTicket, kitchen.PaperReceipt}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return open(t, func(d *kds.Deps, _ *kds.Settings) { d.Kitchen, d.Changes, d.Printers = k, hub, &rack{s, "paper_out"} })
}

func TestPaperIsAskedForAgainAndNobodyWaitsForAPrinter(t *testing.T) {
	t.Parallel()
	n := openWithPrinter(t)
	path := "/api/tickets/" + n.place() + "/print"
	post := func(path, body string) (int, string) {
		if body == "" {
			r := n.post(path, nil)
			return r.status, string(r.body)
		}
		r := n.post(path, body)
		return r.status, string(r.body)
	}
	for range 2 {
		status, body := post(path, `{"tap":"tap-1","what":"receipt"}`)
		if status != http.StatusAccepted || !strings.Contains(body, `"what":"receipt"`) || !strings.Contains(body, `"copy":true`) || strings.Count(body, `"id"`) != 1 {
			t.Errorf("%d %s", status, body)
		}
	}
	if status, body := post(path, ""); status != http.StatusAccepted || !strings.Contains(body, `"what":"ticket"`) {
		t.Errorf("without a body: %d %s", status, body)
	}
	for body, want := range map[string]string{
		`{"tap":"tap-2","what":"label"}`:                            "not_printed_here",
		`{"tap":"tap-2","what":"novel"}`:                            "no_such_paper",
		`{"what":"ticket"}`:                                         "invalid_tap",
		`{"tap":"tap-1","what":"ticket"}`:                           "idempotency_mismatch",
		`{"tap":"tap-3","what":"ticket","printer":"p9"}`:            "no_such_printer",
		`{"tap":"tap-3","what":"` + strings.Repeat("x", 65) + `"}`:  "invalid_field",
		`{"tap":"tap-3","what":"ticket","colour":"red"}`:            "unknown_field",
		`{"tap":"` + strings.Repeat("t", 65) + `","what":"ticket"}`: "invalid_field",
		`{"tap":"tap-3","what":"receipt","item":"1"}`:               "no_such_paper",
		`{"tap":"tap-3","what":"label","item":"7","printer":"p1"}`:  "no_such_item",
	} {
		if status, got := post(path, body); status < 400 || status >= 500 || !strings.Contains(got, want) {
			t.Errorf("%s: %d %s, want %s", body, status, got, want)
		}
	}
	if status, got := post("/api/tickets/nobody/print", `{"tap":"x","what":"ticket"}`); status != http.StatusNotFound {
		t.Errorf("an unknown order: %d %s", status, got)
	}
	status, body := post("/api/printers/p1/test", "")
	if status != http.StatusAccepted || !strings.Contains(body, `"what":"test"`) {
		t.Errorf("a test page: %d %s", status, body)
	}
	if status, body := post("/api/printers/p9/test", ""); status != http.StatusNotFound || !strings.Contains(body, "no_such_printer") {
		t.Errorf("of a printer that is not there: %d %s", status, body)
	}
	var jobs struct {
		Jobs []struct{ What, State, ID string } `json:"jobs"`
	}
	n.into("/api/printers/p1/jobs", &jobs)
	if len(jobs.Jobs) != 4 || jobs.Jobs[0].What != "test" || jobs.Jobs[3].State != "pending" {
		t.Errorf("the ledger is %+v", jobs)
	}
	if r := n.get("/api/printers/p9/jobs"); r.status != http.StatusNotFound {
		t.Errorf("the ledger of a printer that is not there: %d", r.status)
	}
}

func TestPrintersAreOnTheBoard(t *testing.T) {
	t.Parallel()
	n := openWithPrinter(t)
	var board, list struct {
		Printers []kds.PrinterView `json:"printers"`
	}
	n.into("/api/board", &board)
	n.into("/api/printers", &list)
	if len(board.Printers) != 1 || board.Printers[0].State != "paper_out" || !board.Printers[0].OnBackup || len(list.Printers) != 1 || list.Printers[0].Queue != 2 {
		t.Errorf("on the board are %+v, in the list %+v", board, list)
	}
	if r := open(t).get("/api/board"); !strings.Contains(string(r.body), `"printers":[]`) {
		t.Errorf("a kitchen without printers shows %s", r.body)
	}
}

func (n *node) into(path string, v any) {
	n.t.Helper()
	r := n.get(path)
	if err := json.Unmarshal(r.body, v); err != nil || r.status != http.StatusOK {
		n.t.Fatalf("%s: %d %s %v", path, r.status, r.body, err)
	}
}
