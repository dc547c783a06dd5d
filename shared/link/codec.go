package link

import (
	"encoding/json"
	"fmt"
)

// Message is what travels as one JSON document: everything but a Batch, which has headers too.
type Message interface {
	SyncRequest | SyncReply | Ack | Control | CommandBatch | Heartbeat | HealRequest | HealReply | SnapshotRequest | SnapshotReply | Snapshot |
		Proof | DeskRequest | DeskReply
	check() error
}

// limit is the largest encoding of a message.
func limit[M Message]() int {
	var m M
	switch any(m).(type) {
	case HealRequest, HealReply, SnapshotReply:
		return MaxPageBytes
	case Snapshot, DeskReply:
		return MaxDocBytes
	}
	return MaxBatchBytes
}

// Encode writes a message. It reports ErrCorrupt when it could not be decoded again.
func Encode[M Message](m M) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", m, err)
	}
	if len(data) > limit[M]() {
		return nil, fmt.Errorf("%w: %d bytes in a %T", ErrCorrupt, len(data), m)
	}
	return data, nil
}

// Decode reads a message. It reports ErrCorrupt when data is not one.
func Decode[M Message](data []byte) (M, error) {
	var m M
	if len(data) > limit[M]() {
		return m, fmt.Errorf("%w: %d bytes in a %T", ErrCorrupt, len(data), m)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		var none M
		return none, fmt.Errorf("%w: %T: %w", ErrCorrupt, m, err)
	}
	return m, m.check()
}

func (r SyncRequest) check() error {
	if r.Epoch < FirstEpoch || r.Acked > r.Last || r.Schema < 1 || r.SchemaMin < 0 || r.SchemaMin > r.Schema ||
		!named(r.Device) || !named(r.Boot) || r.CmdID != clean(r.CmdID) || len(r.Digest) > DigestMost || !r.Proof.fits() {
		return fmt.Errorf("%w: a SYNC request of device %q in epoch %d", ErrCorrupt, r.Device, r.Epoch)
	}
	return nil
}

func (r SyncReply) check() error {
	if r.Kind == "" || r.Inc == "" || r.MaxRate < 0 || r.Schema < 0 || r.Seq == 0 && r.Hash != (Hash{}) {
		return fmt.Errorf("%w: a SYNC reply of kind %q", ErrCorrupt, r.Kind)
	}
	return nil
}

func (a Ack) check() error {
	if a.Inc == "" || a.Epoch < FirstEpoch {
		return fmt.Errorf("%w: an ack of incarnation %q, epoch %d", ErrCorrupt, a.Inc, a.Epoch)
	}
	return nil
}

func (c Control) check() error {
	if c.Kind == "" || c.Kind == Rewind && c.Seq == 0 {
		return fmt.Errorf("%w: a control of kind %q to %d", ErrCorrupt, c.Kind, c.Seq)
	}
	return nil
}

func (h Heartbeat) check() error {
	if h.Epoch < FirstEpoch || h.Acked > h.Last || !named(h.Boot) {
		return fmt.Errorf("%w: a heartbeat of boot %q", ErrCorrupt, h.Boot)
	}
	return nil
}
