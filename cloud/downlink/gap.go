package downlink

import (
	"cmp"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

// A restaurant's batches may overtake each other on their way: its node offers several at once, and when turns change, one may be with the
// core that had the turn before. So one that leaves a gap is kept here, and tried again with what comes after it. Given back to the hub it
// would come again behind others, which then leave gaps themselves.
const (
	patience = 200 * time.Millisecond // for what is missing; then the edge is asked to rewind
	gapAgain = 20 * time.Millisecond  // when nothing comes meanwhile
)

// taken is a batch that the hub has given to this core.
type taken struct {
	m        jetstream.Msg
	batch    link.Batch
	at       time.Time
	decision link.Decision
}

// inOrder sorts batches as they follow each other in their restaurants.
func inOrder(all []taken) {
	slices.SortStableFunc(all, func(a, b taken) int {
		return cmp.Or(cmp.Compare(a.batch.Edge, b.batch.Edge), cmp.Compare(a.batch.Epoch, b.batch.Epoch), cmp.Compare(a.batch.First, b.batch.First))
	})
}

// settle parts batches that were judged into those that are done with and those to keep: what is behind a gap, until one of the restaurant's
// has been kept for patience.
func settle(all []taken, now time.Time) (done, keep []taken) {
	over := map[string]bool{}
	for _, b := range all {
		if b.decision.Verdict == link.Gap && now.Sub(b.at) >= patience {
			over[b.batch.Edge] = true
		}
	}
	for _, b := range all {
		if b.decision.Verdict == link.Gap && !over[b.batch.Edge] {
			keep = append(keep, b)
		} else {
			done = append(done, b)
		}
	}
	return done, keep
}
