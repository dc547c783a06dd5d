package link

import "fmt"

const (
	// Schema is the newest version of the messages that this package writes and reads, SchemaMin the oldest. A version is added whenever an
	// older side could misread a message; what it merely ignores needs none.
	//
	//	1: batches, SYNC with resume, acknowledgements, commands
	//	2: healing, snapshots, digests; SYNC agrees on a version
	Schema    = 2
	SchemaMin = 1
)

// Range is the versions of the messages that a side reads and writes. Its zero value stands for SchemaMin to Schema.
type Range struct{ Min, Max int }

func (r Range) orOurs() Range {
	if r == (Range{}) {
		return Range{SchemaMin, Schema}
	}
	return r
}

// Has reports whether a version is in r.
func (r Range) Has(schema int) bool {
	r = r.orOurs()
	return r.Min <= schema && schema <= r.Max
}

// Meet is the newest version that both sides know; false when there is none.
func (r Range) Meet(o Range) (int, bool) {
	r, o = r.orOurs(), o.orOurs()
	newest := min(r.Max, o.Max)
	return newest, newest >= max(r.Min, o.Min)
}

func (r Range) String() string {
	r = r.orOurs()
	if r.Min == r.Max {
		return fmt.Sprintf("schema %d", r.Max)
	}
	return fmt.Sprintf("schemas %d to %d", r.Min, r.Max)
}

// schemas is the range that an edge can write. One that names no least version knows only one.
func (r SyncRequest) schemas() Range {
	if r.SchemaMin == 0 {
		return Range{r.Schema, r.Schema}
	}
	return Range{r.SchemaMin, r.Schema}
}

// written is the version a reply asks the edge to write. Clouds that knew only the first do not say.
func (r SyncReply) written() int { return max(r.Schema, 1) }
