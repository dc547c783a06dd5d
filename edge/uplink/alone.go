package uplink

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nkeys"

	"awesome.pizza/shared/link"
)

// CauseAlone says that there is no line because the node belongs to no chain.
const CauseAlone link.Cause = "alone"

// InitAlone makes this node a restaurant of its own, without a chain, a cloud or a hub, and stores that in dir. What it does is kept for a chain
// that it may join, as long as store.Alone says: Enrol then takes the place of this, and what the outbox holds goes up. A node that is somebody's already is left as it is.
func InitAlone(dir, restaurant, zone string, dishes json.RawMessage) (Enrolment, error) {
	before, err := LoadEnrolment(dir)
	switch {
	case err == nil:
		return before, fmt.Errorf("this node is restaurant %s already, and stays it; a node for another restaurant needs an empty --data directory", before.Restaurant)
	case !errors.Is(err, ErrNotEnrolled):
		return Enrolment{}, err
	}
	pair, err := nkeys.CreateUser()
	if err != nil {
		return Enrolment{}, fmt.Errorf("make this node's key: %w", err)
	}
	device, err := pair.PublicKey()
	if err != nil {
		return Enrolment{}, fmt.Errorf("make this node's key: %w", err)
	}
	seed, err := pair.Seed()
	if err != nil {
		return Enrolment{}, fmt.Errorf("make this node's key: %w", err)
	}
	e := Enrolment{Restaurant: restaurant, Device: device, Seed: string(seed), TimeZone: zone, Menu: dishes, Alone: true}
	return e, e.Store(dir)
}
