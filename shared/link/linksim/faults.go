package linksim

// Fault is a kind of trouble.
type Fault string

// The troubles. The first group happens to every message of a restless line; the others are steps of a history.
const (
	Loss   Fault = "loss"   // a message does not arrive
	Repeat Fault = "repeat" // it arrives twice
	Delay  Fault = "delay"  // it takes seconds, and others overtake it
	Flip   Fault = "flip"   // a bit of a stored batch flips
	Torn   Fault = "torn"   // a batch is stored in half

	Reset     Fault = "reset"      // the line is cut, and both ends know
	BlackHole Fault = "black-hole" // the line is cut, and nobody knows
	OneWay    Fault = "one-way"    // only one direction is cut
	Slow      Fault = "slow"       // a box takes long for everything
	LostAcks  Fault = "lost-acks"  // the hub's acknowledgements, or the cloud's to the hub, are lost for a while

	DiskFull Fault = "disk-full" // a box's disk is full for a while: taps go on, new orders and a new epoch do not
	EdgeCut  Fault = "edge-cut"  // power cut of a box, at any instant or around its next commit
	CloudCut Fault = "cloud-cut" // a core dies, at any instant or around its next commit
	HubLoss  Fault = "hub-loss"  // the hub loses the end of a stream that it had acknowledged
	HubWipe  Fault = "hub-wipe"  // the hub loses everything, its memory of repetitions too
	HubFull  Fault = "hub-full"  // the hub refuses batches for a while

	Card    Fault = "card"    // an older image of a card is put back
	Clone   Fault = "clone"   // two boxes run from copies of one card
	Restore Fault = "restore" // the cloud's database is restored to an older point
	Clock   Fault = "clock"   // a box's wall clock jumps by years
	Replace Fault = "replace" // a box is replaced by an empty one; the old one may wake up
	Skew    Fault = "skew"    // a side starts in another version
	Prune   Fault = "prune"   // a box deletes acknowledged rows
	Rogue   Fault = "rogue"   // a box speaks in another's name
)

// Faults are all kinds of trouble.
func Faults() []Fault {
	return []Fault{
		Loss, Repeat, Delay, Flip, Torn, Reset, BlackHole, OneWay, Slow, LostAcks, DiskFull, EdgeCut, CloudCut, HubLoss, HubWipe, HubFull,
		Card, Clone, Restore, Clock, Replace, Skew, Prune, Rogue,
	}
}
