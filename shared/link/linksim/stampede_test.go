package linksim_test

import (
	"testing"
	"time"

	"awesome.pizza/shared/link/linksim"
)

// patience is P9's: how long an event of a restaurant that was never cut off may take to the cloud while a stampede goes on.
const patience = 2 * time.Second

// stampede is edges that come back at once, with a database that applies so many events per second for each of them.
func stampede(edges, perSecond, catchUp int) linksim.Stampede {
	return linksim.Stampede{Seed: 1, Edges: edges, Long: 280, Healthy: 40, PerSecond: perSecond * edges, CatchUp: catchUp}
}

func TestAStampedeLeavesTheHealthyOnesAlone(t *testing.T) {
	t.Parallel()
	c := stampede(crowd, applies, crowd).Live()
	t.Logf("%d restaurants came back with %d events: all in after %v; of %d events of healthy ones 99 %% took less than %v, all less than %v",
		crowd, c.Events, c.Caught, c.Measured, c.Healthy, c.Longest)
	if c.Err != nil || c.Healthy > patience || c.Measured < 1000 {
		t.Errorf("P9: %v; the healthy ones waited %v", c.Err, c.Healthy)
	}
}

func TestWithoutAGovernorAStampedeHurtsTheHealthyOnes(t *testing.T) {
	t.Parallel()
	c := stampede(crowd/5, 3, 0).Live()
	if c.Err != nil || c.Healthy <= patience {
		t.Errorf("the stampede does not bite: %v; the healthy ones waited %v", c.Err, c.Healthy)
	}
}
