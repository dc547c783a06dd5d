package store_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
)

func TestTheFoodSafetyLogSaysWhenALineIsMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 7, 3, 19, 0, 0, 0, time.UTC)
	for n := range uint64(4) {
		c := 3 + float64(n)
		at := now.Add(time.Duration(n) * time.Hour)
		line := kitchen.Reading{At: at, Day: "2026-07-03", Probe: "fridge", What: kitchen.NotedReading, Celsius: &c, High: &c}
		if err := s.Commit(t.Context(), kitchen.Commit{Seq: n + 1, At: at, Readings: []kitchen.Reading{line}}); err != nil {
			t.Fatal(err)
		}
	}
	lines, intact, err := s.FoodSafety(t.Context(), "2026-07-03", 1, 100)
	if err != nil || !intact || len(lines) != 3 || lines[0].N != 2 || *lines[0].Celsius != 4 || lines[0].Low != nil || *lines[2].High != 6 {
		t.Fatalf("%+v, %t, %v", lines, intact, err)
	}
	if err := s.Prune(t.Context(), now.Add(kitchen.ReadingsKept+90*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if lines, intact, err := s.FoodSafety(t.Context(), "2026-07-03", 0, 100); err != nil || !intact || len(lines) != 2 || lines[0].N != 3 {
		t.Errorf("pruned from the first on: %+v, %t, %v", lines, intact, err)
	}
	if err := s.Prune(t.Context(), now.Add(2*kitchen.ReadingsKept)); err != nil {
		t.Fatal(err)
	}
	if lines, _, err := s.FoodSafety(t.Context(), "2026-07-03", 0, 100); err != nil || len(lines) != 1 {
		t.Errorf("the last line stays, for its hash is the chain's: %d, %v", len(lines), err)
	}
	five := 5.0
	for n := range uint64(3) {
		line := kitchen.Reading{At: now, Day: "2026-07-04", Probe: "fridge", What: kitchen.NotedBack, Celsius: &five}
		if err := s.Commit(t.Context(), kitchen.Commit{Seq: n + 5, At: now, Readings: []kitchen.Reading{line}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE food_safety SET celsius = 3`); err == nil {
		t.Error("a line was changed")
	}
	if _, err := db.ExecContext(t.Context(), `DELETE FROM food_safety WHERE n = 6`); err != nil {
		t.Fatal(err)
	}
	var left, last int64
	if err := db.QueryRowContext(t.Context(), `SELECT count(*), max(n) FROM food_safety`).Scan(&left, &last); err != nil || left != 3 || last != 7 {
		t.Errorf("%d lines up to %d, %v", left, last, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "food_safety") {
		t.Errorf("a line is missing, and nobody says so: %v", err)
	}
	if kitchen.ReadingsIntact([]kitchen.Reading{lines[0], lines[2]}) || !kitchen.ReadingsIntact(lines) {
		t.Error("a line is missing, and the chain does not say so")
	}
}
