package linksim

import (
	"container/heap"
	"time"
)

// clockwork is what is going to happen, in order. What falls on the same instant happens in the order in which it was planned.
type clockwork struct {
	now    time.Duration // since the world began
	due    timers
	number uint64
}

type timer struct {
	at     time.Duration
	number uint64
	what   func()
}

func (c *clockwork) after(d time.Duration, what func()) {
	c.number++
	heap.Push(&c.due, timer{c.now + max(d, 0), c.number, what})
}

// next moves to the next thing that happens by end, and returns it; nil when there is none.
func (c *clockwork) next(end time.Duration) func() {
	if len(c.due) == 0 || c.due[0].at > end {
		c.now = end
		return nil
	}
	t, _ := heap.Pop(&c.due).(timer)
	c.now = t.at
	return t.what
}

type timers []timer

func (t timers) Len() int      { return len(t) }
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t timers) Less(i, j int) bool {
	if t[i].at != t[j].at {
		return t[i].at < t[j].at
	}
	return t[i].number < t[j].number
}

func (t *timers) Push(x any) {
	one, _ := x.(timer)
	*t = append(*t, one)
}

func (t *timers) Pop() any {
	last := (*t)[len(*t)-1]
	(*t)[len(*t)-1] = timer{}
	*t = (*t)[:len(*t)-1]
	return last
}
