package staff

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"
)

// Record is a line of the audit log: who did what to what, where, when and why. Nobody signed in is an empty Who.
type Record struct {
	N       int64 // gapless from 1, given when it is written
	At      time.Time
	Day     string // business day
	Who     string
	Screen  string
	Action  Action
	Subject string // an order, a person, a product
	Manager string // whose word it took
	Reason  string
	Detail  string
	Hash    [sha256.Size]byte // over this line and the hash of the one before
}

// Bounds of the log.
const (
	AuditKept  = 400 * 24 * time.Hour
	AuditBytes = 300 // of each text in it
)

// Chain is the hash of a line that follows one with a hash.
func (r Record) Chain(before [sha256.Size]byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write(before[:])
	number := func(n int64) { h.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	number(r.N)
	number(r.At.UnixMilli())
	for _, text := range []string{r.Day, r.Who, r.Screen, string(r.Action), r.Subject, r.Manager, r.Reason, r.Detail} {
		number(int64(len(text)))
		h.Write([]byte(text))
	}
	h.Sum(sum[:0])
	return sum
}

// Clipped is the line with texts of a bounded length.
func (r Record) Clipped() Record {
	for _, text := range []*string{&r.Who, &r.Screen, &r.Subject, &r.Manager, &r.Reason, &r.Detail} {
		if len(*text) > AuditBytes {
			*text = strings.ToValidUTF8((*text)[:AuditBytes], "")
		}
	}
	return r
}

// Intact reports whether lines follow each other as they were written. before is the hash of the one before the first; nil when that is gone.
func Intact(before *[sha256.Size]byte, lines []Record) bool {
	for n, r := range lines {
		if n > 0 && r.N != lines[n-1].N+1 {
			return false
		}
		if before != nil && r.Chain(*before) != r.Hash {
			return false
		}
		before = &lines[n].Hash
	}
	return true
}
