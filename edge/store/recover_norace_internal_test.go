//go:build !race

package store

const (
	damages = 200 // of a file, each in a copy of its own
	taps    = 240 // of the evening in that file
	cuts    = 50  // of the power
)
