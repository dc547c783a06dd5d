//go:build race

package edge_test

// slower is by how much less is done under the race detector.
const slower = 20
