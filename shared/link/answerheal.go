package link

import (
	"encoding/json"
	"fmt"
	"time"

	"awesome.pizza/shared/event"
)

const (
	// MaxPageBytes is the largest message of a healing: with its subject and headers it fits a hub's limit of 1 MiB.
	MaxPageBytes = 768 << 10
	// MaxDocBytes is the largest Doc of a SnapshotReply; in base64 it fits MaxPageBytes.
	MaxDocBytes = 512 << 10
	// MaxEpoch is the largest epoch, MaxCommand the largest number of a command: beyond them somebody is counting nonsense. In steps of
	// EpochReach nobody gets there.
	MaxEpoch   = 1 << 53
	MaxCommand = 1 << 53
)

// Page completes r with what the outbox holds after Todo.HealAfter: as many of refs as fit. The last page, when neither refs nor the
// outbox hold more, asks for the new epoch. It also returns the refs that went in: give them to Healed.
func (r HealRequest) Page(refs []Ref, more bool) (HealRequest, []Ref) {
	size := 1024 // everything but the ids
	for i, ref := range refs {
		size += 6*len(ref.ID) + 3 // 6: an escaped byte
		if i == HealPage || i > 0 && size > MaxPageBytes {
			refs, more = refs[:i], true
			break
		}
		r.IDs = append(r.IDs, ref.ID)
	}
	r.Renew = !more
	return r, refs
}

// AnswerHeal answers a page of a healing from the committed row and which of its ids the cloud has stored for this edge, in any epoch. One that
// is OutOfReach is Refused instead.
// With Renew, the caller goes on with Renewed in the transaction that holds the row, and HealReply.Renew.
func AnswerHeal(row LinkRow, req HealRequest, known []bool, inc string, now time.Time) HealReply {
	r := HealReply{N: req.N, Kind: Forked, Inc: inc, Time: now.UTC().Truncate(time.Millisecond)}
	if row.Device != "" && req.Device != row.Device {
		return r.Refused(Fenced, anotherDevice)
	}
	if len(known) > 0 {
		r.Known = Bits(known)
	}
	return r
}

// Refused is the answer instead of r: nothing is said of the events, and nothing is begun.
func (r HealReply) Refused(kind SyncKind, reason string) HealReply {
	return HealReply{N: r.N, Kind: kind, Inc: r.Inc, Time: r.Time, Reason: reason}
}

// Knows reports whether the cloud has the i-th id of the request.
func (r HealReply) Knows(i int) bool { return bit(r.Known, i) }

// Bits has one bit for each answer, lowest first.
func Bits(answers []bool) []byte {
	bits := make([]byte, (len(answers)+7)/8)
	for i, yes := range answers {
		if yes {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return bits
}

func bit(bits []byte, i int) bool { return i/8 < len(bits) && bits[i/8]&(1<<(i%8)) != 0 }

// Renewed is what becomes of a row when a healing ends, and the highest number that counts as taken among the edge's commands: head is
// the highest the cloud has committed, but an edge may have obeyed more of a cloud that was restored since. Commands that nobody has
// answered are committed again behind that number, under new ids.
func Renewed(row LinkRow, req HealRequest, head uint64) (LinkRow, uint64) {
	row.Epoch, row.Seq, row.Hash = max(row.Epoch, req.Epoch)+1, 0, Hash{}
	return row, max(head, req.CmdSeq)
}

// Renew tells the edge of the row that Renewed has made, once it is committed: it obeys the commands after the one with this number
// and id.
func (r HealReply) Renew(row LinkRow, commands uint64, commandID string) HealReply {
	r.Epoch, r.Commands, r.CommandID = row.Epoch, commands, commandID
	return r
}

// FitStandings is how many of the leading orders go into one page of a snapshot: as many as fit MaxDocBytes, at least one if there is
// one.
func FitStandings(orders []event.OrderStanding) (int, error) {
	size := 8 << 10 // everything but the orders
	for i, o := range orders {
		raw, err := json.Marshal(o)
		if err != nil {
			return 0, fmt.Errorf("encode order %s: %w", o.Order.ID, err)
		}
		size += len(raw) + 1
		if i > 0 && size > MaxDocBytes {
			return i, nil
		}
	}
	return len(orders), nil
}

func (r HealRequest) check() error {
	if r.Epoch < FirstEpoch || r.Epoch > MaxEpoch || r.CmdSeq > MaxCommand || !named(r.Device) || !named(r.Boot) || len(r.IDs) > HealPage {
		return fmt.Errorf("%w: a question of %d ids by device %q in epoch %d", ErrCorrupt, len(r.IDs), r.Device, r.Epoch)
	}
	if !r.Renew && len(r.IDs) == 0 {
		return fmt.Errorf("%w: a question about nothing by device %q", ErrCorrupt, r.Device)
	}
	for i, id := range r.IDs {
		if !named(id) {
			return fmt.Errorf("%w: id %d of a question by device %q", ErrCorrupt, i, r.Device)
		}
	}
	return nil
}

func (r HealReply) check() error {
	if r.Kind == "" || r.Inc == "" || len(r.Known) > HealPage/8 || r.Commands > MaxCommand || r.CommandID != clean(r.CommandID) {
		return fmt.Errorf("%w: an answer of kind %q to a healing", ErrCorrupt, r.Kind)
	}
	return nil
}

func (r SnapshotRequest) check() error {
	if !named(r.Device) || r.Most < 0 || r.After != "" && !named(r.After) {
		return fmt.Errorf("%w: device %q asks for a snapshot after %q", ErrCorrupt, r.Device, r.After)
	}
	return nil
}

func (s Snapshot) check() error {
	if !ValidEdge(s.Restaurant) || !named(s.Device) || s.Epoch < FirstEpoch || s.Inc == "" || s.More && len(s.Orders) == 0 {
		return fmt.Errorf("%w: a snapshot of %q for device %q in epoch %d", ErrCorrupt, s.Restaurant, s.Device, s.Epoch)
	}
	last := ""
	for i, o := range s.Orders {
		if id := string(o.Order.ID); !named(id) || id <= last {
			return fmt.Errorf("%w: order %d of a snapshot of %s", ErrCorrupt, i, s.Restaurant)
		}
		last = string(o.Order.ID)
	}
	return nil
}

func (r SnapshotReply) check() error {
	if r.Fail == "" && (len(r.Doc) == 0 || len(r.Sig) == 0) || len(r.Doc) > MaxDocBytes || len(r.Sig) > maxName {
		return fmt.Errorf("%w: a snapshot of %d bytes, signed with %d", ErrCorrupt, len(r.Doc), len(r.Sig))
	}
	return nil
}
