package e2e

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// An order of one pizza is a register: this is what it can be, in the order in which it gets there, and the two ways in which it ends.
const (
	absent  = "absent" // from its restaurant
	waiting = "waiting"
	queued  = "queued"
	making  = "making"
	made    = "made"
	inOven  = "in_oven"
	baked   = "baked"
	done    = "done"
	handed  = "handed_over"
	voided  = "voided"

	withdrawn = "withdrawn" // cancelled by the cloud alone: its restaurant never hears of it
)

// deed is what somebody did to an order.
type deed struct {
	what string // read, bump, cancel, wish, arrive or queue
	to   string // of a wish: the status
}

// outcome is what they were told.
type outcome struct {
	state   string // of a read, or of a bump that was done
	refused bool
	unknown bool // nobody was told: it may have been done at any time since, or never
}

// bumped is what a bump makes of an order.
var bumped = map[string]string{queued: made, making: made, made: inOven, inOven: baked, baked: done, done: handed}

// wished is what a wish makes of an order, if it is the next status.
var wished = map[deed]string{
	{queued, "Preparing"}: making, {making, "Baking"}: inOven, {made, "Baking"}: inOven, {inOven, "QualityCheck"}: baked,
	{baked, "ReadyForPickup"}: done, {done, "Delivered"}: handed,
}

// life is the sequential specification: one deed after the other, what may be the answer, and what becomes of the order.
func life(state string, d deed, o outcome) (legal bool, next string) {
	late := slices.Contains([]string{inOven, baked, done, handed}, state)
	switch d.what {
	case "read":
		return o.unknown || o.state == state || state == withdrawn && (o.state == absent || o.state == voided), state
	case "bump":
		next, can := bumped[state]
		switch {
		case o.unknown && !can, o.refused:
			return !can, state
		}
		return can && (o.unknown || o.state == next), next
	case "cancel":
		if o.refused {
			return late || state == voided || state == withdrawn, state
		}
		if state == absent {
			return true, withdrawn
		}
		return !late, voided
	case "wish":
		if next, can := wished[deed{state, d.to}]; can {
			return true, next
		}
		return true, state
	case "arrive":
		if state == absent {
			return true, waiting
		}
		return true, state
	case "queue":
		if state == waiting {
			return true, queued
		}
		return true, state
	}
	return false, state
}

