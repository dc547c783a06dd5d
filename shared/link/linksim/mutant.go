package linksim

import "slices"

// Mutant is a plausible design that is wrong. The histories must show that each of them is.
type Mutant struct {
	deleteOnPubAck  bool // the hub's acknowledgement counts as the cloud's
	skipGaps        bool // the applier takes what comes
	noWatermark     bool // the applier relies on the hub's duplicate window
	noGeneration    bool // what is sent again has the name it had
	ackNoHash       bool // an acknowledgement counts for whatever event has the number
	ackNoInc        bool // an acknowledgement counts whichever database made it
	noRewind        bool // the edge believes its own watermark, not the cloud's
	forkBlind       bool // only numbers are compared
	commandTwice    bool // a repeated command is carried out again
	commandGap      bool // a command is carried out before the one before it
	cmdNoInc        bool // commands count whichever database numbered them
	screenFirst     bool // a screen shows what is not committed yet
	judgeAgain      bool // a command that is said anew is judged anew
	staleLane       bool // old states of the delivery lane are said anew too
	noReissue       bool // commands that nobody has answered are forgotten in a healing
	sameEpoch       bool // a healing does not raise the epoch
	namelessEpoch   bool // an epoch is its number
	allUnknown      bool // a healing renumbers everything, known or not
	noIDGuard       bool // the numbers alone say what is new
	reuseNumbers    bool // a restored database gives numbers of commands again
	salvageMoves    bool // what a fenced box says moves orders that another box has in its hands
	standingWhole   bool // the restaurant's word counts for the cloud's lane too
	staleStanding   bool // what was said of an order in an epoch that is over counts
	onlyNumbers     bool // commands follow one another by their numbers alone
	openOnly        bool // the snapshot names only orders that are open
	bothSell        bool // what is lent is sold at the counter too
	purseKeeps      bool // a share outlives its epoch
	purseTrusts     bool // a restored database sells from its share at once
	noFence         bool // batches of a device that was replaced are applied
	identityClaimed bool // who speaks is who it says it is
	forgetful       bool // a device that a restored database does not know is nobody's
	anyProof        bool // whoever was enrolled once is the restaurant's, also when another one was since
}

// Wrong is a design that must not survive.
type Wrong struct {
	Name   string
	Mutant Mutant
	From   uint64  // history at which the search begins: the rare ones take thousands
	Quiet  []Fault // troubles that only cover it up
}

// History is a history in which the design may show. What only troubles in combination can show is looked for in a single restaurant.
func (w Wrong) History(seed uint64, m Mutant) Options {
	o := Options{Seed: seed, Without: w.Quiet, Mutant: m}
	if w.Quiet != nil {
		o.Sites, o.Every = 1, true
	}
	return o
}

// Mutants are all wrong designs.
func Mutants() []Wrong {
	return []Wrong{
		{"a row is deleted on the hub's acknowledgement", Mutant{deleteOnPubAck: true}, 1, nil},
		{"the applier skips gaps", Mutant{skipGaps: true}, 1, nil},
		{"the hub's duplicate window instead of a watermark", Mutant{noWatermark: true, noIDGuard: true}, 1, nil},
		{"no generation in the name of a batch", Mutant{noGeneration: true}, 20, nil},
		{"acknowledgements without a hash", Mutant{ackNoHash: true}, 10, but(Delay, Card)},
		{"acknowledgements without an incarnation", Mutant{ackNoInc: true}, 890, but(Delay, Loss, Restore)},
		{"no rewind when the cloud went back", Mutant{noRewind: true}, 1, nil},
		{"no fork is noticed", Mutant{forkBlind: true}, 1, nil},
		{"a repeated command is carried out again", Mutant{commandTwice: true}, 1, nil},
		{"a command is carried out before its turn", Mutant{commandGap: true}, 1, nil},
		{"commands follow one another by their numbers alone", Mutant{onlyNumbers: true}, 110, but(Restore)},
		{"commands without an incarnation", Mutant{cmdNoInc: true}, 180, but(Delay, Loss, Restore)},
		{"screens show what is not committed", Mutant{screenFirst: true}, 1, nil},
		{"a command that is said anew is judged anew", Mutant{judgeAgain: true}, 210, but(EdgeCut, LostAcks, Restore)},
		{"old states of the delivery are said anew", Mutant{staleLane: true}, 780, but(BlackHole, Replace)},
		{"a healing forgets unanswered commands", Mutant{noReissue: true}, 1, nil},
		{"a healing keeps the epoch", Mutant{sameEpoch: true}, 1, nil},
		{"an epoch is its number", Mutant{namelessEpoch: true}, 1175, but(Clone, Restore)},
		{"a healing renumbers what is known, and only numbers are compared", Mutant{allUnknown: true, noIDGuard: true}, 1, nil},
		{"a restored database gives numbers of commands again", Mutant{reuseNumbers: true}, 100, nil},
		{"salvage without a guard, approved twice", Mutant{noIDGuard: true}, 1, nil},
		{"salvage moves orders that another box has", Mutant{salvageMoves: true}, 105, nil},
		{"the restaurant's word counts for the cloud's lane", Mutant{standingWhole: true}, 315, nil},
		{"a standing counts in any epoch", Mutant{staleStanding: true}, 75, but(Clone, Delay)},
		{"a snapshot of open orders only", Mutant{openOnly: true}, 1, but(Delay, Card)},
		{"the counter sells what is lent", Mutant{bothSell: true}, 1, nil},
		{"a share outlives its epoch", Mutant{purseKeeps: true}, 155, but(BlackHole, Reset, Restore)},
		{"a restored database sells at once", Mutant{purseTrusts: true}, 32, but(BlackHole, Reset, Restore)},
		{"batches of a replaced device are applied", Mutant{noFence: true}, 85, nil},
		{"identity is what a batch claims", Mutant{identityClaimed: true}, 1, nil},
		{"an enrolment that the database forgot is none", Mutant{forgetful: true}, 20, nil},
		{"any proof of an enrolment will do", Mutant{anyProof: true}, 130, nil},
	}
}

// but are all other faults than these.
func but(these ...Fault) []Fault {
	return slices.DeleteFunc(Faults(), func(f Fault) bool { return slices.Contains(these, f) })
}
