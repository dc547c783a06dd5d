package link

import (
	"fmt"
	"slices"
	"time"
)

const (
	// Window is how many batches may be on their way to the hub without its acknowledgement.
	Window = 8
	// PublishTimeout is how long a batch may stay unanswered before its outcome counts as unknown.
	PublishTimeout = 10 * time.Second
)

// SenderConfig is what a Sender is told at the start of the node.
type SenderConfig struct {
	Edge   string
	Device string
	Boot   string // random at every start: it begins the send generation and names the boot in SYNC
	// HashAt is the chain's hash at a seq of the current epoch as the outbox has it; false when that row is not there (any more), an error
	// when that cannot be said.
	HashAt func(seq uint64) (Hash, bool, error)
	// Rand is a number in [0,1) for jitter.
	Rand func() float64
	// Writes is the versions of the messages it can write.
	Writes Range
}

// Sender is the edge's half of the up link: it decides when to SYNC, what to publish, and what the cloud has for certain. It has no
// goroutine and is not safe for concurrent use: one goroutine of the shell tells it what happened and carries out the Todo it answers
// with. Every now must keep its monotonic reading: the wall clock of a node may jump by years.
type Sender struct {
	cfg   SenderConfig
	tip   Mark
	acked Mark

	connected bool
	down      Cause     // why it is not connected
	cut       time.Time // since when; zero when it is, or never was
	heard     time.Time // when the cloud last answered
	sync      syncing
	synced    bool // since this connection came up
	heal      *healing
	healed    healed
	inc       string
	named     uint64
	rate      int
	schema    int // to write, once SYNC has agreed on it

	gen      uint64
	next     uint64   // first event not yet given to the hub in this generation
	offered  *Publish // given to the shell, which has not yet said what became of it
	flights  []flight
	fails    int       // publishes without success since the last success
	rewinds  int       // rewinds asked for by the cloud since its watermark last moved
	stalls   int       // rewinds for want of progress since its watermark last moved
	hold     time.Time // publish nothing before
	pace     time.Time // publish nothing before: max_rate
	progress time.Time // when the watermark last moved, or sending began

	persist bool
	blocked Cause
	trouble Cause
	detail  string
	state   State
}

type flight struct {
	Publish
	at time.Time
}

// Publish asks the shell to load the events First to Last, or as many of them as Fit, and to publish them as one batch.
type Publish struct {
	First, Last uint64
	Gen         string
}

// Todo is what the shell does next, in this order. Empty fields ask for nothing. Heal, Fetch and Begin come without
// one another, and without Sync and Publish.
type Todo struct {
	Persist *Mark        // store as acked; it may be lower than before, when the cloud went back in time
	Sync    *SyncRequest // complete it, send it, and give the reply to Synced
	Publish *Publish     // publish it, then call Sent at once, and Published or Unpublished when the hub has answered

	// Heal asks the shell to load at most HealMost refs of the outbox, of all epochs, after HealAfter (its zero value: from the first), to
	// complete the request with them (HealRequest.Page) and with the last command, to send it, and to give the answer to Healed, or to
	// call HealFailed with its N.
	Heal      *HealRequest
	HealAfter Place
	HealMost  int
	Fetch     *SnapshotRequest // send it, verify the answer, and give its Doc to Fetched, or call FetchFailed with its N
	Begin     *Beginning       // give it to the kitchen, and call Begun or BeginFailed

	Wake time.Time // call Tick then, unless something happens earlier; zero: nothing to wait for
}

// NewSender makes the Sender of a node that starts: tip is the end of its outbox, acked what it has persisted as acknowledged.
func NewSender(cfg SenderConfig, tip, acked Mark) *Sender {
	cfg.Writes = cfg.Writes.orOurs()
	s := &Sender{cfg: cfg, tip: tip, acked: acked, next: acked.Seq + 1, down: CauseStarting}
	s.note(time.Time{})
	return s
}

