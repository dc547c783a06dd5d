// Package staff decides who may do what in a restaurant: people with PINs and roles, sessions at screens, the levels of what is done, a shift
// manager's word for what somebody else may not do, how wrong PINs slow down where they come from, and the chain of the audit log.
//
// Not in here: where any of it is kept (edge/store), cookies and headers (edge/kds), and what an action does (edge/kitchen).
package staff

import (
	"context"
	"slices"
)

// Role is what somebody is in the restaurant. A later one of Roles may do all that an earlier one may.
type Role string

// The roles.
const (
	Cook    Role = "cook"
	Counter Role = "counter"
	Manager Role = "shift_manager"
)

// Roles are all of them, from the one that may do least.
func Roles() []Role { return []Role{Cook, Counter, Manager} }

// Covers reports whether a role may do what another may.
func (r Role) Covers(other Role) bool {
	return slices.Index(Roles(), r) >= slices.Index(Roles(), other)
}

// Person is somebody who works here.
type Person struct {
	ID   string
	Name string
	Role Role
	PIN  string // as a slow salted hash, see Hash; empty without one
}

// Caller is who asks for something, as far as a request says: nothing of it has been checked but Manager.
type Caller struct {
	Session string // name of a session, see NameOf; empty without one
	Screen  string // where the request came from, for the log
	Known   string // name of the screen's own token, see Known; empty without one
	Address string // which machine that is: a stranger's wrong PINs are counted by it

	Manager string // the shift manager who gave their PIN for this one thing
	Reason  string // and why
}

type callerKey struct{}

// With gives a request its caller.
func With(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerOf is who asks; nobody when the context knows of none.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}
