package link

import "fmt"

// Verdict is what the cloud does with a batch.
type Verdict string

const (
	Skip       Verdict = "skip"       // there already, or of an epoch that was healed: apply nothing
	Apply      Verdict = "apply"      // insert Events, project them, advance to After, commit, acknowledge
	Gap        Verdict = "gap"        // something before it is missing: apply nothing, ask for a rewind
	Fork       Verdict = "fork"       // it continues another history: apply nothing, call for SYNC
	Quarantine Verdict = "quarantine" // of another device: keep it aside for a person
	Unreadable Verdict = "unreadable" // of a schema this cloud cannot read: apply nothing, call for SYNC, which agrees on one
	Corrupt    Verdict = "corrupt"    // its hashes do not fit its contents: apply nothing, ask for a rewind
)

// Decision says what to do with a batch, and why.
type Decision struct {
	Verdict Verdict
	Events  []Event // to insert and project, in order: the part of the batch that is new
	After   Mark    // where the row stands when the decision is carried out
	Reason  string
	Left    bool // in quarantine there is no room for it: whoever has it keeps it
	gen     string
	past    bool // of an epoch that is over
}

// Decide judges a batch against the edge's row, which the caller has locked in the transaction that will carry out the decision. Every
// batch is acknowledged to the hub after the commit, whatever the verdict, unless it is Left: what is missing is sent again by the edge, not by
// the hub.
// What DecodeBatch could not decode is Corrupt here.
func Decide(have LinkRow, b Batch) Decision { return Range{}.Decide(have, b) }

// Decide is Decide for a cloud that reads the versions in r.
func (r Range) Decide(have LinkRow, b Batch) Decision {
	d := Decision{After: Mark{Epoch: have.Epoch, Seq: have.Seq, Hash: have.Hash}, gen: b.Gen}
	if b.Schema > 0 && !r.Has(b.Schema) {
		return d.with(Unreadable, "batch %s is of schema %d, the cloud reads %v", b.MsgID(), b.Schema, r)
	}
	if err := b.check(); err != nil {
		return d.with(Corrupt, "%v", err)
	}
	if seq := broken(b); seq != 0 {
		return d.with(Corrupt, "event %d of batch %s does not fit its hash", seq, b.MsgID())
	}
	switch {
	case have.Device != "" && b.Device != have.Device:
		return d.with(Quarantine, "batch %s comes from device %q, enrolled is %q", b.MsgID(), b.Device, have.Device)
	case b.Epoch != have.Epoch && have.Device == "":
		return d.with(Quarantine, "batch %s is of epoch %d, the link is in %d", b.MsgID(), b.Epoch, have.Epoch)
	case b.Epoch < have.Epoch: // what the cloud lacks of it came, or comes, in the epoch that healed it
		d.past = true
		return d.with(Skip, "batch %s is of epoch %d, the link is in %d", b.MsgID(), b.Epoch, have.Epoch)
	case b.Epoch > have.Epoch: // the cloud went back to before the epoch was begun: SYNC heals it
		return d.with(Fork, "batch %s is of epoch %d, the link is in %d", b.MsgID(), b.Epoch, have.Epoch)
	}
	switch {
	case b.First > have.Seq+1:
		return d.with(Gap, "batch %s leaves a gap after %d", b.MsgID(), have.Seq)
	case b.Last < have.Seq:
		return d.with(Skip, "batch %s is behind %d", b.MsgID(), have.Seq)
	case b.hashAt(have.Seq) != have.Hash:
		return d.with(Fork, "batch %s continues another event %d", b.MsgID(), have.Seq)
	case b.Last == have.Seq:
		return d.with(Skip, "batch %s ends at %d", b.MsgID(), have.Seq)
	}
	d.Verdict, d.Events, d.After = Apply, b.Events[have.Seq+1-b.First:], b.After()
	return d
}

func (d Decision) with(v Verdict, format string, args ...any) Decision {
	d.Verdict, d.Reason = v, fmt.Sprintf(format, args...)
	return d
}

// Ack is the acknowledgement to send once the decision is committed, if any: none for an epoch that is over.
func (d Decision) Ack(inc string) (Ack, bool) {
	ok := d.Verdict == Apply || d.Verdict == Skip && !d.past
	return Ack{Inc: inc, Epoch: d.After.Epoch, Seq: d.After.Seq, Hash: d.After.Hash}, ok
}

// Control is what to tell the edge besides the acknowledgement, if anything.
func (d Decision) Control() (Control, bool) {
	switch d.Verdict {
	case Gap, Corrupt:
		return Control{Kind: Rewind, Epoch: d.After.Epoch, Seq: d.After.Seq + 1, Gen: d.gen, Reason: d.Reason}, true
	case Fork, Quarantine, Unreadable:
		return Control{Kind: CallSync, Gen: d.gen, Reason: d.Reason}, true
	case Skip:
		if d.past {
			return Control{Kind: CallSync, Epoch: d.After.Epoch, Gen: d.gen, Reason: d.Reason}, true
		}
	case Apply:
	}
	return Control{}, false
}

// broken is the seq of the first event whose hash does not continue the chain, or 0.
func broken(b Batch) uint64 {
	prev := b.Prev
	for _, e := range b.Events {
		if Chain(prev, e) != e.Hash {
			return e.Seq
		}
		prev = e.Hash
	}
	return 0
}

// hashAt is the chain's hash after seq, which lies between First-1 and Last.
func (b Batch) hashAt(seq uint64) Hash {
	if seq+1 == b.First {
		return b.Prev
	}
	return b.Events[seq-b.First].Hash
}
