package downlink

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

// A hub can lose what it has acknowledged. The cloud asks for what is missing when something later reaches it; of a node that falls
// silent afterwards nothing does. So what nodes say of themselves is held against what the hub has of them.
const (
	stuckAfter = 4 * time.Second  // nothing has moved for so long; a heartbeat comes every five seconds
	stuckAgain = 15 * time.Second // before a node is asked for the same once more
	lostFor    = 30 * time.Second // after a stream was lost, the first word of a node counts
	recallPace = 2 * time.Millisecond
)

// word is what a node has said of itself: how far it is, and how far it knows the cloud to be.
type word struct {
	edge               string
	epoch, acked, last uint64
	at                 time.Time
}

// waiting is a node with events that the cloud is not known to have.
type waiting struct {
	word            // its first word of this
	asked time.Time // when it was last asked to send again
}

// says passes on a node's word. It never blocks: the next one says the same.
func (d *Downlink) says(w word) {
	select {
	case d.words <- w:
	default:
	}
}

// unstick asks nodes to send again what the hub has lost, until ctx ends.
func (d *Downlink) unstick(ctx context.Context) error {
	all := map[string]*waiting{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case w := <-d.words:
			if n := d.waits(all, w); n != nil && d.sendAgain(ctx, w) {
				n.asked = w.at
			}
		}
	}
}

// waits takes note of a word, and returns the node if it has waited for too long.
func (d *Downlink) waits(all map[string]*waiting, w word) *waiting {
	if w.acked >= w.last {
		delete(all, w.edge)
		return nil
	}
	n := all[w.edge]
	if n == nil || n.epoch != w.epoch || n.acked != w.acked {
		n = &waiting{word: w}
		all[w.edge] = n
	}
	since := w.at.Sub(n.at)
	if d.lostLately(w.edge, w.at) {
		since = stuckAfter
	}
	if since < stuckAfter || w.last-w.acked >= link.CatchingUp || w.at.Sub(n.asked) < stuckAgain {
		return nil
	}
	return n
}

// sendAgain asks a node for what it has sent and neither the database nor the hub has; or tells it that the database has it.
func (d *Downlink) sendAgain(ctx context.Context, w word) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	subject := link.UpSubject(w.edge)
	stream, err := d.js.Stream(ctx, link.StreamName(link.Partition(w.edge)))
	if err != nil {
		return false
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(subject))
	if err != nil || info.State.Subjects[subject] > 0 {
		return false
	}
	row, _, _, inc, err := d.store.Meet(ctx, w.edge, 0)
	if err != nil || row.Epoch != w.epoch || row.Seq < w.acked || row.Seq > w.last {
		return false
	}
	if row.Seq > w.acked {
		d.acks.send(w.edge, row.Ack(inc), time.Now())
	}
	if row.Seq < w.last {
		d.control(w.edge, link.Control{Kind: link.Rewind, Epoch: row.Epoch, Seq: row.Seq + 1, Reason: "the hub has lost what was sent"})
	}
	return true
}

// lost says that the stream of a partition is another one than it was: the nodes are called to SYNC, and those that wait are asked to send
// again.
func (d *Downlink) lost(ctx context.Context, pp int) {
	d.cfg.Log.Error("the hub has lost a stream; the nodes are asked for what was in it", "stream", link.StreamName(pp))
	now := time.Now()
	d.losses[pp].Store(&now)
	d.recall(ctx, "the hub has lost what it held", func(edge string) bool { return link.Partition(edge) == pp })
}

// recall calls nodes to SYNC that are known here, at a measured pace.
func (d *Downlink) recall(ctx context.Context, why string, which func(edge string) bool) {
	for _, edge := range d.standing.edges() {
		if which(edge) {
			d.control(edge, link.Control{Kind: link.CallSync, Reason: why})
			pause(ctx, recallPace)
		}
	}
}

// watchHistory calls all nodes to SYNC when the database has become another one: what was said to them may be forgotten.
func (d *Downlink) watchHistory(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for was := d.store.Incarnation(); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if is := d.store.Incarnation(); is != was {
			was = is
			d.cfg.Log.Warn("the database is another one than it was; all nodes are asked where they stand", "incarnation", is)
			d.recall(ctx, "the cloud's database was replaced", func(string) bool { return true })
		}
	}
}

// lostLately reports whether the hub has lost the stream of an edge a moment ago.
func (d *Downlink) lostLately(edge string, now time.Time) bool {
	at := d.losses[link.Partition(edge)].Load()
	return at != nil && now.Sub(*at) < lostFor
}
