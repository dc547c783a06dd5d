package downlink

import (
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

func TestNoMoreStaysWithTheHubThanHoldsUpNobody(t *testing.T) {
	t.Parallel()
	var l left
	now := time.Now()
	for seq := range uint64(leftMost) {
		if !l.take("UP_01", seq, now) {
			t.Fatalf("the %d. may not stay", seq+1)
		}
	}
	if l.take("UP_01", leftMost, now) {
		t.Error("one too many stays")
	}
	if !l.take("UP_01", 0, now) {
		t.Error("one that came early may not stay")
	}
	if !l.take("UP_02", 0, now) {
		t.Error("another partition has to do with it")
	}
	if !l.take("UP_01", leftMost, now.Add(leftFor)) {
		t.Error("where the others have been offered again, nothing may stay")
	}
}

// offered is a message of the hub that notes what becomes of it.
type offered struct {
	jetstream.Msg
	seq    uint64
	acked  bool
	nakked time.Duration
}

func (m *offered) Metadata() (*jetstream.MsgMetadata, error) {
	return &jetstream.MsgMetadata{Stream: "UP_01", Sequence: jetstream.SequencePair{Stream: m.seq}}, nil
}

func (m *offered) Ack() error { m.acked = true; return nil }

func (m *offered) NakWithDelay(long time.Duration) error { m.nakked = long; return nil }

// What the hub has of a box that is dead nobody else has.
func TestABatchForWhichThereIsNoRoomStaysWithTheHub(t *testing.T) {
	t.Parallel()
	d := &Downlink{cfg: Config{Log: slog.New(slog.DiscardHandler)}}
	full := link.Decision{Verdict: link.Quarantine, Left: true}
	for seq := range uint64(leftMost) {
		m := &offered{seq: seq}
		if d.conclude(m, link.Batch{Edge: "r1"}, full, "pg-1"); m.acked || m.nakked != leftFor {
			t.Fatalf("acknowledged %v, offered again in %v", m.acked, m.nakked)
		}
	}
}
