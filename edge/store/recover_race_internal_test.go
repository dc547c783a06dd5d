//go:build race

package store

// All of these are fewer here: the race detector makes SQLite many times slower, and there is nothing to race.
const (
	damages = 5
	taps    = 90
	cuts    = 8
)
