package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// ofFour is the business day of an instant, which begins at four.
var ofFour = kitchen.Settings{Zone: time.UTC, DayStarts: 4}.Day

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
