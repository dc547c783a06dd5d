package broker

import "sync/atomic"

// Stats are counts since the start, and how many clients are connected now.
type Stats struct {
	Connected   int64 // clients signed in now
	Received    int64 // publications of devices
	Refused     int64 // publications, subscriptions, logins and connections that were refused
	CountedOnly int64 // refusals that were counted but not kept, because their device had filled its minute
	NotKept     int64 // messages that could not be persisted: their devices must send them again
	TurnedAway  int64 // connections that were not let in
	Slow        int64 // clients cut off because they read too slowly
	Dropped     int64 // messages a subscriber missed because its queue was full
	Panics      int64 // connections that ended in a bug
}

type counters struct {
	received, refused, countedOnly, notKept, turnedAway, slow, panics atomic.Int64
}

// Stats reads the counters.
func (b *Broker) Stats() Stats {
	c, info := &b.hook.stats, b.server.Info
	return Stats{
		Connected:   atomic.LoadInt64(&info.ClientsConnected),
		Received:    c.received.Load(),
		Refused:     c.refused.Load(),
		CountedOnly: c.countedOnly.Load(),
		NotKept:     c.notKept.Load(),
		TurnedAway:  c.turnedAway.Load(),
		Slow:        c.slow.Load(),
		Dropped:     atomic.LoadInt64(&info.MessagesDropped) + atomic.LoadInt64(&info.InflightDropped),
		Panics:      c.panics.Load(),
	}
}