var register = porcupine.Model{
	Init: func() any { return absent },
	Step: func(state, input, output any) (bool, any) {
		return life(state.(string), input.(deed), output.(outcome))
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

// history is what was done to one order, and when, seen from outside.
type history struct {
	mu    sync.Mutex
	began time.Time
	ops   []porcupine.Operation
}

func newHistory() *history {
	h := &history{began: time.Now()}
	for _, what := range []string{"arrive", "queue"} { // nobody asks for these: they happen, or never do
		h.ops = append(h.ops, porcupine.Operation{Input: deed{what: what}, Output: outcome{}, Return: math.MaxInt64})
	}
	return h
}

// do records a deed of a client around its doing.
func (h *history) do(client int, d deed, act func() outcome) outcome {
	call := time.Since(h.began).Nanoseconds()
	o := act()
	back := time.Since(h.began).Nanoseconds()
	if o.unknown {
		back = math.MaxInt64
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: d, Output: o, Call: call, Return: back})
	return o
}

// check fails the test if no order of the deeds explains what everybody was told.
func (h *history) check(t *testing.T, id string) {
	t.Helper()
	switch porcupine.CheckOperationsTimeout(register, h.ops, time.Minute) {
	case porcupine.Illegal:
		t.Errorf("no order of these deeds explains what was said of %s:\n%s", id, h)
	case porcupine.Unknown:
		t.Errorf("the history of %s is too long to be judged: %d deeds", id, len(h.ops))
	}
}

func (h *history) String() (text string) {
	slices.SortFunc(h.ops, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	for _, op := range h.ops {
		until := time.Duration(op.Return).Round(time.Millisecond).String()
		if op.Return == math.MaxInt64 {
			until = "?"
		}
		text += fmt.Sprintf("  client %d, %s to %s: %+v → %+v\n", op.ClientId, time.Duration(op.Call).Round(time.Millisecond), until, op.Input, op.Output)
	}
	return text
}

// The judge is judged: histories of plausible mistakes are refused, and what looks strange but is right is not.
func TestWrongHistoriesAreRefused(t *testing.T) {
	t.Parallel()
	type op struct {
		call, back int64
		deed       deed
		outcome    outcome
	}
	here := []op{{0, 1, deed{what: "arrive"}, outcome{}}, {2, 3, deed{what: "queue"}, outcome{}}}
	bump := func(call, back int64, state string) op {
		return op{call, back, deed{what: "bump"}, outcome{state: state}}
	}
	read := func(call, back int64, state string) op {
		return op{call, back, deed{what: "read"}, outcome{state: state}}
	}
	cancel := func(call, back int64, refused bool) op {
		return op{call, back, deed{what: "cancel"}, outcome{refused: refused}}
	}
	refusedBump := func(call, back int64) op {
		return op{call, back, deed{what: "bump"}, outcome{refused: true}}
	}
	lost := op{10, math.MaxInt64, deed{what: "bump"}, outcome{unknown: true}}
	for name, c := range map[string]struct {
		ops   []op
		right bool
	}{
		"cancelled, and handed over all the same":   {[]op{cancel(10, 20, false), bump(30, 31, made)}, false},
		"cancelled out of the oven":                 {[]op{bump(10, 11, made), bump(12, 13, inOven), cancel(20, 30, false)}, false},
		"refused although nothing was in the oven":  {[]op{bump(10, 11, made), cancel(20, 30, true), bump(40, 41, inOven)}, false},
		"one bump counted twice":                    {[]op{bump(10, 11, made), read(20, 21, inOven)}, false},
		"one bump forgotten":                        {[]op{bump(10, 11, made), read(20, 21, queued)}, false},
		"two tablets get the same step":             {[]op{bump(10, 20, made), bump(10, 20, made)}, false},
		"back from the dead":                        {[]op{cancel(10, 20, false), read(30, 31, voided), read(40, 41, queued)}, false},
		"a bump refused while there was work":       {[]op{refusedBump(10, 11), bump(20, 21, made)}, false},
		"a wish that jumps a step":                  {[]op{{10, math.MaxInt64, deed{"wish", "QualityCheck"}, outcome{unknown: true}}, read(20, 21, baked)}, false},
		"the cancel was faster than the oven":       {[]op{bump(10, 11, made), cancel(12, 30, false), refusedBump(15, 25), read(40, 41, voided)}, true},
		"the oven was faster than the cancel":       {[]op{bump(10, 11, made), cancel(12, 30, true), bump(15, 25, inOven)}, true},
		"a bump without an answer happened later":   {[]op{lost, read(20, 21, queued), read(30, 31, made)}, true},
		"a bump without an answer never happened":   {[]op{lost, read(20, 21, queued)}, true},
		"a wish between two bumps":                  {[]op{bump(10, 11, made), {12, math.MaxInt64, deed{"wish", "Baking"}, outcome{unknown: true}}, bump(20, 21, baked)}, true},
		"cancelled before its restaurant heard it ": {[]op{cancel(0, 1, false), read(5, 6, voided)}, true},
	} {
		var ops []porcupine.Operation
		for _, o := range slices.Concat(here, c.ops) {
			ops = append(ops, porcupine.Operation{Input: o.deed, Output: o.outcome, Call: o.call, Return: o.back})
		}
		if got := porcupine.CheckOperations(register, ops); got != c.right {
			t.Errorf("%s: taken for right is %v", name, got)
		}
	}
}
