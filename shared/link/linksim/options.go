package linksim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options choose a history.
type Options struct {
	Seed    uint64
	Steps   int     // how many of its steps are lived; 0: all
	Only    []int   // lived are only these steps; nil: all
	Without []Fault // these troubles do not happen
	Sites   int     // restaurants; 0: as the seed says, one to five
	Every   bool    // every kind of trouble that is not left out belongs to the history, not only those that the seed chooses
	Mutant  Mutant  // the design that is tried; its zero value is the right one
}

// Replay is what to type to live exactly this history again.
func (o Options) Replay() string {
	s := fmt.Sprintf("go test ./shared/link/linksim -run TestOneHistory -v -linksim.seed=%d", o.Seed)
	if o.Steps > 0 {
		s += fmt.Sprintf(" -linksim.steps=%d", o.Steps)
	}
	if o.Only != nil {
		s += " -linksim.only=" + Steps(o.Only)
	}
	if len(o.Without) > 0 {
		names := make([]string, len(o.Without))
		for i, f := range o.Without {
			names[i] = string(f)
		}
		s += " -linksim.without=" + strings.Join(names, ",")
	}
	return s
}

// Steps writes numbers of steps with commas; none is "-".
func Steps(only []int) string {
	if len(only) == 0 {
		return "-"
	}
	text := make([]string, len(only))
	for i, n := range only {
		text[i] = strconv.Itoa(n)
	}
	return strings.Join(text, ",")
}

// ParseSteps reads what Steps wrote; "" is all steps.
func ParseSteps(s string) ([]int, error) {
	if s == "" {
		return nil, nil
	}
	only := []int{}
	if s == "-" {
		return only, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is no step", part)
		}
		only = append(only, n)
	}
	return only, nil
}

// ParseFaults reads names of faults with commas between them.
func ParseFaults(s string) ([]Fault, error) {
	var out []Fault
	for part := range strings.SplitSeq(s, ",") {
		if part == "" {
			continue
		}
		if !slices.Contains(Faults(), Fault(part)) {
			return nil, fmt.Errorf("%q is no fault: %v", part, Faults())
		}
		out = append(out, Fault(part))
	}
	return out, nil
}

// Result is how a history ended.
type Result struct {
	Err       error         // the promise that was broken, nil when none was
	Trace     string        // the last events before the end
	Hash      uint64        // of everything that happened: the same seed, the same hash
	Steps     int           // steps of the plan
	Events    uint64        // things that happened
	Facts     int           // that restaurants wrote down
	Simulated time.Duration // time that passed
	Healed    time.Duration // after which all sides agreed, once all troubles were over
	Faults    Tally
}

// Tally counts how often each fault happened.
type Tally map[Fault]int

// Add adds another tally.
func (t Tally) Add(other Tally) {
	for f, n := range other {
		t[f] += n
	}
}

// String is the tally in the order of Faults.
func (t Tally) String() string {
	var parts []string
	for _, f := range Faults() {
		parts = append(parts, fmt.Sprintf("%s %d", f, t[f]))
	}
	return strings.Join(parts, ", ")
}
