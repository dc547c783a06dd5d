package printer_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/printer"
	"awesome.pizza/edge/store"
	"awesome.pizza/firmware-sim/fault"
	sim "awesome.pizza/firmware-sim/printer"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// doomedFile and doomedPrinter tell a process which database to print from, and where, until it is killed.
const (
	doomedFile    = "PRINTER_TEST_DOOMED_FILE"
	doomedPrinter = "PRINTER_TEST_DOOMED_PRINTER"
)

// telling says on its output what is marked.
type telling struct{ *store.Store }

func (s telling) MarkPrint(ctx context.Context, id string, to kitchen.PrintState, by string, at time.Time) error {
	err := s.Store.MarkPrint(ctx, id, to, by, at)
	if err == nil {
		_, err = fmt.Fprintln(os.Stdout, to, id)
	}
	return err
}

// doomed takes orders and prints them until it is killed.
func doomed(path, address string) {
	k, room, s := onDisk(path, address)
	go func() { _ = room.Run(context.Background()) }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		open, err := s.OpenPrints(context.Background())
		if err != nil {
			panic(err)
		}
		if open["p1"] < 3 {
			c := kitchen.CounterOrder{
				Key: id.New(), Channel: order.Counter, Fulfilment: order.Carryout, Customer: order.Customer{Name: id.New()}, Payment: order.Payment{Method: "cash"},
				Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1}},
			}
			if _, _, err := k.Place(context.Background(), c); err != nil {
				panic(err)
			}
			if _, err := fmt.Fprintln(os.Stdout, "placed", c.Customer.Name); err != nil {
				panic(err)
			}
		}
	}
}

// onDisk is a kitchen with one printer at an address of this machine.
func onDisk(path, address string) (*kitchen.Kitchen, *printer.Room, *store.Store) {
	ctx := context.Background()
	s, err := store.Open(ctx, path)
	if err != nil {
		panic(err)
	}
	m, err := menu.Pizzeria()
	if err != nil {
		panic(err)
	}
	spec := one()
	spec[0].Address, spec[0].Jobs = address, []kitchen.Paper{kitchen.PaperTicket}
	k, err := kitchen.New(ctx, s, m, clock.System{}, live.New[kitchen.Change](4096), kitchen.Settings{
		Restaurant: "r1", Printers: []kitchen.Printer{spec[0].Kitchen()},
	})
	if err != nil {
		panic(err)
	}
	return k, printer.New(printer.Settings{Printers: spec, Menu: m}, telling{s}, k), s
}

func TestANodeThatIsKilledWhilePrintingLosesNoTicketAndRepeatsNoneInSilence(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := sim.New(sim.Setting{Label: "p1", Columns: 48, Script: fault.NewScript("p1", nil), Log: slog.New(slog.DiscardHandler)})
	ctx, off := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, l) }()
	defer func() { off(); <-served }()
	path := filepath.Join(t.TempDir(), "edge.db")
	placed, found := map[string]bool{}, map[string][]string{}
	for round := range 4 {
		printUntilKilled(t, path, l.Addr().String(), 3+round, round%2 == 0, placed)
	}
	_, room, s := onDisk(path, l.Addr().String())
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- room.Run(running) }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(time.Minute); ; <-tick.C {
		if open, err := s.OpenPrints(ctx); err != nil || time.Now().After(late) {
			t.Fatal("it does not all come out", open, err)
		} else if len(open) == 0 {
			break
		}
	}
	stop()
	<-ended
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, paper := range p.Papers() {
		for name := range placed {
			if strings.Contains(paper.Text(), name) {
				found[name] = append(found[name], paper.Text())
			}
		}
	}
	for name := range placed {
		for n, paper := range found[name] {
			if n > 0 && !strings.Contains(paper, duplicate) {
				t.Errorf("the ticket of %s was printed again without a word:\n%s", name, paper)
			}
		}
		if len(found[name]) == 0 {
			t.Errorf("the ticket of %s was not printed", name)
		}
	}
}

// printUntilKilled kills a process after it has sent, or confirmed, so many tickets.
func printUntilKilled(t *testing.T, path, address string, after int, sending bool, placed map[string]bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), doomedFile+"="+path, doomedPrinter+"="+address)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch what, of, _ := strings.Cut(lines.Text(), " "); {
		case what == "placed":
			placed[of] = true
		case what == "sent" && sending, what == "confirmed" && !sending:
			if seen++; seen == after {
				_ = cmd.Process.Kill()
			}
		}
	}
	_ = cmd.Wait()
	if seen < after {
		t.Fatalf("it ended by itself after %d tickets", seen)
	}
}
