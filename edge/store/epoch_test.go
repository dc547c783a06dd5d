package store_test

import (
	"path/filepath"
	"slices"
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/link"
)

func TestAnEmptyOutboxBeginsInTheEpochOfItsEnrolment(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s := open(t, path)
	for range 2 { // a node that restarts before its first event begins there again
		if err := s.BeginEpoch(t.Context(), 3, 7); err != nil {
			t.Fatal(err)
		}
		if tip, err := s.Tip(t.Context()); err != nil || tip != (link.Mark{Epoch: 3}) {
			t.Errorf("begins at %+v, %v", tip, err)
		}
		if acked, err := s.Acked(t.Context()); err != nil || acked != (link.Mark{Epoch: 3}) {
			t.Errorf("acknowledged is %+v, %v", acked, err)
		}
		if seq, _, err := s.CommandSeq(t.Context()); err != nil || seq != 7 {
			t.Errorf("the commands before it end at %d, %v", seq, err)
		}
		if state, err := s.Load(t.Context()); err != nil || state.Applied != 7 {
			t.Errorf("the kitchen has obeyed up to %d, %v", state.Applied, err)
		}
		closed(t, s)
		s = open(t, path)
	}
	defer closed(t, s)
	if s.Epoch() != 3 {
		t.Errorf("the file is in epoch %d", s.Epoch())
	}
}

func TestAnOutboxWithEventsKeepsItsEpochAndItsRows(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	commit(t, s, kitchen.Commit{Seq: 1, Facts: []kitchen.Fact{fact("o1")}})
	before, err := s.Tip(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.BeginEpoch(t.Context(), 2, 5); err != nil {
		t.Fatal(err)
	}
	after, err := s.Tip(t.Context())
	if err != nil || after != before || s.Epoch() != link.FirstEpoch {
		t.Errorf("the end of the outbox moved from %+v to %+v, epoch %d, %v", before, after, s.Epoch(), err)
	}
	if events, _, err := s.Events(t.Context(), 1, 10, 1<<20); err != nil || len(events) != 1 {
		t.Errorf("%d events are left, %v", len(events), err)
	}
	if seq, _, err := s.CommandSeq(t.Context()); err != nil || seq != 0 {
		t.Errorf("the last command became %d, %v", seq, err)
	}
}

func TestAnEnrolmentThatNamesNoEpochChangesNothing(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	if err := s.BeginEpoch(t.Context(), 0, 0); err != nil || s.Epoch() != link.FirstEpoch {
		t.Errorf("epoch %d, %v", s.Epoch(), err)
	}
}

func TestEventsOfAnyEpochAreReadAsTheyStandThere(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	all := filled(t, s, 6)
	size := len(all[0].Body)
	commit(t, s, kitchen.Commit{Seq: 7, Begin: &kitchen.Beginning{
		Epoch: 2, Through: kitchen.Place{Epoch: 1, Seq: 6}, Unknown: []kitchen.Place{{Epoch: 1, Seq: 3}}, // the cloud lacked the third
	}})
	for name, c := range map[string]struct {
		from          link.Place
		events, bytes int
		want          []string
		prev          link.Hash
	}{
		"up to the gap":                {link.Place{Epoch: 1, Seq: 1}, 10, 1 << 20, []string{all[0].ID, all[1].ID}, link.Hash{}},
		"in the gap":                   {link.Place{Epoch: 1, Seq: 3}, 10, 1 << 20, nil, all[1].Hash},
		"behind the gap":               {link.Place{Epoch: 1, Seq: 4}, 10, 1 << 20, []string{all[3].ID, all[4].ID, all[5].ID}, link.Hash{}},
		"further behind it":            {link.Place{Epoch: 1, Seq: 5}, 10, 1 << 20, []string{all[4].ID, all[5].ID}, all[3].Hash},
		"as many as are asked for":     {link.Place{Epoch: 1, Seq: 4}, 2, 1 << 20, []string{all[3].ID, all[4].ID}, link.Hash{}},
		"as many as fit":               {link.Place{Epoch: 1, Seq: 4}, 10, 2 * size, []string{all[3].ID, all[4].ID}, link.Hash{}},
		"one, however large":           {link.Place{Epoch: 1, Seq: 5}, 10, 1, []string{all[4].ID}, all[3].Hash},
		"what was moved, in its place": {link.Place{Epoch: 2, Seq: 1}, 10, 1 << 20, []string{all[2].ID}, link.Hash{}},
		"after the end":                {link.Place{Epoch: 1, Seq: 7}, 10, 1 << 20, nil, all[5].Hash},
		"of nowhere":                   {link.Place{Epoch: 9, Seq: 1}, 10, 1 << 20, nil, link.Hash{}},
	} {
		events, prev, err := s.EventsOf(t.Context(), c.from, c.events, c.bytes)
		var ids []string
		for _, e := range events {
			ids = append(ids, e.ID)
		}
		if err != nil || !slices.Equal(ids, c.want) || prev != c.prev {
			t.Errorf("%s: %v behind %v, %v", name, ids, prev, err)
		}
	}
}
