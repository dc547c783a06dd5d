package link

import (
	"slices"
	"strings"
	"time"

	"awesome.pizza/shared/order"
)

// DigestMost is the largest number of orders in the digest of a SYNC.
const DigestMost = 256

// OpenOrder is where the kitchen lane of an open order stands at the edge. Displays in the cloud may show it while the events that led
// there are still on their way; nothing is decided by it.
type OpenOrder struct {
	Order  order.ID      `json:"order"`
	State  order.Kitchen `json:"state"`
	Number int           `json:"number,omitempty"` // of the business day
	Since  time.Time     `json:"since"`            // the edge's wall clock
}

// Digest is what of the open orders goes into a SYNC: those that moved last, for of the others the cloud has heard long ago. An edge
// sends one while the cloud has not acknowledged everything; otherwise the cloud knows.
func Digest(open []OpenOrder) []OpenOrder {
	open = slices.Clone(open)
	slices.SortFunc(open, func(a, b OpenOrder) int {
		if by := b.Since.Compare(a.Since); by != 0 {
			return by
		}
		return strings.Compare(string(a.Order), string(b.Order))
	})
	return open[:min(len(open), DigestMost)]
}
