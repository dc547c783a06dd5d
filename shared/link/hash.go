package link

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// Hash is a place in the chain of an epoch's events (SHA-256): two sides with the same hash at the same seq hold the same events up to
// there. The zero Hash is the start of an epoch. As text and JSON it is 64 hexadecimal digits.
type Hash [32]byte

// ParseHash reads 64 hexadecimal digits.
func ParseHash(s string) (Hash, error) {
	var h Hash
	return h, h.UnmarshalText([]byte(s))
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes 64 hexadecimal digits.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hexadecimal digits.
func (h *Hash) UnmarshalText(text []byte) error {
	var fresh Hash
	if len(text) != hex.EncodedLen(len(fresh)) {
		return fmt.Errorf("a hash has 64 hexadecimal digits, not %d", len(text))
	}
	if _, err := hex.Decode(fresh[:], text); err != nil {
		return fmt.Errorf("read hash: %w", err)
	}
	*h = fresh
	return nil
}

// Mark is a place in one edge's sequence: the event with this seq in this epoch, and the chain's hash after it.
type Mark struct {
	Epoch uint64 `json:"epoch"`
	Seq   uint64 `json:"seq"`
	Hash  Hash   `json:"hash"`
}

// Chain is the hash after e when prev was the hash before it. It covers id, order, kind, at (Unix milliseconds) and body, each with its
// length in front, so that no byte can move from one field to the next. Seq is covered by the place in the chain; Trace is not covered.
func Chain(prev Hash, e Event) Hash {
	buf := make([]byte, 0, 256+len(e.Body))
	buf = field(buf, prev[:])
	buf = field(buf, []byte(e.ID))
	buf = field(buf, []byte(e.Order))
	buf = field(buf, []byte(e.Kind))
	buf = field(buf, binary.BigEndian.AppendUint64(nil, uint64(e.At.UnixMilli())))
	buf = field(buf, e.Body)
	return sha256.Sum256(buf)
}

func field(buf, value []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, uint64(len(value)))
	return append(buf, value...)
}
