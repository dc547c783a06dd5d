package downlink_test

import (
	"fmt"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

// strewn is a restaurant whose batches, of one event each, come as a test likes.
type strewn struct {
	*chain
	js     jetstream.JetStream
	epoch  uint64
	device string
	events []link.Event
	line   *traffic
}

func newStrewn(t *testing.T, events int) *strewn {
	t.Helper()
	c := newCloud(t)
	as := c.enrol("r1")
	js, err := jetstream.New(c.down.Conn())
	if err != nil {
		t.Fatal(err)
	}
	return &strewn{
		chain: c, js: js, epoch: as.Epoch, device: as.Device, events: rushOf(t, "r1", events), line: overhear(t, c.down.Conn(), "r1"),
	}
}

// send sends the event with a number, in a generation.
func (s *strewn) send(seq int, gen string) {
	s.t.Helper()
	b := link.Batch{
		Edge: "r1", Device: s.device, Epoch: s.epoch, First: uint64(seq), Last: uint64(seq), Gen: gen, Schema: link.Schema,
		Events: s.events[seq-1 : seq],
	}
	if seq > 1 {
		b.Prev = s.events[seq-2].Hash
	}
	if _, err := s.js.PublishMsg(s.t.Context(), benchMessage(s.t, b)); err != nil {
		s.t.Fatal(err)
	}
}

// at is the last event in the cloud.
func (s *strewn) at() int {
	s.t.Helper()
	row, _, err := s.store.Link(s.t.Context(), "r1")
	if err != nil {
		s.t.Fatal(err)
	}
	return int(row.Seq)
}

// A node offers several batches at once, and the later one may be the quicker.
func TestBatchesThatOvertakeEachOtherAreNotSentAgain(t *testing.T) {
	t.Parallel()
	const events = 200
	s := newStrewn(t, events)
	for seq := 1; seq < events; seq += 2 {
		s.send(seq+1, "b0.1")
		s.send(seq, "b0.1")
	}
	for heard := int64(0); s.at() < events; {
		eventually(t, "all of them are in the cloud, or the rest is asked for again", func() bool { return s.at() == events || s.line.rewinds.Load() > heard })
		if asked := s.line.rewinds.Load(); asked > heard { // the machine stood still between two: a node would do the same
			heard = asked
			for seq := s.at() + 1; seq <= events; seq++ {
				s.send(seq, fmt.Sprint("b0.", heard+1))
			}
		}
	}
	if asked := s.line.rewinds.Load(); asked > events/20 { // where the machine stands still between two, there is a gap
		t.Errorf("the node was asked %d times to send again what was on its way", asked)
	}
}

func TestANodeIsNotAskedByEachOfItsBatchesForTheOneThatIsMissing(t *testing.T) {
	t.Parallel()
	const events = 20
	s := newStrewn(t, events)
	s.send(1, "b0.1")
	for seq := 3; seq <= events; seq++ {
		s.send(seq, "b0.1")
	}
	eventually(t, "the node is asked to send again", func() bool { return s.line.rewinds.Load() > 0 })
	eventually(t, "the hub has nothing more of it", func() bool {
		is, err := applier(t, s.down, "r1").Info(t.Context())
		return err == nil && is.NumPending == 0 && is.NumAckPending == 0
	})
	if asked := s.line.rewinds.Load(); asked > events/4 { // what comes a moment later speaks for itself
		t.Errorf("the node was asked %d times for the same", asked)
	}
	if at := s.at(); at != 1 {
		t.Errorf("with 2 missing the cloud is at %d", at)
	}
	for seq := 2; seq <= events; seq++ {
		s.send(seq, "b0.2")
	}
	eventually(t, "what was sent again is in the cloud", func() bool { return s.at() == events })
}
