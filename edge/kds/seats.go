package kds

import (
	"sync"

	"awesome.pizza/shared/problem"
)

const (
	// streamsMost is how many streams go to one address at once: a kitchen has some ten screens, and each stream that is not read holds a snapshot.
	streamsMost = 64
	// strangersMost is how many go to all screens together at which nobody has signed in, however many addresses they have.
	strangersMost = 256
)

// seats counts the streams of each address, and those of strangers. The zero value is ready.
type seats struct {
	mu        sync.Mutex
	taken     map[string]int
	strangers int
}

// take makes room for one more, until leave is called. It reports problem.Refused "too_many_streams".
func (s *seats) take(address string, known bool) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.taken[address] >= streamsMost:
		return nil, tooManyStreams("%d streams go to this address already: close pages that nobody looks at", streamsMost)
	case !known && s.strangers >= strangersMost:
		return nil, tooManyStreams("%d streams go to screens that nobody knows: sign in at this one, or close others", strangersMost)
	}
	if s.taken == nil {
		s.taken = map[string]int{}
	}
	s.taken[address]++
	if !known {
		s.strangers++
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !known {
			s.strangers--
		}
		if s.taken[address]--; s.taken[address] == 0 {
			delete(s.taken, address)
		}
	}, nil
}

func tooManyStreams(why string, most int) error {
	return problem.New(problem.Refused, "too_many_streams", why, most).With("retry_after", int(stuck.Seconds()))
}
