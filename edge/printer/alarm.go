package printer

import (
	"context"
	"slices"
	"time"

	"awesome.pizza/edge/kitchen"
)

// What alerts say.
const (
	AlertOffline = "printer_offline"
	AlertPaper   = "paper_out"
	AlertCover   = "printer_cover_open"
	AlertFault   = "printer_fault"
)

// offlineAfter is how long a printer may be away before anybody is told: it may only have been switched off and on.
const offlineAfter = 15 * time.Second

var alertOf = map[Condition]string{Offline: AlertOffline, PaperOut: AlertPaper, CoverOpen: AlertCover, Fault: AlertFault}

// alerts are what a person should do something about now.
func (r *Room) alerts() map[string]kitchen.Alert {
	all := map[string]kitchen.Alert{}
	for _, w := range r.workers {
		now := w.look()
		what, wrong := alertOf[now.Condition]
		if !wrong || now.Condition == Offline && time.Since(now.unfit) < offlineAfter {
			continue
		}
		level := "critical"
		if w.spec.Backup != "" {
			level = "warning"
		}
		id := what + "/" + w.spec.ID
		all[id] = kitchen.Alert{ID: id, Device: w.spec.ID, What: what, Level: level, Since: now.Since}
	}
	return all
}

// recall finds the alerts that an earlier run left open: also those of printers that are no longer there.
func (r *Room) recall(ctx context.Context) {
	s, err := r.kitchen.Snapshot(ctx)
	if err != nil {
		return
	}
	for _, a := range s.Alerts {
		if slices.Contains([]string{AlertOffline, AlertPaper, AlertCover, AlertFault}, a.What) {
			r.told[a.ID] = a
		}
	}
}

// tell raises what is new and clears what is over. What could not be told is told at the next time. A printer that has not been reached yet
// keeps the alerts it had.
func (r *Room) tell(ctx context.Context) {
	now := r.alerts()
	for id, a := range now {
		if _, known := r.told[id]; known {
			continue
		}
		if err := r.kitchen.Alert(ctx, a); err != nil {
			r.log.WarnContext(ctx, "an alert of a printer is not kept", "printer", a.Device, "err", err)
			continue
		}
		r.told[id] = a
	}
	for id, a := range r.told {
		if _, still := now[id]; still || r.unsure(a) {
			continue
		}
		if err := r.kitchen.ClearAlert(ctx, id); err != nil {
			r.log.WarnContext(ctx, "an alert of a printer is not cleared", "printer", a.Device, "err", err)
			continue
		}
		delete(r.told, id)
	}
}

// unsure says that nobody knows yet whether an alert is over.
func (r *Room) unsure(a kitchen.Alert) bool {
	n := slices.IndexFunc(r.workers, func(w *worker) bool { return w.spec.ID == a.Device })
	if n < 0 {
		return false
	}
	now := r.workers[n].look()
	return now.Condition == Starting || now.Condition == Offline && time.Since(now.unfit) < offlineAfter
}
