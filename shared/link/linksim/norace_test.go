//go:build !race

package linksim_test

const (
	crowd         = 10_000 // restaurants in a stampede
	applies       = 3      // events per second that the database applies for each of them: 30,000
	mostHistories = 400    // histories a wrong design may survive
	twins         = 60     // histories lived with and without clocks that jump
)