// Connected says that the hub can be reached: SYNC comes first.
func (s *Sender) Connected(now time.Time) Todo {
	s.connected, s.synced = true, false
	s.sync = syncing{n: s.sync.n, wanted: true, after: now.Add(s.spread(now)), last: s.sync.last}
	s.cut = time.Time{}
	s.fails, s.hold, s.pace, s.trouble, s.blocked = 0, time.Time{}, time.Time{}, "", ""
	s.healInterrupted()
	s.rewind(now, s.acked.Seq+1)
	return s.todo(now)
}

// Disconnected says that the hub cannot be reached, and why. The outcome of everything on its way is unknown.
func (s *Sender) Disconnected(now time.Time, cause Cause) Todo {
	if s.connected {
		s.cut = now
	}
	s.connected, s.synced, s.down = false, false, cause
	s.sync.asked = time.Time{}
	s.healInterrupted()
	s.rewind(now, s.acked.Seq+1)
	return s.todo(now)
}

// Appended says that a business transaction has committed events: tip is now the last one. One in a later epoch says that the kitchen
// has begun it.
func (s *Sender) Appended(now time.Time, tip Mark) Todo {
	switch {
	case tip.Epoch == s.tip.Epoch && tip.Seq > s.tip.Seq:
		s.tip = tip
	case tip.Epoch > s.tip.Epoch:
		s.begun(now, tip, Mark{Epoch: tip.Epoch})
	}
	return s.todo(now)
}

// Sent says that a batch was handed to the hub's client and ends with last.
func (s *Sender) Sent(now time.Time, p Publish, last uint64) Todo {
	if s.offered == nil || *s.offered != p || last < p.First || last > p.Last {
		return s.todo(now)
	}
	if s.next == s.acked.Seq+1 {
		s.progress = now
	}
	s.offered, s.next = nil, last+1
	s.flights = append(s.flights, flight{p, now})
	if s.rate > 0 {
		s.pace = later(now, s.pace).Add(time.Duration(last-p.First+1) * time.Second / time.Duration(s.rate))
	}
	return s.todo(now)
}

// Published says that the hub has acknowledged a batch. It only makes room for the next one: the hub may still lose it.
func (s *Sender) Published(now time.Time, p Publish) Todo {
	if i := s.flight(p); i >= 0 {
		s.flights = slices.Delete(s.flights, i, i+1)
		s.fails = 0
		if s.trouble != CauseRefused { // for that the cloud has to agree
			s.trouble = ""
		}
	}
	return s.todo(now)
}

// Unpublished says that a batch was not acknowledged, or could not be loaded. Whether the hub has it counts as unknown.
func (s *Sender) Unpublished(now time.Time, p Publish, cause Cause) Todo {
	if s.flight(p) >= 0 || s.offered != nil && *s.offered == p {
		s.stumble(now, cause)
	}
	return s.todo(now)
}

// Acked says that the cloud has acknowledged up to a place. It is believed only if it comes from the database SYNC was held with and
// names the same history; otherwise nothing is trimmed and SYNC is held again.
func (s *Sender) Acked(now time.Time, a Ack) Todo {
	if !s.sending() {
		return s.todo(now)
	}
	own, ok, _ := s.hashAt(a.Seq) // what cannot be read is asked about, like what is not there
	switch {
	case a.Inc != s.inc, a.Epoch != s.tip.Epoch, a.Seq > s.tip.Seq:
		s.sync.wanted = true
	case a.Seq < s.acked.Seq: // an older one, overtaken
	case !ok, own != a.Hash:
		s.sync.wanted = true
	case a.Seq > s.acked.Seq:
		s.advance(now, Mark{Epoch: a.Epoch, Seq: a.Seq, Hash: a.Hash})
	}
	return s.todo(now)
}

