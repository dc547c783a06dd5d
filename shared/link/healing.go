package link

import (
	"fmt"
	"time"

	"awesome.pizza/shared/event"
)

const (
	// HealTimeout is how long a question of a healing may stay unanswered. Questions become smaller with every failure, so that a slow
	// line gets one through.
	HealTimeout = 30 * time.Second
	// BeginTimeout is how long the kitchen may take to begin a new epoch before SYNC asks again where things stand.
	BeginTimeout = 6 * time.Minute

	healLeast  = 64               // ids or orders in the smallest question
	healQuick  = 5 * time.Second  // an answer within this time lets the questions grow again
	healTries  = 5                // failures of questions before SYNC is held again
	beginTries = 10               // failures of the kitchen before the cloud is asked for another epoch
	healPause  = 2 * time.Second  // before the second healing in a row; doubles
	healMost   = 2 * time.Minute  // the longest pause
	healForget = 10 * time.Minute // a healing that was longer ago does not count
	openMost   = 1 << 16          // orders in all pages of a snapshot
)

// healing is where the Sender is with giving two histories one future: it names what the outbox has, page by page, then fetches the open
// orders, then has the kitchen begin. What the cloud has said stays true as long as its incarnation does, so a cut line costs one page.
type healing struct {
	cause  Cause
	detail string
	inc    string // of the SYNC that found the trouble; every answer comes from it
	live   bool   // SYNC has confirmed the trouble since the connection came up

	asked time.Time // when the question that is out was asked; zero when none is
	after time.Time // ask nothing before
	page  int       // ids or orders asked for at once

	started  bool
	through  Place // the last event named
	unknown  []Place
	renewed  *HealReply // the cloud has begun the new epoch
	snapshot []event.OrderStanding
	numbers  map[string]int
	complete bool      // the snapshot is
	begun    time.Time // when the kitchen was asked to begin; zero when it is not at it
	refused  int       // how often it could not
}

// healed is what the Sender remembers beyond one healing.
type healed struct {
	n     uint64    // the last question
	fails int       // questions without answer since the last answer
	times int       // healings in a row, and epochs that were begun in the cloud alone
	last  time.Time // when the last one ended
}

// heals reports whether a cause is one that edge and cloud heal among themselves.
func (c Cause) heals() bool { return c == CauseFork || c == CauseSnapshot || c == CauseHistory }

// mend begins a healing, or goes on with one that was interrupted, because SYNC says so.
func (s *Sender) mend(now time.Time, r SyncReply, cause Cause, detail string) {
	if s.heal == nil {
		s.heal = &healing{page: HealPage}
	}
	if s.heal.inc != r.Inc {
		s.heal = &healing{inc: r.Inc, page: s.heal.page, after: now.Add(s.healPause(now))}
	}
	h := s.heal
	h.cause, h.detail, h.live = cause, detail, true
	if h.renewed != nil && (r.Epoch != h.renewed.Epoch || r.Seq > 0) { // somebody has begun a later one
		h.renewed = nil
	}
	s.blocked, s.trouble = "", ""
	s.rewind(now, s.acked.Seq+1)
}

// answers reports whether n is the question whose answer is waited for, which ends the waiting.
func (s *Sender) answers(n uint64) (asked time.Time, ok bool) {
	if s.heal == nil || s.heal.asked.IsZero() || n != s.healed.n {
		return time.Time{}, false
	}
	asked, s.heal.asked = s.heal.asked, time.Time{}
	return asked, true
}

// answered takes note of an answer that fits. After a quick one, more may be asked at once.
func (s *Sender) answered(asked, now time.Time) {
	s.healed.fails = 0
	if now.Sub(asked) < healQuick {
		s.heal.page = min(2*s.heal.page, HealPage)
	}
}

// Healed says that the cloud has answered the question with the number of r; refs are the events that it named.
func (s *Sender) Healed(now time.Time, r HealReply, refs []Ref) Todo {
	asked, ok := s.answers(r.N)
	if ok {
		s.heard = now
	}
	if !ok || s.heal.renewed != nil {
		return s.todo(now)
	}
	switch {
	case r.Kind == Fenced:
		s.heal = nil
		s.block(now, CauseFenced, r.Reason)
	case r.Kind != Forked:
		s.healAnew(now, fmt.Sprintf("the cloud answers a healing with %q: %s", r.Kind, r.Reason))
	case r.Inc != s.heal.inc:
		s.healAnew(now, "the cloud's database was replaced during the healing")
	case len(r.Known) != (len(refs)+7)/8, r.Epoch != 0 && r.Epoch <= s.tip.Epoch, r.Epoch == 0 && len(refs) == 0:
		s.healAnew(now, "the cloud's answer does not fit the question")
	default:
		s.answered(asked, now)
		s.heal.note(r, refs)
	}
	return s.todo(now)
}

// note takes down which events the cloud lacks.
func (h *healing) note(r HealReply, refs []Ref) {
	for i, ref := range refs {
		if !r.Knows(i) {
			h.unknown = append(h.unknown, ref.Place)
		}
		h.through = ref.Place
	}
	if r.Epoch != 0 {
		h.renewed, h.snapshot, h.numbers, h.complete = &r, nil, nil, false
	}
}

