package broker

import (
	"context"
	"errors"
	"sync"
	"time"

	"awesome.pizza/shared/problem"
)

// keptBytes is how much of a refused payload is kept.
const keptBytes = 4 << 10

// DeadLetter is something that was refused, with the reason.
type DeadLetter struct {
	Device   string // empty when nobody had signed in
	ClientID string
	Remote   string // address of the sender
	Topic    string // or the filter somebody wished to read
	Payload  []byte // its first 4 KiB
	Bytes    int    // length of the whole payload
	Code     string // stable, for counting: "out_of_range", "not_allowed", "malformed_packet" …
	Reason   string // a sentence
	At       time.Time
}

// errNotKept says that a message is safe nowhere; its sender must send it again.
var errNotKept = errors.New("message could not be kept")

// receive takes a message in: nil when it is safe, a problem when it is refused for ever, errNotKept when it must come again.
func (h *hook) receive(m Message, remote string, g Grant) error {
	h.stats.received.Add(1)
	ctx := *h.ctx.Load()
	err := h.judge(ctx, m, g)
	if err == nil {
		return nil
	}
	p := problem.Of(err)
	if p == nil || p.Kind == problem.Unavailable {
		return h.notKept(m, err)
	}
	letter := DeadLetter{Device: m.Device, ClientID: m.ClientID, Remote: remote, Topic: m.Topic, Payload: m.Payload, Code: p.Code, Reason: p.Detail}
	if err := h.bury(letter); err != nil {
		return h.notKept(m, err)
	}
	return p
}

func (h *hook) judge(ctx context.Context, m Message, g Grant) error {
	if !g.mayPublish(m.Topic) {
		return problem.New(problem.Refused, "not_allowed", "%s may not publish to %s", m.Device, m.Topic)
	}
	return h.config.OnPublish(ctx, m)
}

func (h *hook) notKept(m Message, err error) error {
	h.stats.notKept.Add(1)
	h.config.Log.Error("message not kept, device must send it again", "device", m.Device, "topic", m.Topic, "err", err)
	return errNotKept
}

// bury counts a refusal and keeps it, unless the device has filled its minute.
func (h *hook) bury(letter DeadLetter) error {
	h.stats.refused.Add(1)
	letter.At = h.config.Clock.Now()
	letter.Bytes = len(letter.Payload)
	letter.Payload = letter.Payload[:min(len(letter.Payload), keptBytes)]
	if !h.quota.take(letter.Device, letter.At) {
		h.stats.countedOnly.Add(1)
		return nil
	}
	h.config.Log.Warn("refused", "device", letter.Device, "remote", letter.Remote, "topic", letter.Topic, "code", letter.Code, "reason", letter.Reason)
	if h.config.Dead == nil {
		return nil
	}
	return h.config.Dead(*h.ctx.Load(), letter)
}

// buryOrLog is for what has no acknowledgement to withhold.
func (h *hook) buryOrLog(letter DeadLetter) {
	if err := h.bury(letter); err != nil {
		h.stats.notKept.Add(1)
		h.config.Log.Error("dead letter not kept", "device", letter.Device, "topic", letter.Topic, "err", err)
	}
}

// quota lets each name do something so often per minute.
type quota struct {
	mu    sync.Mutex
	most  int
	since time.Time
	used  map[string]int
}

func (q *quota) take(name string, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if age := now.Sub(q.since); age >= time.Minute || age < 0 {
		q.since, q.used = now, map[string]int{}
	}
	q.used[name]++
	return q.used[name] <= q.most
}
