package broker

import "strings"

// Grant is who a client is and what it may do: topics or filters as in MQTT ("+" is one level, "#" the rest). What no filter covers is
// denied, Deny wins over the others, and topics that begin with "$" are nobody's.
type Grant struct {
	Device  string // name without "/"; its client id must be the same, or begin with it and "/": nobody takes over another's session
	Publish []string
	Read    []string
	Deny    []string
}

func (g Grant) mayPublish(topic string) bool { return g.may(g.Publish, topic) }

// mayRead judges a topic as well as a filter to subscribe to: a filter must lie wholly inside the grant.
func (g Grant) mayRead(filter string) bool { return g.may(g.Read, filter) }

func (g Grant) may(allowed []string, filter string) bool {
	if filter == "" || filter[0] == '$' {
		return false
	}
	for _, deny := range g.Deny {
		if overlap(levels(deny), levels(filter)) {
			return false
		}
	}
	for _, allow := range allowed {
		if covers(levels(allow), levels(filter)) {
			return true
		}
	}
	return false
}

// owns reports whether a client id belongs to the device. An empty one is replaced by a random one, which belongs to nobody else.
func (g Grant) owns(clientID string) bool {
	device, _, _ := strings.Cut(clientID, "/")
	return g.Device != "" && !strings.Contains(g.Device, "/") && (clientID == "" || device == g.Device)
}

func levels(filter string) []string { return strings.Split(filter, "/") }

// covers reports whether every topic that matches b matches a too.
func covers(a, b []string) bool {
	for i, level := range a {
		switch {
		case level == "#":
			return true // also the parent level: MQTT 4.7.1.2
		case i >= len(b), b[i] == "#":
			return false
		case level != "+" && level != b[i]:
			return false
		}
	}
	return len(a) == len(b)
}

// overlap reports whether some topic matches both a and b.
func overlap(a, b []string) bool {
	for i := 0; ; i++ {
		switch {
		case i < len(a) && a[i] == "#", i < len(b) && b[i] == "#":
			return true
		case i == len(a) || i == len(b):
			return i == len(a) && i == len(b)
		case a[i] != b[i] && a[i] != "+" && b[i] != "+":
			return false
		}
	}
}
