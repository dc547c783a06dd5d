package order

// StatusName is the one word everybody sees.
type StatusName string

// The thirteen names.
const (
	StatusCreated        StatusName = "Created"
	StatusValidated      StatusName = "Validated"
	StatusQueued         StatusName = "Queued"
	StatusPreparing      StatusName = "Preparing"
	StatusBaking         StatusName = "Baking"
	StatusQualityCheck   StatusName = "QualityCheck"
	StatusReadyForPickup StatusName = "ReadyForPickup"
	StatusDriverAssigned StatusName = "DriverAssigned"
	StatusPickedUp       StatusName = "PickedUp"
	StatusOutForDelivery StatusName = "OutForDelivery"
	StatusDelivered      StatusName = "Delivered"
	StatusCancelled      StatusName = "Cancelled"
	StatusFailed         StatusName = "Failed"
)

// Statuses are the thirteen names in the order in which a delivery meets them.
func Statuses() []StatusName {
	return []StatusName{
		StatusCreated, StatusValidated, StatusQueued, StatusPreparing, StatusBaking, StatusQualityCheck, StatusReadyForPickup,
		StatusDriverAssigned, StatusPickedUp, StatusOutForDelivery, StatusDelivered, StatusCancelled, StatusFailed,
	}
}

// Terminal reports whether nothing follows this status.
func (s StatusName) Terminal() bool {
	return s == StatusDelivered || s == StatusCancelled || s == StatusFailed
}

// Status is what a validated order shows, as a function of its two long lanes. What the driver did counts for more than what the
// kitchen says: a pizza that left the house is out, even if the kitchen's last word is older or was "voided".
func Status(k Kitchen, d Delivery) StatusName {
	switch d {
	case PickedUp:
		return StatusPickedUp
	case OutForDelivery:
		return StatusOutForDelivery
	case Delivered:
		return StatusDelivered
	case Failed:
		return StatusFailed
	case NoDelivery, Unassigned, Assigned:
	}
	switch k {
	case Waiting:
		return StatusValidated
	case Queued:
		return StatusQueued
	case Preparing:
		return StatusPreparing
	case Baking:
		return StatusBaking
	case QualityCheck:
		return StatusQualityCheck
	case Ready:
		if d == Assigned {
			return StatusDriverAssigned
		}
		return StatusReadyForPickup
	case HandedOver:
		if d == NoDelivery {
			return StatusDelivered
		}
		return StatusPickedUp // a driver has it, whoever it was: the cloud's lane follows
	case Voided:
		return StatusCancelled
	case Rejected:
		return StatusFailed
	}
	return StatusFailed
}

// Shown are the statuses that a guest sees when an order moves from one to another: usually the second. A driver who was assigned
// while the pizza still baked would hide that it is ready, so ready is shown first.
func Shown(before, after StatusName) []StatusName {
	switch {
	case before == after:
		return nil
	case after == StatusDriverAssigned && before != StatusReadyForPickup:
		return []StatusName{StatusReadyForPickup, after}
	}
	return []StatusName{after}
}
