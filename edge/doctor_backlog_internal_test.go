package edge

import (
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
)

func TestWhatNoCloudHasHeardIsAWorryOnlyWhereThereIsAChain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	held := store.Inspection{Unsent: 7, Oldest: now.Add(-time.Hour)}
	for name, c := range map[string]struct {
		enrolment uplink.Enrolment
		of        store.Inspection
		state     health
		says      string
	}{
		"of a chain, and cut off":   {uplink.Enrolment{}, held, worry, "7 events wait for the cloud"},
		"of a chain, and connected": {uplink.Enrolment{}, store.Inspection{}, good, "heard everything"},
		"of no chain":               {uplink.Enrolment{Alone: true}, held, good, "7 events of the last 30 days are kept"},
	} {
		d := &doctor{enrolment: c.enrolment, now: now}
		if f := d.backlog(c.of, finding{Check: "backlog"}); f.State != c.state || !strings.Contains(f.Says, c.says) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
