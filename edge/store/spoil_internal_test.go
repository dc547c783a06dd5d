package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// evening is a database as a power cut in the middle of an evening leaves it: part of it in the log, part of it known to the cloud.
type evening struct {
	file, log []byte
	last      map[string]bool // rows that it has
	ever      map[string]bool // rows that it ever had
	events    int
}

// written are all rows of a store, by table, without the sums, and the tickets without their mark.
func written(t *testing.T, s *Store, only ...string) map[string]bool {
	t.Helper()
	tables, err := summedTables(t.Context(), s.read)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for _, table := range tables {
		if table.name == "meta" || table.name == "goose_db_version" || len(only) > 0 && !slices.Contains(only, table.name) {
			continue
		}
		got, err := list(t.Context(), s.read, func(row scanner) (string, error) {
			values := make([]any, len(table.columns))
			into := make([]any, len(values))
			for n := range values {
				into[n] = &values[n]
			}
			err := row.Scan(into...)
			for n, v := range values {
				if raw, ok := v.([]byte); ok {
					values[n] = fmt.Sprintf("%x", raw)
				}
			}
			return strings.ReplaceAll(fmt.Sprintf("%s %q", table.name, values), `,\"recovered\":true`, ""), err
		}, fmt.Sprintf(`SELECT "%s" FROM "%s"`, strings.Join(table.columns, `", "`), table.name))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got {
			rows[r] = true
		}
	}
	return rows
}

// anEvening taps, prunes and acknowledges until there is something of everything.
func anEvening(t *testing.T) evening {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edge.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	e := evening{ever: map[string]bool{}, events: taps}
	for n := range uint64(e.events) {
		c := tapped(n + 1)
		c.Timers = []kitchen.Timer{{TimerKey: kitchen.TimerKey{Kind: kitchen.StuckOrder, Order: c.Tickets[0].Order.ID}, Due: friday.Add(time.Hour), Since: friday}}
		switch n % 40 {
		case 0:
			c.Raised = []kitchen.Alert{{ID: fmt.Sprintf("silent/oven-%d", n), Device: "oven-1", What: "silent", Level: "critical", Since: friday}}
			c.Cooks = []kitchen.Cook{{ID: "ada", Name: "Ada", SignedIn: n%80 == 0}, {ID: "bob", Name: "Bob"}}
			c.Command = &kitchen.Obeyed{Seq: n/40 + 1, ID: fmt.Sprintf("c%d", n), Granted: true}
		case 1:
			c.Letters = []kitchen.DeadLetter{{At: friday, Source: "oven-1", Reason: "garbage", Payload: []byte("\x00\x01")}}
		case 3:
			c.Shift = anHourOfTheShift(n)
			warm := float64(n)
			c.Readings = []kitchen.Reading{{At: friday, Day: "2026-07-03", Probe: "fridge", What: kitchen.NotedReading, Celsius: &warm}}
		case 2:
			c.Numbers = []kitchen.Number{{Day: "2026-07-03", Last: int(n) + 20}}
		}
		if err := s.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		for r := range written(t, s, "tickets", "timers", "cooks", "numbers") { // rows of the others do not change
			e.ever[r] = true
		}
		if n == taps*2/5 {
			hash, _, err := s.HashAt(t.Context(), n+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.SetAcked(t.Context(), link.Mark{Epoch: s.Epoch(), Seq: n + 1, Hash: hash}); err != nil {
				t.Fatal(err)
			}
		}
		if n == taps*5/6 {
			if err := s.checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	e.last = written(t, s)
	maps.Copy(e.ever, e.last)
	if e.file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if e.log, err = os.ReadFile(path + "-wal"); err != nil || len(e.log) < 50_000 {
		t.Fatalf("a log of %d bytes, %v", len(e.log), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return e
}

// anHourOfTheShift is something of everything that people and money leave behind; n is another one each time.
func anHourOfTheShift(n uint64) kitchen.Shift {
	name, o := fmt.Sprintf("%064d", n), order.ID(fmt.Sprintf("run-%d", n))
	drawer, opened, err := till.Open(fmt.Sprintf("2026-07-%02d", n/40+1), 0, "EUR", 100, "carla", friday)
	if err != nil {
		panic(err)
	}
	opened.Key = name
	drawer.ClosedAt = friday
	return kitchen.Shift{
		Sessions: []staff.Session{{Name: name, Who: "ada", Began: friday, Seen: friday, Until: friday.Add(time.Hour)}},
		Strikes:  []staff.Strike{{Where: "address/" + name, Wrong: 1, Last: friday}},
		Known:    []staff.Known{{Name: name, Who: "ada", Since: friday, Seen: friday}},
		Audit:    []staff.Record{{At: friday, Day: "2026-07-03", Who: "carla", Action: staff.Void, Reason: name}},
		Till:     &drawer, Cash: []till.Entry{opened}, Runs: []kitchen.Run{{Order: o, Driver: "Max", At: friday}},
		Guests: []kitchen.Guest{{Phone: fmt.Sprintf("39055%07d", n), Name: "Grace", Seen: friday}},
	}
}

// spoil damages one place of a copy, as cards do, and says how.
func (e evening) spoil(draw *rand.Rand) (file, log []byte, how string) {
	file, log = slices.Clone(e.file), slices.Clone(e.log)
	hit, name := file, "file"
	if draw.IntN(3) == 0 {
		hit, name = log, "log"
	}
	at := draw.IntN(len(hit))
	switch draw.IntN(5) {
	case 0, 1:
		hit[at] ^= 1 << draw.IntN(8)
		return file, log, fmt.Sprintf("a bit flipped at %d of the %s", at, name)
	case 2:
		at = at / 512 * 512
		clear(hit[at:min(at+512, len(hit))])
		return file, log, fmt.Sprintf("sector %d of the %s is empty", at/512, name)
	case 3:
		at = at / 512 * 512
		for n := at; n < min(at+512, len(hit)); n++ {
			hit[n] = byte(draw.Uint32())
		}
		return file, log, fmt.Sprintf("sector %d of the %s is noise", at/512, name)
	}
	at = at / 4096 * 4096
	from := draw.IntN(len(hit)/4096) * 4096
	copy(hit[at:], hit[from:min(from+4096, len(hit))])
	return file, log, fmt.Sprintf("page %d of the %s is page %d", at/4096, name, from/4096)
}

// place writes a copy somewhere new.
func place(t *testing.T, file, log []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edge.db")
	if err := errors.Join(os.WriteFile(path, file, 0o600), os.WriteFile(path+"-wal", log, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

func fine(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
