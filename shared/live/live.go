// Package live hands what was just committed to many screens at once. Nobody waits for a slow screen: one that does not keep up loses its
// subscription, takes a new snapshot and subscribes again. Nothing is stored here and nothing is replayed.
package live

import "sync"

// Hub passes values of one type from its publishers to its subscribers. It is safe for concurrent use.
type Hub[T any] struct {
	buffer int

	mu     sync.Mutex
	closed bool
	subs   map[chan T]struct{}
}

// New makes a hub whose subscribers may fall behind by buffer values before they are dropped.
func New[T any](buffer int) *Hub[T] {
	return &Hub[T]{buffer: max(1, buffer), subs: map[chan T]struct{}{}}
}

// Publish gives v to every subscriber, in the order of the calls, and never waits: a subscriber whose buffer is full is dropped.
func (h *Hub[T]) Publish(v T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.subs {
		select {
		case ch <- v:
		default:
			h.drop(ch)
		}
	}
}

// Subscribe returns a channel of what is published from now on. It is closed when the subscriber was too slow, when cancel is
// called, and when the hub closes.
func (h *Hub[T]) Subscribe() (values <-chan T, cancel func()) {
	ch := make(chan T, h.buffer)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(ch)
		return ch, func() {}
	}
	h.subs[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.drop(ch)
	}
}

// Subscribers counts the screens that listen.
func (h *Hub[T]) Subscribers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}

// Close ends all subscriptions, now and later.
func (h *Hub[T]) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.subs {
		h.drop(ch)
	}
}

func (h *Hub[T]) drop(ch chan T) {
	if _, ok := h.subs[ch]; ok {
		delete(h.subs, ch)
		close(ch)
	}
}
