package dispatch

import (
	"time"

	"awesome.pizza/shared/wire"
)

// SilentSince is when somebody on shift, or with a bag, was last heard of who has been silent for LostAfter; zero for anybody else, and for one who signed off.
func (d *Driver) SilentSince(now time.Time) time.Time {
	heard := later(d.SeenAt, d.StatusAt)
	if d.Status == wire.Offline || d.OffShift() || now.Sub(heard) <= LostAfter {
		return time.Time{}
	}
	return heard
}

// OffShift reports whether a driver has gone home: said so, and has nothing that somebody waits for. Where such a one is, is nobody's business. Who
// has never said anything is taken for one who is about to begin.
func (d *Driver) OffShift() bool {
	said := d.StatusAt.After(time.Unix(0, 0))
	return said && len(d.Bag) == 0 && (d.Status == wire.Offline || d.Status == wire.EndOfShift)
}
