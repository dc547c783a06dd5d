//go:build !race

package store

const damages = 200
