package downlink

import (
	"context"
	"sync"
	"time"

	"awesome.pizza/shared/link"
)

// ackEvery spaces the acknowledgements to one edge: at most five a second, and the last one always.
const ackEvery = 200 * time.Millisecond

type acker struct {
	publish func(subject string, data []byte) error

	mu      sync.Mutex
	last    map[string]time.Time
	waiting map[string]link.Ack
}

// send publishes an acknowledgement now, or with the next flush if the edge had one a moment ago. A later one replaces an earlier one.
func (a *acker) send(edge string, ack link.Ack, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Sub(a.last[edge]) < ackEvery {
		if had, ok := a.waiting[edge]; !ok || had.Epoch != ack.Epoch || had.Seq < ack.Seq {
			a.waiting[edge] = ack
		}
		return
	}
	a.out(edge, ack, now)
}

func (a *acker) run(ctx context.Context) error {
	tick := time.NewTicker(ackEvery / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			a.flush(now)
		}
	}
}

func (a *acker) flush(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for edge, ack := range a.waiting {
		if now.Sub(a.last[edge]) >= ackEvery {
			a.out(edge, ack, now)
		}
	}
	for edge, at := range a.last {
		if _, due := a.waiting[edge]; !due && now.Sub(at) > time.Minute {
			delete(a.last, edge)
		}
	}
}

// out may lose the acknowledgement: the next one, or SYNC, says the same.
func (a *acker) out(edge string, ack link.Ack, now time.Time) {
	delete(a.waiting, edge)
	a.last[edge] = now
	if data, err := link.Encode(ack); err == nil {
		_ = a.publish(link.AckSubject(edge), data)
	}
}
