package kds

import "sync"

// streamsMost is how many streams go to one address at once: a kitchen has some ten screens, and each stream that is not read holds a snapshot.
const streamsMost = 64

// seats counts the streams of each address. The zero value is ready.
type seats struct {
	mu    sync.Mutex
	taken map[string]int
}

// take makes room for one more, until leave is called.
func (s *seats) take(address string) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[address] >= streamsMost {
		return nil, false
	}
	if s.taken == nil {
		s.taken = map[string]int{}
	}
	s.taken[address]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.taken[address]--; s.taken[address] == 0 {
			delete(s.taken, address)
		}
	}, true
}
