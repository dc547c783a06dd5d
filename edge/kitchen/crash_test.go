package kitchen_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/order"
)

// doomedFile names the database of a process that cooks until it is killed.
const doomedFile = "KITCHEN_TEST_DOOMED_FILE"

// cookUntilKilled places orders and bumps them, and says on its output what was confirmed: "<order> <version>" each.
func cookUntilKilled(path string) {
	h := houseAt(panics{}, path, settings())
	h.clock.set(time.Now())
	for n := 0; ; n++ {
		t := h.place(pizza, cola)
		if n%3 == 1 {
			t = h.change(t, kitchen.OrderChange{Add: []order.Line{cola}})
			h.render("make-1", t.Order.ID)
			h.did(h.HoldBack(background(), t.Order.ID, because("wait")))
			t = h.did(h.LetGo(background(), t.Order.ID, because("go")))
		}
		for {
			if _, err := fmt.Fprintln(os.Stdout, t.Order.ID, t.Version, t.Number); err != nil {
				panic(err)
			}
			if !t.Open() || n%7 == 6 && t.Version > 4 {
				break
			}
			t = h.bump(t, "")
		}
	}
}

// panics ends a doomed process that has gone wrong before it was killed.
type panics struct{}

func (panics) Helper()                           {}
func (panics) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (panics) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func TestNothingThatWasConfirmedIsLostWhenTheNodeIsKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	confirmed, numbers := map[order.ID]int{}, map[order.ID]string{}
	for round := range 8 {
		for _, line := range killedAfter(t, doomedFile, path, 5+round*9) {
			var o order.ID
			var version int
			var number string
			if _, err := fmt.Sscan(line, &o, &version, &number); err != nil {
				continue // torn by the kill
			}
			confirmed[o], numbers[o] = max(version, confirmed[o]), number
		}
		h := houseAt(t, path, settings())
		given := map[string]order.ID{}
		for id, version := range confirmed {
			got := h.ticket(id)
			if got.Version < version || fmt.Sprint(got.Number) != numbers[id] {
				t.Errorf("order %s was confirmed at version %d with number %s, the file has %d, %d", id, version, numbers[id], got.Version, got.Number)
			}
			if twin, twice := given[fmt.Sprint(got.Day, got.Number)]; twice {
				t.Errorf("orders %s and %s have the same number", twin, id)
			}
			given[fmt.Sprint(got.Day, got.Number)] = id
		}
		taken := 0
		for _, e := range h.events() { // fails when the chain is broken
			if e.Kind == "order.taken.v1" {
				taken++
			}
		}
		if taken < len(confirmed) {
			t.Errorf("%d orders were confirmed, the cloud hears of %d", len(confirmed), taken)
		}
		changes, cancel := h.hub.Subscribe()
		before := h.snapshot().Seq
		h.place(cola)
		if c := h.next(changes); c.Seq != before+1 {
			t.Errorf("after the kill change %d follows %d", c.Seq, before)
		}
		cancel()
		h.close()
	}
	if len(confirmed) < 8 {
		t.Errorf("only %d orders were confirmed: the story tells nothing", len(confirmed))
	}
}

// killedAfter runs a doomed process, kills it when it has confirmed so many things, and returns what it confirmed.
func killedAfter(t *testing.T, story, path string, lines int) (said []string) {
	t.Helper()
	doomed := exec.CommandContext(t.Context(), os.Args[0])
	doomed.Env = append(os.Environ(), story+"="+path)
	doomed.Stderr = os.Stderr
	out, err := doomed.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := doomed.Start(); err != nil {
		t.Fatal(err)
	}
	for read := bufio.NewScanner(out); read.Scan(); { // what it managed to say before it died counts too
		if said = append(said, read.Text()); len(said) == lines {
			if err := doomed.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := doomed.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the node ended by itself: %v", err)
	}
	return said
}
