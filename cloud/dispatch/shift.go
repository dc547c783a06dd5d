package dispatch

import (
	"time"

	"awesome.pizza/shared/wire"
)

// OffShift reports whether a driver has gone home: said so, and has nothing that somebody waits for. Where such a one is, is nobody's business. Who
// has never said anything is taken for one who is about to begin.
func (d *Driver) OffShift() bool {
	said := d.StatusAt.After(time.Unix(0, 0))
	return said && len(d.Bag) == 0 && (d.Status == wire.Offline || d.Status == wire.EndOfShift)
}
