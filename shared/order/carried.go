package order

// Carried is the progress after a word of the restaurant's about a delivery that a driver of its own has: out, delivered or failed. The delivery
// lane stays the cloud's: this is how it writes the lane on that word, and how the restaurant knows what it will write. A driver who was assigned
// is let go. Food that a driver of the cloud's has cannot be carried by another.
func (p Progress) Carried(to Delivery) (Progress, error) {
	var way []Action
	switch {
	case to == OutForDelivery && p.Delivery == Assigned:
		way = []Action{Drop, Assign, PickUp, Depart}
	case to == OutForDelivery && p.Delivery == Unassigned:
		way = []Action{Assign, PickUp, Depart}
	case to == Delivered:
		way = []Action{Deliver}
	case to == Failed && p.Delivery == OutForDelivery:
		way = []Action{GiveUp}
	default:
		return p, p.illegal(Edge, "carry")
	}
	next := p
	for _, a := range way {
		var err error
		if next, err = next.Follow(Cloud, a); err != nil {
			return p, err
		}
	}
	return next, nil
}
