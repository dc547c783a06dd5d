package downlink

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"awesome.pizza/shared/link"
)

const (
	// standingTopic is where cores tell each other how they answered a SYNC.
	standingTopic = "links"
	// callAgain is how long a node that nobody here has answered is left alone after it was called to SYNC.
	callAgain = 30 * time.Second
)

// node is one life of one device in one epoch.
type node struct {
	Device string `json:"device"`
	Epoch  uint64 `json:"epoch"`
	Boot   string `json:"boot"`
}

// answered is how a SYNC was answered, by whichever core.
type answered struct {
	Edge    string `json:"edge"`
	Node    node   `json:"node"`
	Resumes bool   `json:"resumes"`

	Open []link.OpenOrder `json:"open,omitempty"` // as the node says
	Last uint64           `json:"last,omitempty"` // its last event
}

// standing knows which node each restaurant's link belongs to: the one whose last SYNC was answered with resume. What another one says of
// itself (a fenced box, a restored card, a clone) is not the restaurant's. It is safe for concurrent use.
type standing struct {
	mu     sync.Mutex
	resume map[string]node
	called map[string]call
}

type call struct {
	node node
	at   time.Time
}

func newStanding() *standing { return &standing{resume: map[string]node{}, called: map[string]call{}} }

// learn takes note of an answer.
func (s *standing) learn(a answered, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case a.Resumes:
		s.resume[a.Edge] = a.Node
		return
	case s.resume[a.Edge] == a.Node:
		delete(s.resume, a.Edge)
	}
	s.called[a.Edge] = call{a.Node, now}
}

// judge reports whether n is the restaurant's node, and if not, whether to call it to SYNC: nobody has answered it, so far as this core knows.
func (s *standing) judge(edge string, n node, now time.Time) (its, ask bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.resume[edge] == n {
		return true, false
	}
	if was := s.called[edge]; was.node == n && now.Sub(was.at) < callAgain {
		return false, false
	}
	s.called[edge] = call{n, now}
	return false, true
}

// edges are the restaurants whose node is known.
func (s *standing) edges() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.resume))
}

// declare lets all cores know how a SYNC was answered; this one at once. A core that misses it calls the node to SYNC when it hears it.
func (d *Downlink) declare(a answered, now time.Time) {
	d.standing.learn(a, now)
	if data, err := json.Marshal(a); err == nil {
		d.Tell(standingTopic, data)
	}
}

// learn listens to what other cores answered.
func (d *Downlink) learn(ctx context.Context) error {
	stop, err := d.Listen(standingTopic, func(data []byte) {
		var a answered
		if json.Unmarshal(data, &a) != nil {
			return
		}
		d.standing.learn(a, time.Now())
		if a.Resumes && d.cfg.OnSynced != nil {
			d.cfg.OnSynced(a.Edge, a.Open, a.Last, time.Now())
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	<-ctx.Done()
	return nil
}

// hear takes note of heartbeats. Every core hears all of them. Nothing in here may wait: the next restaurant's heartbeat is behind it.
func (d *Downlink) hear(ctx context.Context) error {
	sub, err := d.conn.Subscribe(link.TelemetryWildcard, func(m *nats.Msg) {
		edge, ok := link.EdgeOfSubject(m.Subject)
		h, err := link.Decode[link.Heartbeat](m.Data)
		if !ok || err != nil {
			d.cfg.Log.Warn("a heartbeat nobody can read", "subject", m.Subject, "err", err)
			return
		}
		d.heard(edge, h, time.Now())
	})
	if err != nil {
		return fmt.Errorf("listen for heartbeats: %w", err)
	}
	<-ctx.Done()
	return sub.Unsubscribe()
}

// heard counts a heartbeat only when it is of the node that the link belongs to. A node that this core does not know is called to SYNC:
// while the cores were away it may be waiting to try again, for up to half a minute.
func (d *Downlink) heard(edge string, h link.Heartbeat, now time.Time) {
	its, ask := d.standing.judge(edge, node{h.Device, h.Epoch, h.Boot}, now)
	if ask {
		d.control(edge, link.Control{Kind: link.CallSync, Reason: "this core has not heard of the node before"})
	}
	if !its {
		return
	}
	if d.cfg.OnHeard != nil {
		d.cfg.OnHeard(edge, h, now)
	}
	d.even(now)
	d.says(word{edge, h.Epoch, h.Acked, h.Last, now})
	select {
	case d.errand <- errand{edge: edge, kind: reported, seq: h.CmdSeq, rest: h.Acked == h.Last, epoch: h.Epoch, acked: h.Acked}:
	default: // the couriers wait for the database; the next heartbeat says the same
	}
}
