package link

import (
	"fmt"
	"time"
)

const (
	// SyncTimeout is how long a SYNC may stay unanswered.
	SyncTimeout = 5 * time.Second
	// SyncUnacked and SyncIdle are how long after a SYNC the next one is held, with and without something to acknowledge; ± 10 %.
	SyncUnacked = 30 * time.Second
	SyncIdle    = 60 * time.Second

	syncSpacing = time.Second     // between a reply and a SYNC on demand
	syncSpread  = 5 * time.Second // the most by which the first SYNC waits after a long cut
	stallAfter  = 20 * time.Second
	stallMost   = 4 * time.Minute
	backoffLow  = 250 * time.Millisecond
	backoffHigh = 30 * time.Second
)

// syncing is where the Sender is with its SYNCs.
type syncing struct {
	n      uint64    // the last attempt
	asked  time.Time // when it was made; zero when none is out
	acked  uint64    // what was acknowledged then
	tip    uint64    // where the outbox ended then
	alone  bool      // nothing is published while it is out: the one before was overtaken
	wanted bool      // as soon as after allows
	after  time.Time
	last   time.Time // when the last one succeeded
	sway   float64   // of the interval after it, so that a fleet does not beat in step
	fails  int
}

// Synced says that a reply to SYNC has come. A late one, of an attempt that was given up, is ignored.
func (s *Sender) Synced(now time.Time, r SyncReply) Todo {
	if s.sync.asked.IsZero() || r.N != s.sync.n {
		return s.todo(now)
	}
	s.heard = now
	s.sync.asked, s.sync.wanted, s.sync.fails, s.sync.alone = time.Time{}, false, 0, false
	s.sync.last, s.sync.after, s.sync.sway = now, now.Add(syncSpacing), 0.9+0.2*s.cfg.Rand()
	switch cause, detail := s.judge(r); {
	case cause == "" && s.synced && r.Inc != s.inc:
		s.heal = nil
		s.distrust(now)
	case cause == "":
		s.heal = nil
		s.resume(now, r)
	case cause == CauseFork && s.overtook(r):
		s.sync.wanted, s.sync.alone = true, true
	case cause.heals():
		s.mend(now, r, cause, detail)
	default:
		s.heal = nil
		s.block(now, cause, detail)
	}
	return s.todo(now)
}

// SyncFailed says that attempt n got no reply and will get none.
func (s *Sender) SyncFailed(now time.Time, n uint64) Todo {
	if !s.sync.asked.IsZero() && n == s.sync.n {
		s.syncFailed(now)
	}
	return s.todo(now)
}

// Named is the highest command the last SYNC of this connection named; false while there was none. Web orders wait until the edge has
// applied it, so that it has met every revoke before it starts cooking.
func (s *Sender) Named() (uint64, bool) { return s.named, s.sending() }

// spread is how long the first SYNC of a connection waits, so that restaurants that were cut off together do not all come at once: the
// longer the cut was, the less it matters to them.
func (s *Sender) spread(now time.Time) time.Duration {
	if s.cut.IsZero() {
		return 0
	}
	return time.Duration(s.cfg.Rand() * float64(min(now.Sub(s.cut)/10, syncSpread)))
}

func (s *Sender) syncFailed(now time.Time) {
	s.sync.fails++
	s.sync.asked, s.sync.wanted, s.sync.after = time.Time{}, true, now.Add(s.backoff(s.sync.fails))
}

// syncDue is when the next SYNC is to be held; zero while one is out, and while a healing is under way.
func (s *Sender) syncDue() time.Time {
	if !s.sync.asked.IsZero() || s.healBusy() {
		return time.Time{}
	}
	if s.sync.wanted {
		return s.sync.after
	}
	every := SyncIdle
	if s.tip.Seq > s.acked.Seq && s.blocked == "" {
		every = SyncUnacked
	}
	return later(s.sync.after, s.sync.last.Add(time.Duration(float64(every)*s.sync.sway)))
}

func (s *Sender) ask(now time.Time) *SyncRequest {
	s.sync.n++
	s.sync.asked, s.sync.acked, s.sync.tip = now, s.acked.Seq, s.tip.Seq
	return &SyncRequest{
		N: s.sync.n, Device: s.cfg.Device, Boot: s.cfg.Boot, Schema: s.cfg.Writes.Max, SchemaMin: s.cfg.Writes.Min, Inc: s.inc,
		Epoch: s.tip.Epoch, Last: s.tip.Seq, LastHash: s.tip.Hash, Acked: s.acked.Seq,
	}
}

