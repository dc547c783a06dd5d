package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	// MaxBatchEvents is the largest number of events in a batch, and of commands in a command batch.
	MaxBatchEvents = 64
	// MaxBatchBytes is the largest payload of a batch: 256 kB.
	MaxBatchBytes = 256 << 10
)

// Headers of a batch on the up subject. The edge's id is not among them: it comes from the subject, which the hub guards.
const (
	HeaderMsgID  = "Nats-Msg-Id"
	HeaderDevice = "Ap-Device"
	HeaderEpoch  = "Ap-Epoch"
	HeaderFirst  = "Ap-First"
	HeaderLast   = "Ap-Last"
	HeaderPrev   = "Ap-Prev"
	HeaderSchema = "Ap-Schema"
	HeaderTrace  = "traceparent"
)

// ErrCorrupt says that a message is not what its sender wrote, or never was a message of this package.
var ErrCorrupt = errors.New("corrupt link message")

// Batch is a run of events of one edge, without gaps, on its way to the cloud.
type Batch struct {
	Edge   string
	Device string // the hardware that sent it; a second guard beside the epoch
	Epoch  uint64
	First  uint64
	Last   uint64
	Prev   Hash   // hash before First
	Gen    string // send generation: another one whenever the same events are sent again
	Schema int
	Events []Event
}

// MsgID names this sending of these events for the hub's duplicate window: <edge>/<epoch>/<first>-<last>/<gen>. Without gen the hub
// would swallow what is sent again after a gap, and the link would stall.
func (b Batch) MsgID() string {
	return fmt.Sprintf("%s/%d/%d-%d/%s", b.Edge, b.Epoch, b.First, b.Last, b.Gen)
}

// After is the place in the sequence that is reached when the whole batch is applied.
func (b Batch) After() Mark {
	if len(b.Events) == 0 {
		return Mark{Epoch: b.Epoch, Seq: b.Last, Hash: b.Prev}
	}
	return Mark{Epoch: b.Epoch, Seq: b.Last, Hash: b.Events[len(b.Events)-1].Hash}
}

// Fit is how many of the leading events go into one batch: at most MaxBatchEvents and MaxBatchBytes, at least one if there is one.
func Fit(events []Event) int {
	size := len(`{"events":[]}`)
	for i, e := range events {
		size += len(e.Body) + 6*(len(e.ID)+len(e.Order)+len(e.Kind)+len(e.Trace)) + 256 // 6: an escaped byte; 256: names, seq, at, hash
		if i == MaxBatchEvents || i > 0 && size > MaxBatchBytes {
			return i
		}
	}
	return len(events)
}

type batchPayload struct {
	Events []Event `json:"events"`
}

// EncodeBatch writes payload and headers of a batch. It reports ErrCorrupt when the batch could not be decoded again.
func EncodeBatch(b Batch) (payload []byte, header map[string]string, err error) {
	if err := b.check(); err != nil {
		return nil, nil, err
	}
	payload, err = json.Marshal(batchPayload{b.Events})
	if err != nil {
		return nil, nil, fmt.Errorf("encode batch %s: %w", b.MsgID(), err)
	}
	if len(payload) > MaxBatchBytes {
		return nil, nil, fmt.Errorf("%w: batch %s has %d bytes", ErrCorrupt, b.MsgID(), len(payload))
	}
	header = map[string]string{
		HeaderMsgID:  b.MsgID(),
		HeaderDevice: b.Device,
		HeaderEpoch:  strconv.FormatUint(b.Epoch, 10),
		HeaderFirst:  strconv.FormatUint(b.First, 10),
		HeaderLast:   strconv.FormatUint(b.Last, 10),
		HeaderPrev:   b.Prev.String(),
		HeaderSchema: strconv.Itoa(b.Schema),
	}
	for _, e := range b.Events {
		if e.Trace != "" {
			header[HeaderTrace] = e.Trace
			break
		}
	}
	return payload, header, nil
}

// DecodeBatch reads a batch of the edge that the subject names. It reports ErrCorrupt when shape, sizes or numbers do not fit; hashes
// are judged by Decide. Of a batch of a schema to come only the headers are read: Decide finds it Unreadable.
func DecodeBatch(edge string, payload []byte, header map[string]string) (Batch, error) {
	b := Batch{Edge: edge, Device: header[HeaderDevice], Gen: genOf(header[HeaderMsgID])}
	if len(payload) > MaxBatchBytes {
		return b, fmt.Errorf("%w: %d bytes in a batch of %s", ErrCorrupt, len(payload), edge)
	}
	var errs [5]error
	b.Epoch, errs[0] = strconv.ParseUint(header[HeaderEpoch], 10, 64)
	b.First, errs[1] = strconv.ParseUint(header[HeaderFirst], 10, 64)
	b.Last, errs[2] = strconv.ParseUint(header[HeaderLast], 10, 64)
	b.Prev, errs[3] = ParseHash(header[HeaderPrev])
	b.Schema, errs[4] = strconv.Atoi(header[HeaderSchema])
	if err := errors.Join(errs[:]...); err != nil {
		b.Schema = 0 // nobody knows whose headers these are
		return b, fmt.Errorf("%w: headers of a batch of %s: %w", ErrCorrupt, edge, err)
	}
	if b.Schema > Schema {
		return b, nil
	}
	var p batchPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return b, fmt.Errorf("%w: batch of %s: %w", ErrCorrupt, edge, err)
	}
	b.Events = p.Events
	return b, b.check()
}

func genOf(msgID string) string { return msgID[strings.LastIndexByte(msgID, '/')+1:] }

// check is the shape of a batch: a valid edge and epoch, 1 to MaxBatchEvents events with gapless numbers, as the headers say.
func (b Batch) check() error {
	n := uint64(len(b.Events))
	switch {
	case !ValidEdge(b.Edge):
		return fmt.Errorf("%w: %q is not an edge", ErrCorrupt, b.Edge)
	case b.Epoch < FirstEpoch || b.First < 1 || b.Last < b.First || b.Schema < 1:
		return fmt.Errorf("%w: batch %s counts from nothing", ErrCorrupt, b.MsgID())
	case n > MaxBatchEvents || b.Last-b.First != n-1:
		return fmt.Errorf("%w: batch %s holds %d events", ErrCorrupt, b.MsgID(), n)
	}
	for i, e := range b.Events {
		if e.Seq != b.First+uint64(i) || !named(e.ID) || !named(e.Kind) || len(e.Order) > maxName || e.Order != clean(e.Order) ||
			len(e.Trace) > maxTrace || e.Trace != clean(e.Trace) || len(e.Body) == 0 {
			return fmt.Errorf("%w: event %d of batch %s", ErrCorrupt, i, b.MsgID())
		}
	}
	return nil
}
