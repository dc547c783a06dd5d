package link

// Salvage is how far a fenced device has come with handing over what the cloud never acknowledged: the tail of its outbox, in order, a batch
// at a time. What was handed over twice does no harm: a person's approval counts every event once, by its id.
type Salvage struct {
	tip   Mark
	saved uint64 // the last event that was handed over
}

// SalvageOf begins with the tail of an outbox that ends at tip and was acknowledged up to acked. The kitchen cooks on: Grown tells of what
// comes after.
func SalvageOf(tip, acked Mark) *Salvage {
	s := &Salvage{tip: tip}
	if acked.Epoch == tip.Epoch {
		s.saved = acked.Seq
	}
	return s
}

// Next is the next run of events to load and hand over, at most MaxBatchEvents, of which as many go as Fit; false when nothing is left.
func (s *Salvage) Next() (first, last uint64, ok bool) {
	return s.saved + 1, min(s.tip.Seq, s.saved+MaxBatchEvents), s.saved < s.tip.Seq
}

// Stored says that the cloud has put aside all events up to last.
func (s *Salvage) Stored(last uint64) { s.saved = max(s.saved, min(last, s.tip.Seq)) }

// Grown says that the outbox now ends at tip.
func (s *Salvage) Grown(tip Mark) {
	if tip.Epoch == s.tip.Epoch && tip.Seq > s.tip.Seq {
		s.tip = tip
	}
}

// Left is how many events have not been handed over.
func (s *Salvage) Left() uint64 { return s.tip.Seq - s.saved }
