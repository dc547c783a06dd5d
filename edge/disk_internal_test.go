package edge

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/wire"
)

// ringing is a bell that writes down what it hears.
type ringing struct {
	mu    sync.Mutex
	heard []string
	deaf  bool
}

func (r *ringing) ring(word string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.deaf {
		return errors.New("the disk takes nothing")
	}
	r.heard = append(r.heard, word)
	return nil
}

func (r *ringing) Alert(_ context.Context, a kitchen.Alert) error {
	return r.ring(a.What + " " + a.Level)
}

func (r *ringing) ClearAlert(_ context.Context, id string) error { return r.ring("no " + id) }

func (r *ringing) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	heard := r.heard
	r.heard = nil
	return heard
}

// moody is a database whose disk does as the test says.
type moody struct {
	mu       sync.Mutex
	tended   store.Tended
	sick     error
	full     chan struct{}
	torn     bool
	examined []time.Time
	tends    int
	ails     error
}

func (m *moody) Tend(context.Context, time.Time) (store.Tended, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tends++
	if m.tended.Pressure == store.Exhausted { // its own first write is refused as well
		select {
		case m.full <- struct{}{}:
		default:
		}
	}
	return m.tended, m.ails
}

func (m *moody) Examine(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.examined = append(m.examined, time.Now().UTC())
	return m.sick
}

func (m *moody) Full() <-chan struct{} { return m.full }
func (m *moody) Torn() bool            { return m.torn }

func (m *moody) is(t store.Tended) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tended = t
}

// looked runs a caretaker beside a story.
func looked(t *testing.T, m *moody, bell *ringing, saved *store.Recovery, story func()) {
	synctest.Test(t, func(t *testing.T) {
		m.full = make(chan struct{}, 1)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- caretakerOf(m, saved, bell, clock.System{}, time.UTC, slog.New(slog.DiscardHandler)).run(ctx)
		}()
		synctest.Wait()
		story()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func heard(t *testing.T, bell *ringing, what string, want ...string) {
	t.Helper()
	if got := bell.all(); !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestTheKitchenIsToldOfItsDiskOnce(t *testing.T) {
	t.Parallel()
	m, bell := &moody{}, &ringing{}
	looked(t, m, bell, nil, func() {
		heard(t, bell, "at the start, what an earlier run left is cleared", "no database/node", "no log/node", "no disk/node")
		after(time.Minute)
		heard(t, bell, "all is well")
		m.is(store.Tended{Pressure: store.Tight})
		after(time.Minute)
		heard(t, bell, "80 percent", "disk_tight warning")
		m.is(store.Tended{Pressure: store.Exhausted, Refused: errors.New("full")})
		m.full <- struct{}{}
		after(time.Millisecond)
		heard(t, bell, "a refused write is told at once", "disk_full critical")
		m.is(store.Tended{Refused: errors.New("read-only")})
		after(time.Minute)
		heard(t, bell, "a broken card", "disk_unwritable critical")
		m.is(store.Tended{})
		after(time.Minute)
		heard(t, bell, "mended", "no disk/node")
	})
}

func TestAFullDiskIsTendedAtItsPaceAndSpokenOfOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder
		m := &moody{full: make(chan struct{}, 1), tended: store.Tended{Pressure: store.Exhausted}, ails: errors.New("database or disk is full")}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- caretakerOf(m, nil, &ringing{}, clock.System{}, time.UTC, slog.New(slog.NewTextHandler(&said, nil))).run(ctx)
		}()
		after(time.Minute)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := strings.Count(said.String(), "could not be tended"); n != 1 || m.tends > 14 {
			t.Errorf("in a minute it was tended %d times, and %d times said why not", m.tends, n)
		}
	})
}

func TestWhatTheDiskDoesNotTakeIsSaidAgain(t *testing.T) {
	t.Parallel()
	m, bell := &moody{}, &ringing{}
	looked(t, m, bell, nil, func() {
		bell.all()
		bell.mu.Lock()
		bell.deaf = true
		bell.mu.Unlock()
		m.is(store.Tended{Pressure: store.Exhausted})
		after(time.Minute)
		heard(t, bell, "deaf")
		bell.mu.Lock()
		bell.deaf = false
		bell.mu.Unlock()
		after(2 * tendEvery)
		heard(t, bell, "hearing again", "disk_full critical")
	})
}

func TestTheDatabaseIsReadEveryNightAndAFindIsToldUntilItIsMended(t *testing.T) {
	t.Parallel()
	m, bell := &moody{torn: true}, &ringing{}
	looked(t, m, bell, &store.Recovery{}, func() { // synctest begins at midnight, UTC
		heard(t, bell, "at the start", "database_recovered warning", "last_change_lost warning", "no disk/node")
		after(4 * time.Hour)
		heard(t, bell, "after a while nobody looks for the change any more", "no log/node")
		after(2 * time.Hour)
		heard(t, bell, "a good night", "no database/node")
		m.mu.Lock()
		m.sick = store.ErrDamaged
		m.mu.Unlock()
		after(24 * time.Hour)
		heard(t, bell, "a bad night", "database_damaged critical")
		m.mu.Lock()
		m.sick = errors.New("busy")
		m.mu.Unlock()
		after(24 * time.Hour)
		heard(t, bell, "a night without an answer")
		if len(m.examined) != 3 || m.examined[0].Hour() != quietHour || m.examined[2].Sub(m.examined[1]).Round(time.Minute) != 24*time.Hour {
			t.Errorf("examined at %v", m.examined)
		}
	})
}

func TestADamagedDatabaseDoesNotKeepTheKitchenClosed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	db, saved, err := openMemory(t.Context(), dir, time.Now(), kitchen.Settings{Zone: time.UTC, DayStarts: 4}.Day, log)
	if err != nil || saved != nil {
		t.Fatal(saved, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, databaseFile), []byte("not a database, but long enough to be looked at as if it were one of ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	db, saved, err = openMemory(t.Context(), dir, time.Now(), kitchen.Settings{Zone: time.UTC, DayStarts: 4}.Day, log)
	if err != nil || saved == nil || !strings.Contains(saved.Aside, databaseFile+".damaged-") {
		t.Fatal(saved, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, saved, err = openMemory(t.Context(), dir, time.Now(), kitchen.Settings{Zone: time.UTC, DayStarts: 4}.Day, log); err != nil || saved != nil {
		t.Fatal(saved, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTheOperationsPageKnowsWhatIsSaid(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{diskTight, diskFull, diskUnwritable, databaseDamaged, databaseSaved, logTorn, "edge.db.reserve", "edge.db.damaged-", "edge.db.replaced-"}
	for _, f := range examine(t.Context(), Config{Data: t.TempDir()}.withDefaults(), time.Now()) {
		words = append(words, f.Check)
	}
	words = append(words, kds.Causes()...)
	for _, kind := range []wire.AlertKind{wire.Overheat, wire.Underheat, wire.Silent, wire.Malfunction} {
		words = append(words, string(kind))
	}
	for _, w := range words {
		if !strings.Contains(string(page), "`"+w) {
			t.Errorf("it says nothing of %s", w)
		}
	}
}

func TestTheDoctorHasAdviceForEveryWayInWhichTheLineIsDown(t *testing.T) {
	t.Parallel()
	said := map[string]bool{lineAdvice("something new"): true}
	for _, cause := range kds.Causes() {
		if advice := lineAdvice(cause); said[advice] {
			t.Errorf("of %s it says what it says of another: %s", cause, advice)
		} else {
			said[advice] = true
		}
	}
}
