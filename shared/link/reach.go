package link

import "fmt"

// How far the numbers of an honest node can be ahead of the cloud's. Whoever holds a restaurant's key can name any number, and a number that
// was taken over from it never falls again: one at the end of counting would be the last, and the restaurant could never heal any more.
const (
	// EpochReach is 4 recoveries of a damaged database (each begins 1<<16 epochs later: edge/store) of which the cloud heard nothing.
	EpochReach = 4 << 16
	// EventReach and CommandReach are more than a year of a large restaurant, all of it lost by the cloud.
	EventReach   = 1 << 24
	CommandReach = 1 << 24
)

// OutOfReach says which number a node has that is further ahead of the cloud's than an honest node's can be; empty when none is. head is
// the edge's highest committed command.
func OutOfReach(row LinkRow, head, epoch, cmdSeq uint64) string {
	switch {
	case ahead(epoch, row.Epoch) > EpochReach:
		return fmt.Sprintf("the node names epoch %d, the cloud is in %d: no node can be that far ahead", epoch, row.Epoch)
	case ahead(cmdSeq, head) > CommandReach:
		return fmt.Sprintf("the node has obeyed command %d, the cloud knows %d: no node can be that far ahead", cmdSeq, head)
	}
	return ""
}

// outOfReach is OutOfReach for all that a SYNC names.
func (r SyncRequest) outOfReach(row LinkRow, head uint64) string {
	if r.Epoch == row.Epoch && ahead(r.Acked, row.Seq) > EventReach {
		return fmt.Sprintf("the node holds event %d acknowledged, the cloud ends at %d: no node can be that far ahead", r.Acked, row.Seq)
	}
	return OutOfReach(row, head, r.Epoch, r.CmdSeq)
}

// ahead is by how much a number is larger than another.
func ahead(said, have uint64) uint64 { return said - min(said, have) }
