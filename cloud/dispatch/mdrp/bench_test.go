package mdrp_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch/mdrp"
)

func TestCitiesSideBySideDecideAsEachAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for seed := range uint64(2) {
		write(t, filepath.Join(folder, town(seed, 30, 8).Name), town(seed, 30, 8))
	}
	b := mdrp.Bench{Instances: folder, Category: mdrp.P, Weights: quick()}
	alone, err := b.Run(t.Context(), still)
	if err != nil {
		t.Fatal(err)
	}
	pace, days, err := b.Cities(t.Context(), 5, still)
	if err != nil || pace.Cities != 5 || pace.Orders != 150 || pace.Couriers != 40 || len(days) != 5 {
		t.Fatal(pace, len(days), err)
	}
	for i, d := range days {
		if d.ClickToDoor != alone[i%2].ClickToDoor || d.Delivered != alone[i%2].Delivered {
			t.Errorf("city %d: %v and %v min", i, d.ClickToDoor, alone[i%2].ClickToDoor)
		}
	}
	if said := pace.String(); !strings.HasPrefix(said, "5 cities with 150 orders and 40 couriers in one process") {
		t.Error(said)
	}
}

func TestPlotsAreDrawnOfWhatWasPlayed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := town(1, 30, 8)
	m := mdrp.Measure(in, play(t, in, mdrp.N))
	m.Ticks = []time.Duration{time.Millisecond, 3 * time.Millisecond, time.Second}
	if err := mdrp.Draw(folder, mdrp.N, []mdrp.Measures{m}); err != nil {
		t.Fatal(err)
	}
	for name, says := range map[string]string{
		"table.md": "| all | 1 |", "excess.svg": "t100", "click-to-door.svg": "since the order was placed", "ticks.svg": "percent of 3 decisions",
	} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !strings.Contains(string(text), says) {
			t.Errorf("%s does not say %q: %v", name, says, err)
		}
		if filepath.Ext(name) != ".svg" {
			continue
		}
		for x := xml.NewDecoder(strings.NewReader(string(text))); ; {
			if _, err := x.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if !strings.Contains(string(text), "prefers-color-scheme:dark") {
			t.Errorf("%s has one theme", name)
		}
	}
}

func TestPlotsOfNothingAreDrawn(t *testing.T) {
	t.Parallel()
	if err := mdrp.Draw(t.TempDir(), mdrp.E, nil); err != nil {
		t.Error(err)
	}
}
