package api

import (
	"context"
	"net/url"
	"time"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// Quarantine is what devices have sent that are not their restaurant's: a *store.Store, but for Holds, Salvage and
// SaidAll.
type Quarantine interface {
	// Holds says which of these events a fenced device need not hand over, and for which incarnation that holds. It reports Refused
	// "revoked", NotFound "unknown_device" and Conflict "current_device".
	Holds(ctx context.Context, restaurant, device string, ids []string) (held []bool, inc string, err error)
	// Salvage keeps a run of events of a fenced device. It reports Invalid "bad_events", Refused "revoked", NotFound "unknown_device",
	// Conflict "current_device" and Unavailable "quarantine_full".
	Salvage(ctx context.Context, restaurant, device string, epoch uint64, prev link.Hash, events []link.Event) error
	// SaidAll hears that a fenced device has handed over all that it has to the incarnation inc, and says since when. It reports Refused
	// "revoked", NotFound "unknown_device", and Conflict "current_device" and "another_database".
	SaidAll(ctx context.Context, restaurant, device, inc string) (since time.Time, err error)
	Quarantine(ctx context.Context, restaurant string) ([]restaurant.Aside, error)
	// Gone are the devices of which something is kept aside or waits.
	Gone(ctx context.Context, restaurant string) ([]restaurant.Gone, error)
	// Approve lets the events of a device count, each at most once, and brings its open orders to the restaurant's node when all is here, or
	// anyway. Like Discard it can be repeated, and reports NotFound "nothing_aside".
	Approve(ctx context.Context, restaurant, device string, anyway bool) (restaurant.Outcome, error)
	Discard(ctx context.Context, restaurant, device string) error
}

// asideView is what one device has sent, for a person to judge.
type asideView struct {
	Device   string         `json:"device"`
	Reason   string         `json:"reason"`
	Received instant        `json:"received" doc:"the first of it"`
	Events   int            `json:"events"`
	First    uint64         `json:"first" doc:"number of the first event, in the epoch"`
	Last     uint64         `json:"last"`
	Epoch    uint64         `json:"epoch"`
	Kinds    map[string]int `json:"kinds" doc:"how many events of each kind"`
	Orders   []string       `json:"orders" doc:"what they are about"`
}

// goneView is one device that has sent something.
type goneView struct {
	Device  string      `json:"device"`
	AllHere or[instant] `json:"all_here_since" doc:"since when all that it has is here, by its own word; null while it is still coming, and for ever of one that is dead, or too old to say so"`
	Waiting []string    `json:"waiting" doc:"open orders that go to the restaurant's node once all is here and judged"`
}

type asideOutput struct {
	Body struct {
		Items   []asideView `json:"items"`
		Devices []goneView  `json:"devices" doc:"those that sent the items, and those with orders that wait"`
	}
}

func (a *API) aside(ctx context.Context, in *restaurantInput) (*asideOutput, error) {
	if _, err := a.Restaurants.Restaurant(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := a.Quarantine.Quarantine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &asideOutput{}
	out.Body.Items = make([]asideView, len(all))
	for i := range all {
		x := &all[i]
		out.Body.Items[i] = asideView{x.Device, x.Reason, instant{x.Received}, x.Events, x.First, x.Last, x.Epoch, x.Kinds, list(x.Orders)}
	}
	gone, err := a.Quarantine.Gone(ctx, in.ID)
	out.Body.Devices = make([]goneView, len(gone))
	for i, g := range gone {
		out.Body.Devices[i] = goneView{g.Device, when(g.AllHere), list(g.Waiting)}
	}
	return out, err
}

type asideInput struct {
	ID     string `path:"restaurantId"`
	Device string `path:"device" minLength:"1" maxLength:"128"`
}

type approveInput struct {
	ID     string `path:"restaurantId"`
	Device string `path:"device" minLength:"1" maxLength:"128"`
	Body   *struct {
		Anyway bool `json:"anyway,omitempty" doc:"bring its open orders to the restaurant's node although it has not said that this was all"`
	}
}

type outcomeOutput struct {
	Body struct {
		Projected     int `json:"projected" doc:"events that count now"`
		Repeated      int `json:"repeated" doc:"events that counted already"`
		Unprojectable int `json:"unprojectable" doc:"events without effect: they contradict what is known, or another node has spoken of their order since"`
		Brought       int `json:"brought" doc:"open orders that go to the restaurant's node now"`
		Waiting       int `json:"waiting" doc:"open orders that do not yet: the device has not said that this was all, and what comes next might be that they were handed over"`
	}
}

func (a *API) approve(ctx context.Context, in *approveInput) (*outcomeOutput, error) {
	if _, err := a.Restaurants.Restaurant(ctx, in.ID); err != nil {
		return nil, err
	}
	if in.Body != nil && in.Body.Anyway {
		acts.Of(ctx).Say("anyway", "", "yes")
	}
	made, err := a.Quarantine.Approve(ctx, in.ID, in.Device, in.Body != nil && in.Body.Anyway)
	out := &outcomeOutput{}
	out.Body.Brought, out.Body.Waiting = made.Brought, made.Waiting
	out.Body.Projected, out.Body.Repeated, out.Body.Unprojectable = made.Projected, made.Repeated, made.Unprojectable
	return out, err
}

func (a *API) discard(ctx context.Context, in *asideInput) (*nothing, error) {
	if _, err := a.Restaurants.Restaurant(ctx, in.ID); err != nil {
		return nil, err
	}
	return &nothing{}, a.Quarantine.Discard(ctx, in.ID, in.Device)
}

type revokeOutput struct {
	Body struct {
		Restaurant string `json:"restaurant"`
		Device     string `json:"device" doc:"the public NKey that is worth nothing now"`
	}
}

// revoke cuts a restaurant's node off.
func (a *API) revoke(ctx context.Context, in *restaurantInput) (*revokeOutput, error) {
	device, err := a.Fleet.Revoke(ctx, in.ID)
	out := &revokeOutput{}
	out.Body.Restaurant, out.Body.Device = in.ID, device
	return out, err
}

type alertInput struct {
	ID    string `path:"restaurantId"`
	Alert string `path:"alert" minLength:"1" maxLength:"600" doc:"its id, escaped as one segment of the path"`
}

// clearAlert ends an alert by hand: who has looked says so.
func (a *API) clearAlert(ctx context.Context, in *alertInput) (*nothing, error) {
	if _, err := a.Restaurants.Restaurant(ctx, in.ID); err != nil {
		return nil, err
	}
	alert, err := url.PathUnescape(in.Alert)
	if err != nil {
		return nil, problem.New(problem.Invalid, "bad_alert", "the alert's id is not escaped as a segment of the path")
	}
	return &nothing{}, a.Troubles.ClearAlert(ctx, in.ID, alert)
}
