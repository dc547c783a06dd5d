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
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// evening is a database as a power cut in the middle of an evening leaves it: part of it in the log, part of it known to the cloud.
type evening struct {
	file, log []byte
	last      map[string]bool // rows that it has
	ever      map[string]bool // rows that it ever had
	events    int
}

// ofFour is the business day of an instant, which begins at four.
var ofFour = kitchen.Settings{Zone: time.UTC, DayStarts: 4}.Day

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

func TestADiskThatSpoilsWhatItKeeps(t *testing.T) {
	t.Parallel()
	e := anEvening(t)
	t.Run("no damage is silent", e.noDamageIsSilent)
	t.Run("a recovery that is interrupted goes on", e.aRecoveryThatIsInterruptedGoesOn)
	t.Run("a find of the night makes the next start recover", e.aFindOfTheNightMakesTheNextStartRecover)
	t.Run("a loss of the first bytes is no loss of the rest", e.aLossOfTheFirstBytesIsNoLossOfTheRest)
}

func (e evening) noDamageIsSilent(t *testing.T) {
	t.Parallel()
	harmless, torn, recovered, kept := 0, 0, 0, 0
	const times = damages
	for seed := range uint64(times) {
		file, log, how := e.spoil(rand.New(rand.NewPCG(seed, 3)))
		how = fmt.Sprintf("seed %d, %s", seed, how)
		path := place(t, file, log)
		s, err := Open(t.Context(), path)
		switch {
		case err == nil:
			rows := written(t, s)
			switch same := equal(rows, e.last); {
			case same:
				harmless++
			case s.Torn():
				torn++
				e.everHad(t, rows, how)
			default:
				t.Errorf("%s: another answer, and nothing was said", how)
			}
		case errors.Is(err, ErrDamaged):
			recovered++
			r, err := Recover(t.Context(), path, err.Error(), friday, ofFour)
			if err != nil {
				t.Fatalf("%s: %v", how, err)
			}
			if s, err = Open(t.Context(), path); err != nil {
				t.Fatalf("%s, recovered: %v", how, err)
			}
			rows := written(t, s)
			e.everHad(t, rows, how)
			kept += e.stands(t, s, r, how)
		default:
			t.Fatalf("%s: %v", how, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: close: %v", how, err)
		}
	}
	t.Logf("of %d damages %d were harmless, %d cut the last change, %d were recovered with %d of %d events", times, harmless, torn, recovered, kept,
		recovered*e.events)
	if recovered < times/5 || kept < recovered*e.events*6/10 {
		t.Error("that is not what these damages do")
	}
}

func equal(a, b map[string]bool) bool {
	for r := range a {
		if !b[r] {
			return false
		}
	}
	return len(a) == len(b)
}

// everHad checks that every row is one that was written at some time.
func (e evening) everHad(t *testing.T, rows map[string]bool, how string) {
	t.Helper()
	for r := range rows {
		if !e.ever[r] && !strings.HasPrefix(r, "numbers ") && !strings.HasPrefix(r, `alerts ["count_cash"`) { // numbers are counted up to those on the tickets
			t.Errorf("%s: a row that was never written: %s", how, r)
		}
	}
}

// stands checks how a recovered store stands, and tells how many events it has.
func (e evening) stands(t *testing.T, s *Store, r Recovery, how string) int {
	t.Helper()
	if !exists(r.Aside) || exists(markPath(s.path)) || exists(r.Aside+".mended") || r.Why == "" {
		t.Errorf("%s: what is left is not right: %+v", how, r)
	}
	state, err := s.Load(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", how, err)
	}
	for _, ticket := range state.Tickets {
		if !ticket.Recovered || ticket.Order.ID == "" {
			t.Errorf("%s: ticket %s came back as if nothing had happened", how, ticket.Order.ID)
		}
	}
	refs, _, err := s.Retained(t.Context(), link.Place{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	tip, err := s.Tip(t.Context())
	if err != nil || tip.Seq != 0 || len(refs) > 0 && tip.Epoch <= refs[len(refs)-1].Epoch {
		t.Errorf("%s: it goes on at %+v after %d events, %v", how, tip, len(refs), err)
	}
	if err := s.Prune(t.Context(), friday.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if after, _, err := s.Retained(t.Context(), link.Place{}, 1000); err != nil || len(after) != len(refs) {
		t.Errorf("%s: before the cloud was asked, %d of %d events were pruned, %v", how, len(refs)-len(after), len(refs), err)
	}
	if err := s.Commit(t.Context(), kitchen.Commit{Seq: state.Seq + 1, At: friday, Facts: []kitchen.Fact{tapped(1).Facts[0]}}); err != nil {
		t.Errorf("%s: the kitchen cannot go on: %v", how, err)
	}
	return len(refs)
}

func (e evening) aRecoveryThatIsInterruptedGoesOn(t *testing.T) {
	t.Parallel()
	file := slices.Clone(e.file)
	copy(file[9000:], "\xde\xad\xbe\xef\xde\xad\xbe\xef\xde\xad\xbe\xef\xde\xad\xbe\xef")
	for name, interrupt := range map[string]func(t *testing.T, path string){
		"when only the mark was set": func(t *testing.T, path string) {
			fine(t, os.WriteFile(markPath(path), []byte("edge.db.damaged-x"), 0o600))
		},
		"when the file was moved and its log was not": func(t *testing.T, path string) {
			fine(t, os.WriteFile(markPath(path), []byte("edge.db.damaged-x"), 0o600), os.Rename(path, path+".damaged-x"))
		},
		"in the middle of the new file": func(t *testing.T, path string) {
			fine(t, os.WriteFile(markPath(path), []byte("edge.db.damaged-x"), 0o600), os.Rename(path, path+".damaged-x"), os.Rename(path+"-wal", path+".damaged-x-wal"),
				os.WriteFile(path+".fresh", []byte("half"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := place(t, file, e.log)
			interrupt(t, path)
			s, err := Open(t.Context(), path)
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("it opens as if nothing were the matter: %v, %v", s, err)
			}
			r, err := Recover(t.Context(), path, "interrupted", friday, ofFour)
			if err != nil || r.Aside != path+".damaged-x" {
				t.Fatalf("%+v, %v", r, err)
			}
			if s, err = Open(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			if n := e.stands(t, s, r, name); n < e.events/2 {
				t.Errorf("%d of %d events are left", n, e.events)
			}
			fine(t, s.Close())
		})
	}
	t.Run("when only its mark was to be removed", func(t *testing.T) {
		t.Parallel()
		path := place(t, e.file, e.log)
		fine(t, os.WriteFile(markPath(path), []byte("edge.db.damaged-x"), 0o600), os.WriteFile(path+".damaged-x", file, 0o600))
		s, err := Open(t.Context(), path)
		if err != nil || exists(markPath(path)) {
			t.Fatalf("a recovery that is over is held to be under way: %v", err)
		}
		if !equal(written(t, s), e.last) {
			t.Error("it does not hold what was recovered")
		}
		fine(t, s.Close())
	})
}

func fine(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func (e evening) aFindOfTheNightMakesTheNextStartRecover(t *testing.T) {
	t.Parallel()
	path := place(t, e.file, e.log)
	s, err := Open(t.Context(), path)
	fine(t, err)
	fine(t, s.Examine(t.Context()))
	s.turn(t, "temp.foreign_keys = 0")
	if _, err := s.write.ExecContext(t.Context(), `DROP TRIGGER temp.sum_up_cooks`); err != nil { // a change past the sums, as a disk makes it
		t.Fatal(err)
	}
	if _, err := s.write.ExecContext(t.Context(), `UPDATE cooks SET name = 'Eve' WHERE id = 'ada'`); err != nil {
		t.Fatal(err)
	}
	if err := s.Examine(t.Context()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "1 of 2 rows of cooks") {
		t.Errorf("examined: %v", err)
	}
	if state, err := s.Load(t.Context()); err != nil || len(state.Tickets) != 20 {
		t.Errorf("meanwhile the kitchen cannot work: %v", err)
	}
	fine(t, s.Close())
	_, err = Open(t.Context(), path)
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("the next start: %v", err)
	}
	r, err := Recover(t.Context(), path, err.Error(), friday, ofFour)
	fine(t, err)
	if !strings.Contains(r.String(), "cooks 1 (1 refused)") || !strings.Contains(r.Why, "rows of cooks") {
		t.Errorf("%s", r)
	}
	s, err = Open(t.Context(), path)
	fine(t, err)
	state, err := s.Load(t.Context())
	if err != nil || len(state.Cooks) != 1 || state.Cooks[0].ID != "bob" || len(state.Tickets) != 20 {
		t.Errorf("%+v, %v", state.Cooks, err)
	}
	fine(t, s.Close())
}

func TestAFileThatIsNoDatabaseAtAllGivesAnEmptyOne(t *testing.T) {
	t.Parallel()
	path := place(t, []byte("pizza, not pages: "+string(make([]byte, 8192))), nil)
	_, err := Open(t.Context(), path)
	if !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	r, err := Recover(t.Context(), path, "not a database", friday, ofFour)
	fine(t, err)
	s, err := Open(t.Context(), path)
	fine(t, err)
	if state, err := s.Load(t.Context()); err != nil || len(state.Tickets) != 0 || r.Aside != path+".damaged-20260703T193000Z" {
		t.Errorf("%+v, %v", r, err)
	}
	fine(t, s.Close())
}

// The page with the tickets is gone, that with the outbox is not; the line was cut all evening, so nobody else knows the orders.
func TestATicketThatIsLostIsToldAgainByTheFactsThatAreNot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s, err := Open(t.Context(), path)
	fine(t, err)
	k := kitchenOn(t, s)
	all := placed(t, k, 3)
	bumped, err := k.Bump(t.Context(), all[1].Order.ID, kitchen.Tap{ID: "tap", Station: "make"})
	fine(t, err)
	_, err = k.Void(t.Context(), all[2].Order.ID, kitchen.Tap{ID: "void", Reason: "changed their mind"})
	fine(t, err)
	for _, table := range []string{"tickets", "orders"} {
		_, err = s.write.ExecContext(t.Context(), `DELETE FROM `+table)
		fine(t, err)
	}
	fine(t, s.Close())
	_, err = Recover(t.Context(), path, "its tickets cannot be read", friday, ofFour)
	fine(t, err)
	s, err = Open(t.Context(), path)
	fine(t, err)
	for _, want := range []kitchen.Ticket{all[0], bumped} {
		got, err := s.Ticket(t.Context(), want.Order.ID)
		if err != nil || !got.Recovered || got.Number != want.Number || got.Day != want.Day || got.Progress.Kitchen() != want.Progress.Kitchen() || len(got.Order.Lines) != len(want.Order.Lines) {
			t.Errorf("order %d comes back as %+v, %v", want.Number, got, err)
		}
	}
	if _, err := s.Ticket(t.Context(), all[2].Order.ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("what had ended comes back: %v", err)
	}
	fine(t, s.Close())
}

func TestWhatEndedAndWhoseFactsAreLostIsToldAllTheSame(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s, err := Open(t.Context(), path)
	fine(t, err)
	k := kitchenOn(t, s)
	all := placed(t, k, 2)
	gone, err := k.Void(t.Context(), all[0].Order.ID, kitchen.Tap{ID: "void", Reason: "changed their mind"})
	fine(t, err)
	_, err = s.write.ExecContext(t.Context(), `DELETE FROM outbox`)
	fine(t, err)
	fine(t, s.Close())
	_, err = Recover(t.Context(), path, "its outbox cannot be read", friday, ofFour)
	fine(t, err)
	s, err = Open(t.Context(), path)
	fine(t, err)
	tip, err := s.Tip(t.Context())
	fine(t, err)
	if tip.Epoch < link.FirstEpoch+2 {
		t.Errorf("it stands in epoch %d, which the cloud may have begun", tip.Epoch)
	}
	events, _, err := s.Events(t.Context(), 1, 10, 1<<20)
	fine(t, err)
	if len(events) != 1 || events[0].Order != string(gone.Order.ID) || tip.Seq != 1 || tip.Hash != events[0].Hash {
		t.Fatalf("told are %+v, the outbox ends at %+v", events, tip)
	}
	body, err := event.Decode(events[0].Kind, events[0].Body)
	if told, ok := body.(event.OrderStanding); err != nil || !ok || told.Progress.Whole != order.Voided || told.Epoch != tip.Epoch {
		t.Errorf("it is told %+v, %v", body, err)
	}
	fine(t, s.Close())
}

func (e evening) aLossOfTheFirstBytesIsNoLossOfTheRest(t *testing.T) {
	t.Parallel()
	file := slices.Clone(e.file)
	clear(file[:100])
	path := place(t, file, nil)
	_, err := Open(t.Context(), path)
	if !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	r, err := Recover(t.Context(), path, err.Error(), friday, ofFour)
	fine(t, err)
	s, err := Open(t.Context(), path)
	fine(t, err)
	if n := e.stands(t, s, r, "first bytes"); n < taps*5/6 { // as of the last checkpoint
		t.Errorf("%d events are left: %s", n, r)
	}
	if ticket, err := s.Ticket(t.Context(), order.ID("o1")); err != nil || ticket.Number != 2 {
		t.Errorf("%+v, %v", ticket, err)
	}
	fine(t, s.Close())
}
