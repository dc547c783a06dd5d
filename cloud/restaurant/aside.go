package restaurant

import "time"

// Aside is what a device sent that is not its restaurant's node, of one epoch: kept for a person to look at.
type Aside struct {
	Device   string
	Epoch    uint64
	Reason   string // of the newest
	Received time.Time
	Events   int
	First    uint64 // seq of the first and last of them; there may be gaps
	Last     uint64
	Kinds    map[string]int
	Orders   []string // that they are about, sorted
}

// Gone is a device that is not its restaurant's node, and has sent something.
type Gone struct {
	Device  string
	AllHere *time.Time // since when all that it has is here, by its own word; nil: more is coming, or it does not say
	Waiting []string   // open orders that are brought to the restaurant's node once all is here and judged
}

// Outcome is what became of events that a person has approved.
type Outcome struct {
	Projected     int // had their effect
	Repeated      int // were known already
	Unprojectable int // are kept without effect: they contradict what is known, or another device has spoken since
	Brought       int // orders that go to the restaurant's node now, for they are open
	Waiting       int // open orders that do not yet: the device has not said that this was all
}
