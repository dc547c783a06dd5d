package edge_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestTheDoctorLooksAtThePrinters(t *testing.T) {
	t.Parallel()
	_, address := printerOnTheLAN(t)
	n := newNode(t)
	n.doctor().is("printers", "ok", "none configured")
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	one := fmt.Sprintf("[[printer]]\nid = \"kitchen\"\naddress = %q\njobs = [\"ticket\"]\n", address)
	two := one + fmt.Sprintf("[[printer]]\nid = \"counter\"\naddress = %q\njobs = [\"receipt\"]\n", nobody)
	n.cfg.Devices = houseFile(t, one)
	n.doctor().is("printers", "ok", "1 configured", "take the node's call")
	n.cfg.Devices = houseFile(t, two)
	n.doctor().is("printers", "problem", "counter", nobody, "cannot be reached", "network cable")

	defer n.open()()
	n.printersAre("ready", "offline")
	n.doctor().is("printers", "problem", "2 configured", "counter at "+nobody+" is offline", "orders never wait")
	n.cfg.Devices = houseFile(t, one)
	n.doctor().is("printers", "ok", "all ready")
	n.cfg.Devices = houseFile(t, one+"[[printer]]\nid = \"bar\"\naddress = \"bar.lan:9100\"\njobs = [\"ticket\"]\n")
	n.doctor().is("printers", "problem", "bar", "not known to the node")
}

// printersAre waits until the node sees its printers like that.
func (n *node) printersAre(states ...string) {
	n.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		var is struct{ Printers []struct{ State string } }
		_, body := n.ask(http.MethodGet, "/api/printers", "")
		if err := json.Unmarshal([]byte(body), &is); err != nil {
			n.t.Fatal(err)
		}
		var seen []string
		for _, p := range is.Printers {
			seen = append(seen, p.State)
		}
		if slices.Equal(seen, states) {
			return
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("the printers are %v", seen)
		}
	}
}
