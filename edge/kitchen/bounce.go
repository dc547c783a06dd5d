package kitchen

import (
	"sync"
	"time"
)

// steady is for how long a button has to be left alone before it means another press: a contact that bounces, a key that sticks, a device that
// sends one press under many names empties no queue. It is as long as a hand needs to press, look and press again.
const steady = 600 * time.Millisecond

// bounces knows the last press of each button. There are as many as the device file has; a zero value is ready to be used.
type bounces struct {
	mu   sync.Mutex
	last map[string]pressed
}

// pressed is when a button was pressed last, whether that counted or not, and the press that counted last.
type pressed struct {
	at      time.Time
	counted string
}

// bounced takes note of a press and reports whether it is none of its own: the button was pressed less than steady before. The press that counted
// is let through again: it may not have been done the first time.
func (b *bounces) bounced(button, id string, at time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	was, known := b.last[button]
	if known && was.counted == id {
		return false
	}
	if b.last == nil {
		b.last = map[string]pressed{}
	}
	if known && at.Sub(was.at).Abs() < steady {
		b.last[button] = pressed{later(was.at, at), was.counted}
		return true
	}
	b.last[button] = pressed{at, id}
	return false
}
