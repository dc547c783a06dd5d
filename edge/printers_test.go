package edge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/fault"
	sim "awesome.pizza/firmware-sim/printer"
)

// printerOnTheLAN is a simulated printer at an address of this machine.
func printerOnTheLAN(t *testing.T) (*sim.Printer, string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := sim.New(sim.Setting{Label: "kitchen", Columns: 42, Script: fault.NewScript("kitchen", nil), Log: slog.New(slog.DiscardHandler)})
	ctx, off := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		off()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return p, l.Addr().String()
}

func TestANodePrintsTheTicketsOfItsOrdersWithTheInternetCut(t *testing.T) {
	t.Parallel()
	p, address := printerOnTheLAN(t)
	n := newNode(t)
	n.cfg.Devices = houseFile(t, fmt.Sprintf("[[printer]]\nid = \"kitchen\"\naddress = %q\nwidth = 42\nlanguage = \"it\"\njobs = [\"ticket\"]\n", address))
	closed := n.open()
	status, body := n.ask(http.MethodPost, "/api/orders", `{"fulfilment":"carryout","channel":"counter","customer":{"name":"Grace"},
		"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`)
	if status != http.StatusCreated {
		t.Fatalf("counter order: %d %s", status, body)
	}
	var order struct{ ID string }
	if err := json.Unmarshal([]byte(body), &order); err != nil {
		t.Fatal(err)
	}
	if paper := n.paper(p, 1); !strings.Contains(paper, "#1") || !strings.Contains(paper, "ASPORTO - banco") || !strings.Contains(paper, "1 x Margherita Small") {
		t.Errorf("it printed\n%s", paper)
	}
	if status, body := n.ask(http.MethodPost, "/api/tickets/"+order.ID+"/print", `{"tap":"t1","what":"ticket"}`); status != http.StatusAccepted {
		t.Errorf("ask for a copy: %d %s", status, body)
	}
	if paper := n.paper(p, 2); !strings.Contains(paper, "COPIA") {
		t.Errorf("it printed\n%s", paper)
	}
	if status, body := n.ask(http.MethodGet, "/api/printers", ""); status != http.StatusOK || !strings.Contains(body, `"state":"ready"`) || !strings.Contains(body, `"paper_low":false`) {
		t.Errorf("printers: %d %s", status, body)
	}
	closed()
	closed = n.open()
	defer closed()
	if status, body := n.ask(http.MethodPost, "/api/printers/kitchen/test", ""); status != http.StatusAccepted {
		t.Errorf("a test page: %d %s", status, body)
	}
	if paper := n.paper(p, 3); !strings.Contains(paper, "PAGINA DI PROVA") {
		t.Errorf("after a restart it printed\n%s", paper)
	}
}

// paper waits for a piece of paper.
func (n *node) paper(p *sim.Printer, count int) string {
	n.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		if all := p.Papers(); len(all) >= count {
			return all[count-1].Text()
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("there is no piece of paper %d", count)
		}
	}
}
