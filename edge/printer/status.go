package printer

// Condition is how a printer is, in one word.
type Condition string

// The conditions. Ready is the only one in which something is sent.
const (
	Ready     Condition = "ready"
	Starting  Condition = "starting" // not reached yet since the node started
	Offline   Condition = "offline"  // cannot be reached, or does not answer
	PaperOut  Condition = "paper_out"
	CoverOpen Condition = "cover_open"
	Fault     Condition = "fault" // its knife, or worse
)

// status is what a printer says of itself.
type status struct {
	condition Condition
	low       bool // the paper ends soon
}

// statusOf reads the answers to the four real-time questions.
func statusOf(printer, cause, fault, paper byte) status {
	s := status{condition: Ready, low: paper&0x0c != 0}
	switch {
	case cause&0x04 != 0:
		s.condition = CoverOpen
	case paper&0x60 != 0 || cause&0x20 != 0:
		s.condition = PaperOut
	case cause&0x40 != 0 || fault&0x68 != 0:
		s.condition = Fault
	case printer&0x08 != 0: // offline, and does not say why: somebody is feeding paper by hand
		s.condition = Fault
	}
	return s
}
