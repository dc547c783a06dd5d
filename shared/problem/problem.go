// Package problem names the few failures a caller can act on. Every other error is internal: it is logged where nobody is
// left to return to, and the outside world sees only "internal". HTTP statuses and words for guests are made by the HTTP layers.
package problem

import (
	"errors"
	"fmt"
)

// Kind says what the caller can do about it.
type Kind string

const (
	Invalid     Kind = "invalid"     // mend the input: it will never be accepted as it is
	NotFound    Kind = "not_found"   // no such thing
	Conflict    Kind = "conflict"    // somebody was faster, or the step is not allowed now: read again
	Stale       Kind = "stale"       // the caller's version is old: read again
	Refused     Kind = "refused"     // the caller may not do this
	Unavailable Kind = "unavailable" // try again later
)

// Problem is a failure with a stable Code for programs ("illegal_step"), one sentence for people, and Facts the caller may need
// (field paths, the current status, what is allowed).
type Problem struct {
	Kind   Kind
	Code   string
	Detail string
	Facts  map[string]any
}

// New makes a problem. code is stable and snake_case; the rest is a sentence that says what to do.
func New(kind Kind, code, format string, args ...any) *Problem {
	return &Problem{Kind: kind, Code: code, Detail: fmt.Sprintf(format, args...)}
}

// With adds a fact and returns the problem itself.
func (p *Problem) With(key string, value any) *Problem {
	if p.Facts == nil {
		p.Facts = map[string]any{}
	}
	p.Facts[key] = value
	return p
}

func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// Of finds the problem inside err, or nil.
func Of(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return nil
}

// Is reports whether err carries a problem of this kind.
func Is(err error, kind Kind) bool {
	p := Of(err)
	return p != nil && p.Kind == kind
}
