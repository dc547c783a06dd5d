package api

import (
	"net/http"
	"strings"
	"sync"
)

// crowd bounds how many event streams there are at once: of one order, of one client, and in all. Each costs some fifty kilobytes for as long as
// its reader likes.
type crowd struct {
	most int // in all

	mu  sync.Mutex
	all int
	of  map[string]int // by "order ID" and "client ADDRESS"
}

// enter takes a place beside at most so many of its kind, until leave is called.
func (c *crowd) enter(kind string, most int) (leave func(), err error) {
	client := strings.HasPrefix(kind, "client ")
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case client && c.all >= c.most:
		return nil, refuse(http.StatusServiceUnavailable, "too_many_streams", "too many streams are open here: ask for the order itself from time to time, or try again")
	case c.of[kind] >= most && client:
		return nil, refuse(http.StatusTooManyRequests, "too_many_streams", "you have %d streams open, and no client has more: close some first", most)
	case c.of[kind] >= most:
		return nil, refuse(http.StatusTooManyRequests, "too_many_streams", "%d follow this order already: close it on another screen first", most)
	}
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[kind]++
	if client {
		c.all++
	}
	return sync.OnceFunc(func() { c.leave(kind, client) }), nil
}

func (c *crowd) leave(kind string, client bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[kind]--; c.of[kind] == 0 {
		delete(c.of, kind)
	}
	if client {
		c.all--
	}
}
