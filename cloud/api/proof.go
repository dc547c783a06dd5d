package api

import (
	"context"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Proofs are what shows that guests have their food, and when phones came and went: a *store.Store.
type Proofs interface {
	// SaveDoorProof keeps a proof; the same again changes nothing. It reports Conflict "proof_exists".
	SaveDoorProof(ctx context.Context, p road.Proof) (road.Proof, error)
	// DoorProof is one proof with its picture. It reports NotFound "no_proof".
	DoorProof(ctx context.Context, oid order.ID, k road.ProofKind) (road.Proof, error)
	DoorProofs(ctx context.Context, oid order.ID) ([]road.Proof, error)
	Evidence(ctx context.Context, oid order.ID) ([]road.Evidence, error)
	// PlacedBetween are the newest orders of a span, 20,000 at most, and when phones were seen at their doors.
	PlacedBetween(ctx context.Context, restaurant string, from, to time.Time) ([]ordering.Record, map[order.ID]time.Time, error)
	// EachPlaced tells of every order of a span when it was placed and how long its parts took.
	EachPlaced(ctx context.Context, restaurant string, from, to time.Time, tell func(placed time.Time, p *road.Parts)) error
}

// Here is where a phone was when its driver did something.
type Here struct {
	Latitude  *float64 `json:"latitude,omitempty" minimum:"-90" maximum:"90" doc:"where the phone was, for those that could not tell their position on the way"`
	Longitude *float64 `json:"longitude,omitempty" minimum:"-180" maximum:"180"`
}

func (h Here) point() (dispatch.Point, bool) {
	if h.Latitude == nil || h.Longitude == nil || *h.Latitude == 0 && *h.Longitude == 0 {
		return dispatch.Point{}, false
	}
	return dispatch.Point{Lat: *h.Latitude, Lon: *h.Longitude}, true
}

// fromDoor is how far from the door a driver did something: by the positions that were heard, else by what the deed itself says.
func (a *API) fromDoor(r *ordering.Record, d *ordering.Deed, here Here) *int {
	door := r.Order.Address
	if d.Driver == "" || !door.Located() {
		return nil
	}
	at, ok := a.Positions.WasAt(d.Driver, a.done(&d.At))
	if !ok {
		at, ok = here.point()
	}
	if !ok {
		return nil
	}
	metres := road.Metres(at, dispatch.Point{Lat: door.Latitude, Lon: door.Longitude})
	return &metres
}

type proofInput struct {
	ID   order.ID `path:"orderId"`
	Body struct {
		Kind  road.ProofKind `json:"kind" enum:"photo,name,code"`
		Photo []byte         `json:"photo,omitempty" maxLength:"266668" doc:"JPEG or WebP, 200 kB at most"`
		Name  string         `json:"name,omitempty" maxLength:"100" doc:"of who took the food"`
		Code  string         `json:"code,omitempty" maxLength:"8" doc:"as the guest reads it out"`
		At    *time.Time     `json:"at,omitempty" doc:"when it was taken, for phones that were offline"`
	}
}

type proofView struct {
	Kind road.ProofKind `json:"kind"`
	By   string         `json:"by" doc:"driver, or staff when empty"`
	At   instant        `json:"at"`
	Name string         `json:"name"`
}

type proofOutput struct{ Body proofView }

func proofOf(p *road.Proof) proofView {
	return proofView{p.Kind, p.Driver, instant{p.At}, p.Said}
}

// prove keeps what shows that the guest has the food.
func (a *API) prove(ctx context.Context, in *proofInput) (*proofOutput, error) {
	r, err := a.Orders.Order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.deedOf(ctx, &r, in.Body.At)
	if err != nil {
		return nil, err
	}
	p := road.Proof{Order: in.ID, Kind: in.Body.Kind, Driver: d.Driver, At: a.done(in.Body.At)}
	switch p.Kind {
	case road.Photo:
		p.Photo = in.Body.Photo
	case road.Name:
		p.Said = in.Body.Name
	case road.Code:
		if err := a.tries.take(in.ID, a.now()); err != nil {
			return nil, err
		}
	}
	if err := p.Check(&r, in.Body.Code); err != nil {
		return nil, err
	}
	if p.Kind == road.Code {
		a.tries.right(in.ID)
	}
	kept, err := a.Proofs.SaveDoorProof(ctx, p)
	if err != nil {
		return nil, err
	}
	return &proofOutput{proofOf(&kept)}, nil
}

type doorCodeInput struct {
	Token string `path:"token"`
}

type doorCodeOutput struct {
	Body struct {
		Code string `json:"code"`
	}
}

// doorCode is what the guest reads out to the driver: only who holds the tracking link is told.
func (a *API) doorCode(ctx context.Context, in *doorCodeInput) (*doorCodeOutput, error) {
	r, err := a.Orders.ByToken(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	out := &doorCodeOutput{}
	out.Body.Code = road.DoorCode(&r)
	return out, nil
}

type evidenceView struct {
	Kind   road.Kind `json:"kind" enum:"at_restaurant,left_restaurant,at_door,left_door"`
	Driver string    `json:"driver_id"`
	At     instant   `json:"at"`
	Metres int       `json:"metres" doc:"from the place the kind is about"`
}

type runInput struct {
	ID order.ID `path:"orderId"`
}

type runOutput struct {
	Body struct {
		Proofs   []proofView    `json:"proofs"`
		Evidence []evidenceView `json:"evidence" doc:"what the phone was seen to do, oldest first, beside what the driver tapped"`
	}
}

// getRun is what an order's run proves. Places are kept for a month.
func (a *API) getRun(ctx context.Context, in *runInput) (*runOutput, error) {
	if _, err := a.Orders.Order(ctx, in.ID); err != nil {
		return nil, err
	}
	proofs, err := a.Proofs.DoorProofs(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	seen, err := a.Proofs.Evidence(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &runOutput{}
	out.Body.Proofs, out.Body.Evidence = make([]proofView, len(proofs)), make([]evidenceView, len(seen))
	for i := range proofs {
		out.Body.Proofs[i] = proofOf(&proofs[i])
	}
	for i, e := range seen {
		out.Body.Evidence[i] = evidenceView{e.Kind, e.Driver, instant{e.At}, e.Metres}
	}
	return out, nil
}

type photoOutput struct {
	Type string `header:"Content-Type"`
	Body []byte
}

func (a *API) getPhoto(ctx context.Context, in *runInput) (*photoOutput, error) {
	if _, err := a.Orders.Order(ctx, in.ID); err != nil {
		return nil, err
	}
	p, err := a.Proofs.DoorProof(ctx, in.ID, road.Photo)
	if err != nil {
		return nil, err
	}
	if p.Type == "" {
		return nil, problem.New(problem.NotFound, "no_proof", "there is no picture")
	}
	return &photoOutput{p.Type, p.Photo}, nil
}
