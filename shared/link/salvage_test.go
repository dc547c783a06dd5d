package link_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/shared/link"
)

// shelf is the outbox of a device that was replaced, and what the cloud has of it.
type shelf struct {
	refs []link.Ref
	has  map[string]bool
	inc  string
}

// grow adds an event to the last epoch, or to another.
func (s *shelf) grow(t *rapid.T) {
	at := link.Place{Epoch: 1, Seq: 1}
	if n := len(s.refs); n > 0 {
		at = s.refs[n-1].Place
		at.Seq += rapid.SampledFrom([]uint64{1, 1, 1, 2, 5}).Draw(t, "a step") // those between were moved to a later epoch
		if rapid.IntRange(0, 9).Draw(t, "another epoch") == 0 {
			at = link.Place{Epoch: at.Epoch + 1, Seq: 1}
		}
	}
	s.refs = append(s.refs, link.Ref{Place: at, ID: fmt.Sprint("event ", len(s.refs))})
}

// page is what the outbox holds after an event.
func (s *shelf) page(after link.Ref, most int) (refs []link.Ref) {
	for _, r := range s.refs {
		if (r.Epoch > after.Epoch || r.Epoch == after.Epoch && r.Seq > after.Seq) && len(refs) < most {
			refs = append(refs, r)
		}
	}
	return refs
}

// loses is a restore to an older point.
func (s *shelf) loses(t *rapid.T) {
	s.inc += "'"
	for _, r := range s.refs {
		if rapid.Bool().Draw(t, "it is lost") {
			delete(s.has, r.ID)
		}
	}
}

func TestAFencedDeviceHandsOverWhatTheCloudLacksInOrderWhateverWasAcknowledged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		box := &shelf{has: map[string]bool{}, inc: "pg"}
		for range rapid.IntRange(0, 200).Draw(t, "events") {
			box.grow(t)
			box.has[box.refs[len(box.refs)-1].ID] = rapid.Bool().Draw(t, "acknowledged")
		}
		s := link.SalvageFrom("", link.Ref{})
		for range rapid.IntRange(0, 5).Draw(t, "twists") {
			switch rapid.IntRange(0, 2).Draw(t, "twist") {
			case 0:
				box.loses(t)
			case 1:
				box.grow(t)
			case 2:
				s = link.SalvageFrom(s.Through()) // the node starts anew
			}
			box.ask(t, s)
		}
		for more := true; more; {
			more = box.ask(t, s)
		}
		for _, r := range box.refs {
			if !box.has[r.ID] {
				t.Fatalf("%s was not handed over", r.ID)
			}
		}
		if inc, last := s.Through(); inc != box.inc || len(box.refs) > 0 && last != box.refs[len(box.refs)-1] {
			t.Fatalf("it came as far as %v of %q", last, inc)
		}
	})
}

// ask asks about a page and hands over what comes of it; false when there was nothing to ask about.
func (s *shelf) ask(t *rapid.T, by *link.Salvage) bool {
	inc, after := by.Through()
	refs := s.page(after, rapid.IntRange(1, 80).Draw(t, "page"))
	if !by.Heard(s.inc, refs, func(i int) bool { return s.has[refs[i].ID] }) {
		if _, again := by.Through(); inc == s.inc || again != (link.Ref{}) {
			t.Fatalf("it begins again after %v, for the same database", again)
		}
		return true
	}
	for {
		from, n, more := by.Next()
		if !more {
			return len(refs) > 0
		}
		s.put(t, from, n, by)
	}
}

// put puts as many of a run aside as fit, or none that anybody hears of.
func (s *shelf) put(t *rapid.T, from link.Place, n int, by *link.Salvage) {
	first := slices.IndexFunc(s.refs, func(r link.Ref) bool { return r.Place == from })
	if first < 0 || n < 1 || n > link.MaxBatchEvents || first+n > len(s.refs) {
		t.Fatalf("%d events from %v on", n, from)
	}
	fit := rapid.IntRange(1, n).Draw(t, "fit")
	for i, r := range s.refs[first : first+n] {
		if r.Epoch != from.Epoch || r.Seq != from.Seq+uint64(i) || s.has[r.ID] {
			t.Fatalf("event %d of a run from %v on is %v, known %v", i, from, r, s.has[r.ID])
		}
		if i < fit {
			s.has[r.ID] = true
		}
	}
	if _, after := by.Through(); after.Epoch > from.Epoch || after.Epoch == from.Epoch && after.Seq >= from.Seq {
		t.Fatalf("%v is handed over after %v", from, after)
	}
	by.Stored(fit)
}

func TestARunEndsWhereABatchDoes(t *testing.T) {
	t.Parallel()
	var refs []link.Ref
	for seq := range uint64(link.MaxBatchEvents + 1) {
		refs = append(refs, link.Ref{Place: link.Place{Epoch: 3, Seq: seq + 1}, ID: fmt.Sprint(seq)})
	}
	s := link.SalvageFrom("", link.Ref{})
	s.Heard("pg", refs, func(int) bool { return false })
	if from, n, ok := s.Next(); from != refs[0].Place || n != link.MaxBatchEvents || !ok {
		t.Error(from, n, ok)
	}
	s.Stored(link.MaxBatchEvents)
	if from, n, ok := s.Next(); from != refs[link.MaxBatchEvents].Place || n != 1 || !ok {
		t.Error(from, n, ok)
	}
}
