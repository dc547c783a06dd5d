package kitchen_test

import (
	"path/filepath"
	"testing"

	"awesome.pizza/edge/store"
)

// BenchmarkTap is a bump, durable: it is bound by one fsync.
func BenchmarkTap(b *testing.B) {
	h := houseAt(b, filepath.Join(b.TempDir(), "edge.db"), settings())
	defer h.close()
	var tickets []func()
	for b.Loop() {
		if len(tickets) == 0 {
			b.StopTimer()
			for range 20 {
				t := h.place(pizza, cola)
				for range 5 {
					tickets = append(tickets, func() { h.bump(t, "") })
				}
			}
			b.StartTimer()
		}
		tickets[0]()
		tickets = tickets[1:]
	}
}

// BenchmarkPlace is an order of the counter, durable.
func BenchmarkPlace(b *testing.B) {
	h := houseAt(b, filepath.Join(b.TempDir(), "edge.db"), settings())
	defer func() { h.close() }()
	n := 0
	for b.Loop() {
		if n++; n%50 == 0 { // a kitchen that never finishes anything would be another measurement
			b.StopTimer()
			h.close()
			h = houseAt(b, filepath.Join(b.TempDir(), "edge.db"), settings())
			b.StartTimer()
		}
		h.place(pizza, cola)
	}
}

// BenchmarkSnapshot is the whole board with a hundred tickets.
func BenchmarkSnapshot(b *testing.B) {
	h := houseAt(b, filepath.Join(b.TempDir(), "edge.db"), settings())
	defer h.close()
	for range 100 {
		h.place(pizza, cola)
	}
	for b.Loop() {
		h.snapshot()
	}
}

// BenchmarkOpen is the start of a node with a hundred open tickets: checks, pragmas, migrations, board.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "edge.db")
	h := houseAt(b, path, settings())
	for range 100 {
		h.place(pizza, cola)
	}
	h.close()
	for b.Loop() {
		s, err := store.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Load(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTapAmongAHundred is a bump, durable, while a hundred other tickets wait.
func BenchmarkTapAmongAHundred(b *testing.B) {
	h := houseAt(b, filepath.Join(b.TempDir(), "edge.db"), settings())
	defer h.close()
	for range 100 {
		h.place(pizza, cola)
	}
	var taps []func()
	for b.Loop() {
		if len(taps) == 0 {
			b.StopTimer()
			t := h.place(pizza, cola)
			for range 5 {
				taps = append(taps, func() { h.bump(t, "") })
			}
			b.StartTimer()
		}
		taps[0]()
		taps = taps[1:]
	}
}
