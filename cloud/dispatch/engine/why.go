package engine

// explain says of each order who else could bring it, and what that would cost, if all the others stayed where they are.
func (s *search) explain() []Why {
	out := make([]Why, len(s.owner))
	for o := range s.owner {
		out[o] = s.why(o)
	}
	return out
}

// why takes an order out of its route, looks, and puts it back.
func (s *search) why(o int) Why {
	w := Why{Driver: int(s.owner[o]), Second: -1, Next: impossible}
	if w.Driver >= 0 {
		s.saved[w.Driver] = append(s.saved[w.Driver][:0], s.routes[w.Driver]...)
		was := s.costs[w.Driver]
		s.remove(w.Driver, func(other int32) bool { return int(other) == o })
		w.Cost = was - s.costs[w.Driver]
		defer s.set(w.Driver, s.saved[w.Driver], was)
	}
	for _, d := range s.first[s.room[o]] {
		if int(d) == w.Driver {
			continue
		}
		if sp := s.into(int(d), o, w.Next); sp.more < w.Next {
			w.Second, w.Next = int(d), sp.more
		}
	}
	return w
}
