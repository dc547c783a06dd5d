package link_test

import (
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/shared/link"
)

func TestAFencedDeviceHandsOverItsTailInOrderAndOnlyThat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		acked := rapid.Uint64Range(0, 300).Draw(t, "acked")
		tip := acked + rapid.Uint64Range(0, 300).Draw(t, "tail")
		s := link.SalvageOf(link.Mark{Epoch: 3, Seq: tip}, link.Mark{Epoch: 3, Seq: acked})
		want := acked + 1
		for want <= tip || rapid.IntRange(0, 2).Draw(t, "the kitchen cooks on") == 0 {
			if want > tip {
				tip++
				s.Grown(link.Mark{Epoch: 3, Seq: tip})
			}
			if s.Left() != tip-want+1 {
				t.Fatalf("%d left of %d to %d", s.Left(), want, tip)
			}
			first, last, ok := s.Next()
			if !ok || first != want || last < first || last > tip || last-first >= link.MaxBatchEvents {
				t.Fatalf("%d to %d (%v), want from %d to at most %d", first, last, ok, want, tip)
			}
			if rapid.Bool().Draw(t, "the answer is lost") {
				continue
			}
			last = first + rapid.Uint64Range(0, last-first).Draw(t, "fit")
			s.Stored(last)
			want = last + 1
		}
		if _, _, ok := s.Next(); ok || s.Left() != 0 {
			t.Fatal("something is left")
		}
	})
}

func TestATailOfAnEpochWithoutAcknowledgementIsAllOfIt(t *testing.T) {
	t.Parallel()
	s := link.SalvageOf(link.Mark{Epoch: 4, Seq: 3}, link.Mark{Epoch: 3, Seq: 90})
	if first, last, ok := s.Next(); first != 1 || last != 3 || !ok {
		t.Error(first, last, ok)
	}
	s.Stored(99)
	s.Stored(2) // late
	if s.Left() != 0 {
		t.Errorf("%d left", s.Left())
	}
	s.Grown(link.Mark{Epoch: 5, Seq: 9})
	if s.Left() != 0 {
		t.Error("another epoch is another tail")
	}
}
