package edge

import (
	"time"

	"awesome.pizza/shared/watch"
)

// meter shows among the metrics what the kitchen sees of its own work.
type meter struct {
	custody func(took time.Duration, stage ...string)
	count   func(what ...string)
}

func meterOf(r *watch.Registry) meter {
	return meter{
		custody: watch.Durations(r, "edge_custody_seconds",
			"How long an order was on its way: stored, from the cloud to this node; shown, from here to the first screen; touched, from there to the first hand.", "stage"),
		count: watch.Count(r, "edge_kitchen_marks_total",
			"Times that are doubtful (bulk_bump, early_out, not_sensed, before_driver), and remakes by reason (remake_burned, …).", "what"),
	}
}

// Took is one stage of an order's custody.
func (m meter) Took(stage string, took time.Duration) { m.custody(took, stage) }

// Count is one thing that happened.
func (m meter) Count(what string) { m.count(what) }
