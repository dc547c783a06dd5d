package api

import (
	"context"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
)

// nodeView is a restaurant's node as it last told.
type nodeView struct {
	Version      string      `json:"version"`
	Device       string      `json:"device"`
	Boot         string      `json:"boot"`
	Epoch        uint64      `json:"epoch"`
	Last         uint64      `json:"last" doc:"newest event in its outbox"`
	Acked        uint64      `json:"acked" doc:"newest event it knows the cloud to have"`
	Backlog      uint64      `json:"backlog" doc:"events the cloud does not have yet"`
	OldestUnsent or[instant] `json:"oldest_unsent"`
	Commands     uint64      `json:"commands" doc:"highest command it has applied"`
	Ahead        int64       `json:"clock_ahead_ms" doc:"how far its clock is ahead of the cloud's"`
	Open         int         `json:"open" doc:"open orders it has"`
}

func nodeOf(l restaurant.Link) nodeView {
	b := l.Beat
	return nodeView{
		Version: b.Version, Device: b.Device, Boot: b.Boot, Epoch: b.Epoch, Last: b.Last, Acked: b.Acked, Backlog: b.Backlog,
		OldestUnsent: at(b.OldestUnsent), Commands: b.CmdSeq, Ahead: l.Ahead.Milliseconds(), Open: b.Open,
	}
}

// alertView is something in a restaurant that needs a person.
type alertView struct {
	ID     string   `json:"id"`
	What   string   `json:"what" doc:"unprojectable_event: the cloud keeps an event that it could not follow, so an order of this restaurant may be further than shown here"`
	Level  string   `json:"level"`
	Device string   `json:"device"`
	Order  order.ID `json:"order_id" doc:"empty when it is about none"`
	Detail string   `json:"detail"`
	Since  instant  `json:"since" doc:"by the restaurant's clock"`
	Heard  instant  `json:"heard" doc:"by the cloud's"`
}

type fleetNode struct {
	Restaurant string      `json:"restaurant_id"`
	Name       string      `json:"name"`
	Link       linkView    `json:"link"`
	Node       nodeView    `json:"node"`
	Expires    or[instant] `json:"credential_expires" doc:"until when the hub lets the node in; it renews by itself at half of the time"`
	Alerts     []alertView `json:"alerts" doc:"open ones, oldest first; of the whole fleet at most 1000"`
	Quarantine int         `json:"quarantine" doc:"batches kept aside, from devices that are not this restaurant's node, and orders of theirs that wait to be brought to it"`
}

type fleetOutput struct {
	Body struct {
		Nodes   []fleetNode `json:"nodes"`
		Letters int         `json:"dead_letters" doc:"messages of drivers' phones that nobody could believe"`
	}
}

func (a *API) fleet(ctx context.Context, _ *noInput) (*fleetOutput, error) {
	all, err := a.Restaurants.Restaurants(ctx)
	if err != nil {
		return nil, err
	}
	open, err := a.Troubles.OpenAlerts(ctx, "")
	if err != nil {
		return nil, err
	}
	aside, err := a.Troubles.SetAside(ctx)
	if err != nil {
		return nil, err
	}
	credentials, err := a.Troubles.Credentials(ctx)
	if err != nil {
		return nil, err
	}
	alerts := map[string][]alertView{}
	for i := range open {
		alerts[open[i].Restaurant] = append(alerts[open[i].Restaurant], alertOf(&open[i]))
	}
	out, now := &fleetOutput{}, a.now()
	out.Body.Nodes, out.Body.Letters = make([]fleetNode, len(all)), aside.Letters
	for i := range all {
		rid := all[i].ID
		l := a.Links.Of(rid, now)
		out.Body.Nodes[i] = fleetNode{rid, all[i].Name, linkOf(l), nodeOf(l), at(credentials[rid]), list(alerts[rid]), aside.Batches[rid]}
	}
	return out, nil
}

func alertOf(x *restaurant.Alert) alertView {
	return alertView{
		ID: x.Alert, What: x.What, Level: x.Level, Device: x.Device, Order: order.ID(x.Order), Detail: x.Detail,
		Since: instant{x.Since}, Heard: instant{x.Heard},
	}
}

type enrollOutput struct {
	Body struct {
		Restaurant string  `json:"restaurant"`
		Code       string  `json:"code" doc:"shown once; for edge enroll"`
		Expires    instant `json:"expires"`
		Cloud      string  `json:"cloud" doc:"where the node is to ask"`
	}
}

// enroll makes a one-time code for a node of the restaurant.
func (a *API) enroll(ctx context.Context, in *restaurantInput) (*enrollOutput, error) {
	made, err := a.Fleet.Enroll(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &enrollOutput{}
	out.Body.Restaurant, out.Body.Code, out.Body.Expires, out.Body.Cloud = in.ID, made.Code, instant{made.Expires}, made.Cloud
	return out, nil
}

type claimInput struct {
	Body struct {
		Code   string `json:"code" minLength:"1" maxLength:"200"`
		Public string `json:"public_key" minLength:"1" maxLength:"128" doc:"the node's own NKey"`
		Holds  string `json:"restaurant,omitempty" maxLength:"64" doc:"whose orders the node has; a code of another restaurant is refused, and stays good"`
	}
}

type claimOutput struct{ Body Enrolment }

// claim binds a node to the restaurant of its code.
func (a *API) claim(ctx context.Context, in *claimInput) (*claimOutput, error) {
	e, err := a.Fleet.Claim(ctx, in.Body.Code, in.Body.Public, in.Body.Holds)
	if err != nil {
		return nil, err
	}
	e.Leaves, e.Clients, e.Expires = list(e.Leaves), list(e.Clients), e.Expires.UTC().Truncate(time.Second)
	return &claimOutput{e}, nil
}

type healthOutput struct {
	Status int
	Body   struct {
		Status string            `json:"status" enum:"ok,unavailable"`
		Now    string            `json:"now"`
		Checks map[string]string `json:"checks" doc:"ok, or what is wrong"`
	}
}

// healthz answers as long as the process serves.
func (a *API) healthz(context.Context, *noInput) (*healthOutput, error) {
	out := &healthOutput{Status: 200}
	out.Body.Status, out.Body.Now, out.Body.Checks = "ok", clock.Format(a.now()), map[string]string{}
	return out, nil
}

const readyWithin = 2 * time.Second

// readyz answers 200 when all that this process needs is there, and 503 with what is not.
func (a *API) readyz(ctx context.Context, _ *noInput) (*healthOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	out, _ := a.healthz(ctx, nil)
	failed := make(chan [2]string, len(a.Checks))
	for _, c := range a.Checks {
		go func() {
			if err := c.Ping(ctx); err != nil {
				a.settings.Log.WarnContext(ctx, "not ready", "check", c.Name, "err", err)
				failed <- [2]string{c.Name, "unavailable"}
				return
			}
			failed <- [2]string{c.Name, "ok"}
		}()
	}
	for range a.Checks {
		r := <-failed
		if out.Body.Checks[r[0]] = r[1]; r[1] != "ok" {
			out.Status, out.Body.Status = 503, "unavailable"
		}
	}
	return out, nil
}
