//go:build race

package kitchen_test

// slower is how much slower this test binary is than the program: the race detector watches.
const slower = 20
