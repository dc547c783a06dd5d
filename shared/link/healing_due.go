package link

import (
	"time"
)

// healPause is how long to wait before a healing: nothing at first; longer when one follows another, as two living clones of one card
// would have it for ever.
func (s *Sender) healPause(now time.Time) time.Duration {
	if s.healed.last.IsZero() || now.Sub(s.healed.last) > healForget {
		s.healed.times = 0
	}
	if s.healed.times == 0 {
		return 0
	}
	most := min(healPause<<min(s.healed.times, 10), healMost)
	return most/2 + time.Duration(s.cfg.Rand()*float64(most/2))
}

// healTodo asks the next question of a healing when it is due.
func (s *Sender) healTodo(now time.Time, t *Todo) {
	due := s.healDue()
	if due.IsZero() || due.After(now) {
		return
	}
	h := s.heal
	h.started = true
	switch {
	case h.renewed == nil:
		s.healed.n++
		h.asked = now
		t.Heal = &HealRequest{N: s.healed.n, Device: s.cfg.Device, Boot: s.cfg.Boot, Epoch: s.tip.Epoch}
		t.HealAfter, t.HealMost = h.through, h.page
	case !h.complete:
		s.healed.n++
		h.asked = now
		t.Fetch = &SnapshotRequest{N: s.healed.n, Device: s.cfg.Device, After: h.cursor(), Most: h.page}
	default:
		h.begun = now
		t.Begin = &Beginning{
			Epoch: h.renewed.Epoch, Commands: h.renewed.Commands, CommandID: h.renewed.CommandID,
			Through: h.through, Unknown: h.unknown, Orders: h.snapshot, Numbers: h.numbers,
		}
	}
}

// healDue is when the next question is due; zero when there is none, or an answer is waited for.
func (s *Sender) healDue() time.Time {
	if h := s.heal; h == nil || !s.connected || !h.live || !h.asked.IsZero() || !h.begun.IsZero() || !s.sync.asked.IsZero() {
		return time.Time{}
	}
	return s.heal.after
}

// healExpire turns silence into failures.
func (s *Sender) healExpire(now time.Time) {
	h := s.heal
	switch {
	case h == nil:
	case !h.asked.IsZero() && now.Sub(h.asked) >= HealTimeout:
		s.healFailed(now)
	case !h.begun.IsZero() && now.Sub(h.begun) >= BeginTimeout:
		s.beginFailed(now, "the kitchen did not begin the new epoch in time")
	}
}

// healWake is when a healing wants to be looked at; zero when it does not.
func (s *Sender) healWake() time.Time {
	switch h := s.heal; {
	case h == nil || !s.connected:
		return time.Time{}
	case !h.begun.IsZero():
		return h.begun.Add(BeginTimeout)
	case !h.asked.IsZero():
		return h.asked.Add(HealTimeout)
	}
	return s.healDue()
}

// healBusy reports whether a healing is under way, so that SYNC waits. While one only waits for its turn, SYNC may say that all is well.
func (s *Sender) healBusy() bool {
	return s.heal != nil && (s.heal.live && s.heal.started || !s.heal.begun.IsZero())
}
