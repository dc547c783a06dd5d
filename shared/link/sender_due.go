package link

import (
	"time"
)

// todo is where all rules meet: whatever happened, what is due now, and when must we look again?
func (s *Sender) todo(now time.Time) Todo {
	s.expire(now)
	var t Todo
	if s.persist {
		acked := s.acked
		t.Persist, s.persist = &acked, false
	}
	if due := s.syncDue(); s.connected && !due.IsZero() && !due.After(now) {
		t.Sync = s.ask(now)
	}
	s.healTodo(now, &t)
	if s.mayPublish() && !s.publishDue().After(now) {
		s.offered = &Publish{First: s.next, Last: min(s.tip.Seq, s.next+MaxBatchEvents-1), Gen: s.generation()}
		offer := *s.offered
		t.Publish = &offer
	}
	t.Wake = s.wake()
	s.note(now)
	return t
}

// expire turns silence into failures.
func (s *Sender) expire(now time.Time) {
	if !s.sync.asked.IsZero() && now.Sub(s.sync.asked) >= SyncTimeout {
		s.syncFailed(now)
	}
	if len(s.flights) > 0 && now.Sub(s.flights[0].at) >= PublishTimeout {
		s.stumble(now, CauseHubSilent)
	}
	s.healExpire(now)
}

func (s *Sender) wake() time.Time {
	if !s.connected {
		return time.Time{}
	}
	at := s.syncDue()
	if !s.sync.asked.IsZero() {
		at = s.sync.asked.Add(SyncTimeout)
	}
	if len(s.flights) > 0 {
		at = earlier(at, s.flights[0].at.Add(PublishTimeout))
	}
	if s.mayPublish() {
		at = earlier(at, s.publishDue())
	}
	if heal := s.healWake(); !heal.IsZero() {
		at = earlier(at, heal)
	}
	return at
}

func (s *Sender) sending() bool { return s.connected && s.synced && s.blocked == "" && s.heal == nil }

func (s *Sender) mayPublish() bool {
	return s.sending() && s.offered == nil && len(s.flights) < Window && s.next <= s.tip.Seq && (!s.sync.alone || s.sync.asked.IsZero())
}

func (s *Sender) publishDue() time.Time { return later(s.hold, s.pace) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// earlier is the smaller of two times that are set.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