// HealFailed says that the question n of a healing got no answer and will get none, or could not be asked.
func (s *Sender) HealFailed(now time.Time, n uint64) Todo {
	if _, ok := s.answers(n); ok {
		s.healFailed(now)
	}
	return s.todo(now)
}

// healFailed tries again later with a smaller question, and now and then asks SYNC whether it is still needed.
func (s *Sender) healFailed(now time.Time) {
	h := s.heal
	s.healed.fails++
	h.asked, h.page = time.Time{}, max(h.page/2, healLeast)
	h.after = now.Add(s.backoff(s.healed.fails))
	if s.healed.fails%healTries == 0 {
		h.live = false
		s.sync.wanted, s.sync.after = true, h.after
	}
}

// healAnew forgets what this healing has found and begins again with SYNC. An epoch that the cloud has begun for it counts: the next one
// takes its time.
func (s *Sender) healAnew(now time.Time, detail string) {
	s.healed.fails++
	h := s.heal
	if h.renewed != nil {
		s.healed.times, s.healed.last = s.healed.times+1, now
	}
	after := now.Add(s.backoff(s.healed.fails))
	s.heal = &healing{cause: h.cause, detail: detail, page: max(h.page/2, healLeast), after: after}
	s.sync.wanted, s.sync.after = true, after
}

// Fetched says that page n of the snapshot has come. Whoever calls has verified its signature.
func (s *Sender) Fetched(now time.Time, n uint64, page Snapshot) Todo {
	asked, ok := s.answers(n)
	if ok {
		s.heard = now
	}
	if !ok || s.heal.renewed == nil {
		return s.todo(now)
	}
	h := s.heal
	switch {
	case page.Inc != h.inc, page.Epoch != h.renewed.Epoch:
		s.healAnew(now, "the snapshot belongs to another epoch than the one begun")
	case page.Restaurant != s.cfg.Edge, page.Device != s.cfg.Device, !h.follows(page):
		s.healAnew(now, "the snapshot is not the one that was asked for")
	default:
		s.answered(asked, now)
		h.take(page)
	}
	return s.todo(now)
}

// follows reports whether a page goes on where the one before it ended.
func (h *healing) follows(page Snapshot) bool {
	switch n := len(page.Orders); {
	case n == 0:
		return !page.More
	default:
		return string(page.Orders[0].Order.ID) > h.cursor() && len(h.snapshot)+n <= openMost
	}
}

func (h *healing) take(page Snapshot) {
	h.snapshot, h.complete = append(h.snapshot, page.Orders...), !page.More
	for day, number := range page.Numbers {
		if h.numbers == nil {
			h.numbers = map[string]int{}
		}
		h.numbers[day] = max(h.numbers[day], number)
	}
}

// cursor is the id of the last order fetched.
func (h *healing) cursor() string {
	if n := len(h.snapshot); n > 0 {
		return string(h.snapshot[n-1].Order.ID)
	}
	return ""
}

// FetchFailed says that page n of the snapshot did not come, or that its signature is wrong.
func (s *Sender) FetchFailed(now time.Time, n uint64) Todo { return s.HealFailed(now, n) }

// Begun says that the kitchen has begun the new epoch: tip and acked are what the outbox holds now. SYNC comes next.
func (s *Sender) Begun(now time.Time, tip, acked Mark) Todo {
	if tip.Epoch <= s.tip.Epoch { // Appended was faster
		return s.Appended(now, tip)
	}
	s.begun(now, tip, acked)
	return s.todo(now)
}

func (s *Sender) begun(now time.Time, tip, acked Mark) {
	s.heal = nil
	s.healed.fails, s.healed.last = 0, now
	s.healed.times++
	s.tip, s.acked = tip, acked
	s.synced, s.blocked, s.trouble = false, "", ""
	s.rewinds, s.stalls = 0, 0
	s.rewind(now, acked.Seq+1)
	s.sync.asked, s.sync.wanted, s.sync.after = time.Time{}, true, now
}

// BeginFailed says that the kitchen could not begin: nothing has changed.
func (s *Sender) BeginFailed(now time.Time) Todo {
	if s.heal != nil && !s.heal.begun.IsZero() {
		s.beginFailed(now, "the kitchen could not begin the new epoch")
	}
	return s.todo(now)
}

// beginFailed has the kitchen begin the same epoch later, if SYNC still says so, with the orders as they are by then. The pauses grow as
// between healings: a disk may be full for hours. Now and then everything is asked anew, for the outbox may have changed.
func (s *Sender) beginFailed(now time.Time, detail string) {
	h := s.heal
	h.refused++
	if h.refused >= beginTries {
		s.healAnew(now, detail)
		return
	}
	s.healed.times, s.healed.last = s.healed.times+1, now
	h.begun, h.live, h.started, h.detail = time.Time{}, false, false, detail
	h.snapshot, h.numbers, h.complete = nil, nil, false
	h.after = now.Add(s.healPause(now))
	s.sync.wanted, s.sync.after = true, h.after
}

// healInterrupted says that the connection went or came: SYNC has to confirm the trouble first. The kitchen is not disturbed.
func (s *Sender) healInterrupted() {
	if s.heal != nil {
		s.heal.live, s.heal.asked = false, time.Time{}
	}
}
