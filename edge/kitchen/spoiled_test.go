package kitchen_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/edge/store"
	"awesome.pizza/shared/id"
)

func TestACardThatSpoilsWhatItKeepsIsHealedByTheCloud(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stories, recovered := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		if stories++; stories > 2+28/slower { // each opens a dozen databases
			return
		}
		w := &reunion{house: houseAt(r, filepath.Join(dir, id.New()), settings()), r: r, dir: dir, office: newOffice()}
		r.Repeat(map[string]func(*rapid.T){
			"place": w.placeOne, "web order": w.offerOne, "tap": w.tapOne, "tap again": w.tapOne, "confirm": w.confirmOne,
			"sync": w.sync, "send": w.send, "obey": w.obeySome, "restart": func(*rapid.T) { w.restart() },
			"the card spoils": func(r *rapid.T) { recovered += w.spoil(r, rapid.IntRange(1, 3).Draw(r, "places")) },
		})
		recovered += w.spoil(r, 12) // that shows
		w.settle()
		w.agree()
		w.close()
		if err := os.Remove(w.path); err != nil {
			r.Error(err)
		}
	})
	if recovered == 0 {
		t.Error("no card spoiled")
	}
}

// spoil damages some places of the node's file while it is off, and starts it again as the node does. It tells how often that took a
// recovery.
func (w *reunion) spoil(r *rapid.T, places int) (recovered int) {
	w.sync(r)
	w.send(r)
	w.close()
	raw, err := os.ReadFile(w.path)
	if err != nil {
		r.Fatal(err)
	}
	for range places {
		raw[rapid.IntRange(100, len(raw)-1).Draw(r, "place")] ^= byte(rapid.IntRange(1, 255).Draw(r, "bits"))
	}
	if err := os.WriteFile(w.path, raw, 0o600); err != nil {
		r.Fatal(err)
	}
	s, err := store.Open(background(), w.path)
	switch {
	case err == nil:
		err = s.Close()
	case errors.Is(err, store.ErrDamaged):
		var was store.Recovery
		was, err = store.Recover(background(), w.path, err.Error(), time.Now(), func(at time.Time) string { return at.Add(-4 * time.Hour).Format(time.DateOnly) })
		recovered = 1
		for _, part := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(was.Aside + part)
		}
	}
	if err != nil {
		r.Fatalf("after a damage: %v", err)
	}
	w.open()
	return recovered
}
