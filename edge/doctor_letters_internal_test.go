package edge

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
)

func TestTheDoctorCountsWhatWasRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), databaseFile)
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	looks := func() finding {
		t.Helper()
		i, err := store.Inspect(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return (&doctor{now: now}).letters(i)
	}
	refused := func(times int, at time.Time) (all, kept int) {
		t.Helper()
		db, err := store.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		for range times {
			if err := db.DeadLetter(t.Context(), kitchen.DeadLetter{At: at, Source: "oven-1", Reason: "bad_celsius: 2000 °C is no oven"}); err != nil {
				t.Fatal(err)
			}
		}
		if all, kept, err = db.Letters(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return all, kept
	}
	if all, kept := refused(0, now); all != 0 || kept != 0 {
		t.Errorf("nothing was refused: %d, %d", all, kept)
	}
	if f := looks(); f.State != good {
		t.Errorf("%+v", f)
	}
	if all, kept := refused(store.LettersKept+3, now.Add(-time.Minute)); all != store.LettersKept+3 || kept != store.LettersKept {
		t.Errorf("%d were refused and %d are kept", all, kept)
	}
	if f := looks(); f.State != worry || !strings.Contains(f.Says, "1003 messages") || f.Do == "" {
		t.Errorf("%+v", f)
	}
	now = now.Add(2 * time.Hour)
	if f := looks(); f.State != good {
		t.Errorf("two hours later: %+v", f)
	}
}
