//go:build race

package store

// damages are fewer here: the race detector makes SQLite ten times slower, and there is nothing to race.
const damages = 12
