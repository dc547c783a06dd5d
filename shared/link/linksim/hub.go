package linksim

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/shared/link"
)

// hub is the streams. Its memory of repetitions is two minutes, endless, or none.
type hub struct {
	w       *world
	dice    *dice
	streams [link.Partitions]stream
	seen    map[string]time.Duration
	window  time.Duration
	full    bool

	perSecond int           // events that the database applies; 0: any number
	busy      time.Duration // until then it is at work
}

type stream struct {
	messages []*stored
	busy     time.Duration // until then the appliers of this partition are at work
}

// stored is a batch in a stream.
type stored struct {
	edge    string
	payload []byte
	header  map[string]string
	tries   int
	done    bool // acknowledged by a core
	lost    bool
}

func newHub(w *world, choice *dice) *hub {
	windows := []time.Duration{2 * time.Minute, 2 * time.Minute, 1000 * time.Hour, 0}
	return &hub{w: w, dice: newDice(w.opts.Seed, 7), seen: map[string]time.Duration{}, window: windows[choice.roll(len(windows))]}
}

// store takes a batch under a subject. The hub lets a box use its own subject only; answer tells the box what became of it.
func (h *hub) store(from *node, edge, device string, payload []byte, header map[string]string, answer func(ok bool)) {
	if owner, ok := link.EdgeOfSubject(link.UpSubject(edge)); (!ok || owner != from.site.id) && !h.w.mutant.identityClaimed {
		return // the hub says nothing to who may not speak
	}
	if from.revoked {
		return
	}
	if h.full {
		h.w.count(HubFull)
		answer(false)
		return
	}
	id := header[link.HeaderMsgID]
	if h.w.mutant.noGeneration {
		id = id[:strings.LastIndexByte(id, '/')]
	}
	at, repeated := h.seen[id]
	if h.window == 0 || !repeated || h.w.now-at > h.window {
		h.seen[id] = h.w.now
		m := &stored{edge: edge, payload: h.keep(payload), header: header}
		s := &h.streams[link.Partition(edge)]
		s.messages = append(s.messages, m)
		h.deliver(m, 2*time.Millisecond)
	}
	answer(true)
}

// keep is what a disk makes of a payload: usually the same.
func (h *hub) keep(payload []byte) []byte {
	switch {
	case h.w.on(Flip) && h.dice.chance(4):
		h.w.count(Flip)
		payload = bytes.Clone(payload)
		payload[h.dice.roll(len(payload))] ^= 1 << h.dice.roll(8)
	case h.w.on(Torn) && h.dice.chance(3):
		h.w.count(Torn)
		payload = payload[:h.dice.roll(len(payload))]
	}
	return payload
}

// deliver offers a batch to the cores until one has acknowledged it.
func (h *hub) deliver(m *stored, after time.Duration) {
	s := &h.streams[link.Partition(m.edge)]
	at := h.turn(s, m, after)
	h.w.after(at-h.w.now, func() {
		if m.done || m.lost {
			return
		}
		c := h.w.anyCore()
		if c == nil {
			h.deliver(m, 500*time.Millisecond)
			return
		}
		m.tries++
		c.take(m)
		if h.w.on(Repeat) && h.dice.chance(10) { // another core gets it as well
			h.w.count(Repeat)
			if c := h.w.anyCore(); c != nil {
				c.take(m)
			}
		}
	})
}

// turn is when the appliers have come to a batch: those of a partition take one after the other, and the database they share does so many
// events per second.
func (h *hub) turn(s *stream, m *stored, after time.Duration) time.Duration {
	s.busy = max(s.busy, h.w.now+after) + time.Millisecond
	if h.perSecond == 0 {
		return s.busy
	}
	first, _ := strconv.Atoi(m.header[link.HeaderFirst])
	last, _ := strconv.Atoi(m.header[link.HeaderLast])
	h.busy = max(h.busy, s.busy) + time.Duration(last-first+1)*time.Second/time.Duration(h.perSecond)
	return h.busy
}

// lose forgets the end of every stream, acknowledged or not.
func (h *hub) lose(n int) {
	for i := range h.streams {
		for k, m := range h.streams[i].messages {
			if k >= len(h.streams[i].messages)-n && !m.done {
				m.lost = true
			}
		}
	}
}

// wipe forgets everything.
func (h *hub) wipe() {
	for i := range h.streams {
		h.lose(len(h.streams[i].messages))
		h.streams[i].messages = nil
	}
	clear(h.seen)
}