// Controlled says that the cloud asks for something.
func (s *Sender) Controlled(now time.Time, c Control) Todo {
	switch {
	case c.Kind == CallSync && c.Epoch != 0 && c.Epoch == s.tip.Epoch: // it saw a batch of an epoch that is over, here as well
	case c.Kind == CallSync:
		s.sync.wanted = true
		if s.sync.fails > 0 { // whoever calls is there to answer
			s.sync.after = now
		}
	case c.Kind != Rewind || !s.sending() || c.Gen != "" && c.Gen != s.generation(): // the rewind it asks for is done
	case c.Epoch != s.tip.Epoch, c.Seq <= s.acked.Seq, c.Seq > s.next:
		s.sync.wanted = true
	default:
		s.rewind(now, c.Seq)
		if s.rewinds++; s.rewinds > 1 { // asked again for the same: do not run hot
			s.hold, s.trouble, s.detail = now.Add(s.backoff(s.rewinds-1)), CauseRefused, c.Reason
		}
	}
	return s.todo(now)
}

// Commanded asks whether commands numbered by this incarnation of the cloud may be applied. If not, SYNC is held first and the cloud
// sends them again; while the link is blocked they wait.
func (s *Sender) Commanded(now time.Time, inc string) (bool, Todo) {
	ok := s.sending() && inc == s.inc
	if !ok && s.blocked == "" {
		s.sync.wanted = true
	}
	return ok, s.todo(now)
}

// Tick says that time has passed.
func (s *Sender) Tick(now time.Time) Todo { return s.todo(now) }

// Batch makes the batch for p from its events, cut to what fits. It reports an error when they do not follow the outbox.
func (s *Sender) Batch(p Publish, events []Event) (Batch, error) {
	prev, ok, err := s.hashAt(p.First - 1)
	if err != nil {
		return Batch{}, fmt.Errorf("read the outbox before event %d: %w", p.First, err)
	}
	if !ok || len(events) == 0 || events[0].Seq != p.First {
		return Batch{}, fmt.Errorf("the outbox lacks event %d or the one before it", p.First)
	}
	events = events[:min(Fit(events), int(p.Last-p.First+1))]
	return Batch{
		Edge: s.cfg.Edge, Device: s.cfg.Device, Epoch: s.tip.Epoch, First: p.First, Last: events[len(events)-1].Seq,
		Prev: prev, Gen: p.Gen, Schema: s.schema, Events: events,
	}, nil
}

// advance takes note that the cloud has committed up to m.
func (s *Sender) advance(now time.Time, m Mark) {
	s.acked, s.persist, s.progress = m, true, now
	s.next = max(s.next, m.Seq+1)
	s.flights = slices.DeleteFunc(s.flights, func(f flight) bool { return f.Last <= m.Seq })
	s.rewinds, s.stalls, s.trouble = 0, 0, ""
}

// rewind goes back to an event, as a new generation: the hub has seen the old one and would swallow it.
func (s *Sender) rewind(now time.Time, to uint64) {
	s.gen++
	s.next, s.offered, s.flights, s.progress = to, nil, nil, now
}

// stumble goes back to what the cloud has for certain and waits.
func (s *Sender) stumble(now time.Time, cause Cause) {
	s.fails++
	s.trouble, s.detail = cause, ""
	s.rewind(now, s.acked.Seq+1)
	s.hold = now.Add(s.backoff(s.fails))
}

// generation is part of the name under which the hub knows a batch.
func (s *Sender) generation() string { return fmt.Sprintf("%s.%d", s.cfg.Boot, s.gen) }

func (s *Sender) flight(p Publish) int {
	return slices.IndexFunc(s.flights, func(f flight) bool { return f.First == p.First && f.Gen == p.Gen })
}

// hashAt spares the database the places the Sender knows by heart.
func (s *Sender) hashAt(seq uint64) (Hash, bool, error) {
	switch seq {
	case 0:
		return Hash{}, true, nil
	case s.tip.Seq:
		return s.tip.Hash, true, nil
	case s.acked.Seq:
		return s.acked.Hash, true, nil
	}
	return s.cfg.HashAt(seq)
}