// judge says why a reply cannot be acted on, or nothing.
func (s *Sender) judge(r SyncReply) (Cause, string) {
	if !s.cfg.Writes.Has(r.written()) && r.Kind != Fenced && r.Kind != Incompatible {
		return CauseSchema, fmt.Sprintf("the cloud reads schema %d, this node writes %v", r.written(), s.cfg.Writes)
	}
	switch r.Kind {
	case Incompatible:
		return CauseSchema, r.Reason
	case Forked:
		return CauseFork, r.Reason
	case Fenced:
		return CauseFenced, r.Reason
	case Emptied:
		return CauseSnapshot, r.Reason
	case Resume:
	default:
		return CauseUnknownReply, fmt.Sprintf("the cloud answers %q: %s", r.Kind, r.Reason)
	}
	if r.Epoch != s.tip.Epoch || r.Seq > s.tip.Seq {
		return CauseFork, fmt.Sprintf("the cloud resumes at %d/%d, the outbox ends at %d/%d", r.Epoch, r.Seq, s.tip.Epoch, s.tip.Seq)
	}
	own, ok, err := s.hashAt(r.Seq)
	if ok && err == nil && own != r.Hash {
		return CauseFork, fmt.Sprintf("the cloud holds another event %d", r.Seq)
	}
	if ok && err == nil && r.Seq < s.tip.Seq {
		_, ok, err = s.cfg.HashAt(r.Seq + 1) // the row itself: what is known by heart may be trimmed
	}
	if err != nil { // that is no other history: the next SYNC reads again
		return CauseOutbox, err.Error()
	}
	if !ok {
		return CauseHistory, fmt.Sprintf("the cloud went back to %d, which the outbox has trimmed", r.Seq)
	}
	return "", ""
}

// overtook reports whether a fork is none: the question waited so long that events which were published after it came to the cloud before it.
// So the cloud has more than the node had then; but what it has is what the node has now. It is asked once more, and nothing overtakes that.
func (s *Sender) overtook(r SyncReply) bool {
	if !s.synced || r.Inc != s.inc || r.Epoch != s.tip.Epoch || r.Seq <= s.sync.tip || r.Seq > s.tip.Seq {
		return false
	}
	own, ok, err := s.hashAt(r.Seq)
	return err == nil && (ok && own == r.Hash || !ok && r.Seq < s.acked.Seq)
}

// block stops sending: somebody has to act. Every row is kept and SYNC goes on, so that a link somebody has mended in the cloud comes up by itself.
func (s *Sender) block(now time.Time, cause Cause, detail string) {
	s.blocked, s.detail = cause, detail
	s.rewind(now, s.acked.Seq+1)
}

// distrust notes that the cloud's database is another one than it was. While this SYNC was out, a command that the old one had numbered may
// have been obeyed, of which the new one knows nothing; from here on none is, and SYNC is held again before anything else.
func (s *Sender) distrust(now time.Time) {
	s.synced, s.blocked = false, ""
	s.sync.wanted, s.sync.after = true, now
	s.rewind(now, s.acked.Seq+1)
}

// resume takes the cloud's word for where it stands, and goes back when it stands before what it once acknowledged.
func (s *Sender) resume(now time.Time, r SyncReply) {
	changed := s.inc != "" && r.Inc != s.inc || s.schema != 0 && r.written() != s.schema
	if r.MaxRate == 0 || r.MaxRate > s.rate {
		s.pace = time.Time{} // the wait for the last batch was that of a slower pace
	}
	s.synced, s.blocked, s.inc, s.rate, s.named, s.schema = true, "", r.Inc, r.MaxRate, r.CmdHigh, r.written()
	if s.trouble != CauseRefused {
		s.hold = time.Time{} // the cloud is there again: so may be its stream
	}
	at := Mark{Epoch: r.Epoch, Seq: r.Seq, Hash: r.Hash}
	overtaken := !changed && r.Seq >= s.sync.acked // by an ack that the same database sent after it answered
	back := r.Seq < s.acked.Seq && !overtaken
	switch {
	case back:
		s.acked, s.persist = at, true
	case r.Seq > s.acked.Seq:
		s.advance(now, at)
	}
	if back || changed || s.stalled(now) {
		s.rewind(now, s.acked.Seq+1)
	}
}

// stalled reports whether events were given to the hub and never came through. The cloud asks for what it misses only when something
// later reaches it; a lost tail is noticed here. The patience doubles, for an applier may just be slow.
func (s *Sender) stalled(now time.Time) bool {
	if s.next == s.acked.Seq+1 || now.Sub(s.progress) < min(stallAfter<<s.stalls, stallMost) {
		return false
	}
	s.stalls = min(s.stalls+1, 8)
	return true
}

// backoff is how long to wait after the n-th failure: anything from 250 ms to a bound that doubles up to 30 s, without end.
func (s *Sender) backoff(n int) time.Duration {
	most := min(2*backoffLow<<min(n-1, 10), backoffHigh)
	return backoffLow + time.Duration(s.cfg.Rand()*float64(most-backoffLow))
}
