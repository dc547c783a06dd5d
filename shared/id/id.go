// Package id makes the names of things: UUIDv7 (RFC 9562), so that rows made together lie together on disk
// and nobody has to be asked for a number. No id is ever parsed for its time: a node's clock may be wrong.
package id

import "github.com/google/uuid"

// New gives a fresh UUIDv7 in its canonical 36-character form.
func New() string {
	return uuid.Must(uuid.NewV7()).String()
}

// Valid reports whether s is a UUID in canonical form.
func Valid(s string) bool {
	u, err := uuid.Parse(s)
	return err == nil && u.String() == s
}
