package downlink

import (
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

// How batches stay with the hub for which there is no room in quarantine: a person makes some, and nobody but the hub may have them.
const (
	leftFor  = time.Minute // until one is offered again
	leftMost = 32          // by one core, of a partition: they count against MaxAckPending, beyond which everybody would wait for them
)

// left is what stays with the hub: until when, by its stream and number there.
type left struct {
	mu    sync.Mutex
	until map[string]map[uint64]time.Time
}

// take reports whether one more may stay until leftFor from now, and counts it.
func (l *left) take(stream string, seq uint64, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := l.until[stream]
	for other, until := range of {
		if !until.After(now) {
			delete(of, other)
		}
	}
	if _, again := of[seq]; !again && len(of) >= leftMost {
		return false
	}
	if of == nil {
		of = map[uint64]time.Time{}
		if l.until == nil {
			l.until = map[string]map[uint64]time.Time{}
		}
		l.until[stream] = of
	}
	of[seq] = now.Add(leftFor)
	return true
}

// leave lets the hub keep a batch for a while. It reports false where the hub keeps enough of them: that one is lost, unless its device hands it
// over. Head office has an alert of either.
func (d *Downlink) leave(m jetstream.Msg, b link.Batch) bool {
	meta, err := m.Metadata()
	if err != nil || !d.left.take(meta.Stream, meta.Sequence.Stream, time.Now()) {
		d.cfg.Log.Error("a batch of a device that is not its restaurant's is dropped: as much is kept aside, and left to the hub, as can be",
			"restaurant", b.Edge, "device", b.Device, "epoch", b.Epoch, "first", b.First, "last", b.Last)
		return false
	}
	_ = m.NakWithDelay(leftFor)
	return true
}
