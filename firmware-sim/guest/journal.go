package guest

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// What stands in a journal.
const (
	Wished    = "wished"    // about to be posted, with its key
	Placed    = "placed"    // acknowledged: the chain must not lose it
	Refused   = "refused"   // the chain said no
	Stepped   = "stepped"   // the guest's page saw a new status
	Ended     = "ended"     // the guest's page saw the last status
	Complaint = "complaint" // something that cannot be
)

// Entry is one line of a journal. Fields that do not belong to its kind are left out.
type Entry struct {
	At         string           `json:"at"`
	Kind       string           `json:"kind"`
	Key        string           `json:"key,omitempty"` // Idempotency-Key
	Restaurant string           `json:"restaurant,omitempty"`
	Order      string           `json:"order,omitempty"`
	Token      string           `json:"token,omitempty"`
	Fulfilment order.Fulfilment `json:"fulfilment,omitempty"`
	Status     order.StatusName `json:"status,omitempty"`
	Version    int              `json:"version,omitempty"`
	Total      *money.Amount    `json:"total,omitempty"`
	HTTP       int              `json:"http,omitempty"`
	Code       string           `json:"code,omitempty"`
	Detail     string           `json:"detail,omitempty"`
}

// Journal keeps what was acknowledged, one JSON object per line, for whoever wants to check the chain later. An entry is written before
// the guest goes on. It is safe for concurrent use; a nil journal keeps nothing.
type Journal struct {
	mu  sync.Mutex
	out io.Writer
	err error
}

// NewJournal writes to out.
func NewJournal(out io.Writer) *Journal { return &Journal{out: out} }

// Write adds an entry at an instant.
func (j *Journal) Write(now time.Time, e Entry) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	e.At = clock.Format(now)
	line, err := json.Marshal(e)
	if err == nil {
		_, err = j.out.Write(append(line, '\n'))
	}
	if err != nil && j.err == nil {
		j.err = fmt.Errorf("write journal: %w", err)
	}
}

// Err is the first entry's failure, if any: such a journal cannot be trusted.
func (j *Journal) Err() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}
