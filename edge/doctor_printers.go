package edge

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/printer"
)

// printers looks at each printer of the device file: as the node sees it, or else whether it takes a call. A printer takes one call at a time, so
// beside a node that runs nobody dials it.
func (d *doctor) printers(ctx context.Context) []finding {
	f := finding{Check: "printers", State: good}
	house, err := LoadHouse(d.config.Devices)
	if err != nil {
		f.State, f.Says = unknown, "the device file cannot be read: see the line \"ovens\""
		return []finding{f}
	}
	if f.Says = fmt.Sprintf("%d configured", len(house.Printers)); len(house.Printers) == 0 {
		f.Says = "none configured: nothing is printed"
		return []finding{f}
	}
	var board struct{ Printers []kds.PrinterView }
	if status, err := d.ask(ctx, "/api/board", &board); d.running && (err != nil || status != http.StatusOK) {
		f.State, f.Says = unknown, f.Says+"; the node does not say how they are"
		return []finding{f}
	}
	var wrong, low []string
	for _, p := range house.Printers {
		what := d.unreachable(ctx, p.Address)
		if d.running {
			what = printerTrouble(board.Printers, p.ID)
		}
		n := slices.IndexFunc(board.Printers, func(v kds.PrinterView) bool { return v.ID == p.ID })
		switch {
		case what != "":
			wrong = append(wrong, fmt.Sprintf("%s at %s %s", p.ID, p.Address, what))
		case n >= 0 && board.Printers[n].PaperLow:
			low = append(low, p.ID)
		}
	}
	switch {
	case len(wrong) > 0:
		f.State, f.Says = bad, f.Says+": "+strings.Join(wrong, "; ")
		f.Do = "see its power, paper, cover and network cable, and its address in the device file (its self-test prints it); what is to be printed waits on the node's disk, and orders never wait for it"
	case len(low) > 0:
		f.State, f.Says, f.Do = worry, f.Says+"; the paper ends soon at "+strings.Join(low, ", "), "put a new roll in before the rush"
	case d.running:
		f.Says += ", all ready"
	default:
		f.Says += ", all take the node's call"
	}
	return []finding{f}
}

// unreachable says why a printer cannot be called, when the node does not run.
func (d *doctor) unreachable(ctx context.Context, address string) string {
	if d.running {
		return ""
	}
	conn, err := (&net.Dialer{Timeout: dialWithin}).DialContext(ctx, "tcp", address)
	if err == nil {
		err = conn.Close()
	}
	if err != nil {
		return "cannot be reached: " + err.Error()
	}
	return ""
}

// printerTrouble is what is wrong with a printer as the node sees it.
func printerTrouble(all []kds.PrinterView, id string) string {
	n := slices.IndexFunc(all, func(v kds.PrinterView) bool { return v.ID == id })
	if n < 0 {
		return "is not known to the node, which was started without it: restart it"
	}
	v := all[n]
	if v.State == string(printer.Ready) {
		return ""
	}
	what := "is " + strings.ReplaceAll(v.State, "_", " ")
	if v.Detail != "" {
		what += " (" + v.Detail + ")"
	}
	if v.Queue > 0 {
		what += fmt.Sprintf(", %d pieces of paper wait", v.Queue)
	}
	if v.OnBackup {
		what += ", " + v.Backup + " prints for it"
	}
	return what
}
