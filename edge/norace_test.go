//go:build !race

package edge_test

const slower = 1
