package link

// SalvagePage is the largest number of ids in a question of a fenced device: 20 kB, which a line of 2G carries in ten seconds.
const SalvagePage = 512

// SalvageReply answers a fenced device that names events it has.
type SalvageReply struct {
	Inc   string `json:"inc"`   // for which incarnation that holds
	Known []byte `json:"known"` // bit i (lowest first) is set when the cloud has the i-th: stored, put aside from this device, or thrown away
}

// Knows reports whether the cloud has the i-th id of the question.
func (r SalvageReply) Knows(i int) bool { return bit(r.Known, i) }

// Salvage is how far a fenced device has come with handing over what the cloud lacks of its outbox, in all epochs, acknowledged or not: a
// database that was restored since lacks what it once acknowledged. The device names a page of its events, and hands over those that the
// cloud does not know, in order, a batch at a time. What was handed over twice does no harm: a person's approval counts every event
// once, by its id.
type Salvage struct {
	inc     string // incarnation that has all up to through
	through Ref
	last    Ref   // of the page that was asked about
	lacks   []Ref // of that page, and not handed over yet
}

// SalvageFrom goes on with a cloud whose incarnation inc has all events up to through; zero values begin with the first.
func SalvageFrom(inc string, through Ref) *Salvage { return &Salvage{inc: inc, through: through} }

// Through is the incarnation of the cloud that answered last, and the event up to which it has all. The next question is about what follows.
func (s *Salvage) Through() (inc string, last Ref) { return s.inc, s.through }

// Heard takes the answer to the question about refs, which follow Through: known says of each whether the cloud has it. It reports false
// when the database has become another one: what was said before does not hold, and Through is before the first event again.
func (s *Salvage) Heard(inc string, refs []Ref, known func(i int) bool) bool {
	if inc != s.inc && s.through != (Ref{}) {
		*s = Salvage{inc: inc}
		return false
	}
	*s = Salvage{inc: inc, through: s.through, last: s.through}
	for i, r := range refs {
		if s.last = r; !known(i) {
			s.lacks = append(s.lacks, r)
		}
	}
	s.Stored(0)
	return true
}

// Next is the next run to load and hand over: n events of one epoch without a gap, at most MaxBatchEvents, of which as many go as Fit.
// It is false when nothing is left of the page.
func (s *Salvage) Next() (from Place, n int, ok bool) {
	for n < min(len(s.lacks), MaxBatchEvents) && s.lacks[n].Place == (Place{s.lacks[0].Epoch, s.lacks[0].Seq + uint64(n)}) {
		n++
	}
	if n == 0 {
		return Place{}, 0, false
	}
	return s.lacks[0].Place, n, true
}

// Stored says that the cloud has put the first n events of Next aside.
func (s *Salvage) Stored(n int) {
	if n > 0 {
		s.through = s.lacks[n-1]
	}
	if s.lacks = s.lacks[n:]; len(s.lacks) == 0 {
		s.through = s.last
	}
}
