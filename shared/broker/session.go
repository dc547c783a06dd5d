package broker

import (
	"sync"

	mqtt "github.com/mochi-mqtt/server/v2"
)

// sessions knows which client id acts for which device. An entry lives as long as mochi keeps the session.
type sessions struct {
	mu    sync.RWMutex
	byID  map[string]session
	count map[string]int // of ids per device
}

type session struct {
	client *mqtt.Client
	grant  Grant
}

// open notes a client that has signed in; it takes over an older one with its id. It reports false when the device has too many.
func (s *sessions) open(cl *mqtt.Client, g Grant, most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.byID[cl.ID]; !again {
		if s.count[g.Device] >= most {
			return false
		}
		s.count[g.Device]++
	}
	s.byID[cl.ID] = session{client: cl, grant: g}
	return true
}

// end forgets a client, unless its id has been taken over meanwhile.
func (s *sessions) end(cl *mqtt.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := s.byID[cl.ID]
	if open.client != cl {
		return
	}
	delete(s.byID, cl.ID)
	if s.count[open.grant.Device]--; s.count[open.grant.Device] == 0 {
		delete(s.count, open.grant.Device)
	}
}

// grant is what a client may do now: nothing when it is unknown.
func (s *sessions) grant(cl *mqtt.Client) Grant {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byID[cl.ID].grant
}

func (s *sessions) regrant(g Grant) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for id, open := range s.byID {
		if open.grant.Device == g.Device {
			s.byID[id] = session{client: open.client, grant: g}
			n++
		}
	}
	return n
}

func (s *sessions) drop(device string) []*mqtt.Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	var dropped []*mqtt.Client
	for id, open := range s.byID {
		if open.grant.Device == device {
			dropped = append(dropped, open.client)
			s.byID[id] = session{client: open.client, grant: Grant{Device: device}}
		}
	}
	return dropped
}
