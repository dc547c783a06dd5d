package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// atMost is how far the clock of a device may be from ours when it signs.
const atMost = 5 * time.Minute

// SignedRequest is a request that a device makes in its own name, by its key and without a token. Whoever records one and sends it again gains
// nothing: a credential is worth nothing without the key, and events count once by their ids.
type SignedRequest struct {
	Restaurant string `json:"restaurant" minLength:"1" maxLength:"64"`
	Device     string `json:"device" minLength:"56" maxLength:"56" doc:"the device's public NKey"`
	At         string `json:"at" minLength:"20" maxLength:"40" format:"date-time" doc:"now, by the device's clock"`
	Sig        []byte `json:"sig" minLength:"88" maxLength:"88" doc:"Ed25519, by the device's key, over the path, restaurant, device, at and the SHA-256 of the payload in hex (or nothing), joined by line feeds"`
}

// checkSigned holds a request against its signature and the clock. A device that does not know the time reads it from the answer's header
// Date and signs again.
func (a *API) checkSigned(s *SignedRequest, path string, payload []byte) error {
	if !a.Fleet.Authentic(s.Device, link.Signed(path, s.Restaurant, s.Device, s.At, payload), s.Sig) {
		return problem.New(problem.Refused, "bad_signature", "the device has not signed this")
	}
	at, err := time.Parse(time.RFC3339, s.At)
	if err != nil {
		return problem.New(problem.Invalid, "bad_time", "at is no time").With("path", "at")
	}
	if off := at.Sub(a.now()); off > atMost || off < -atMost {
		return refuse(http.StatusConflict, "clock", "the device's clock is more than %s from the cloud's: read it from the header Date and sign again", atMost)
	}
	return nil
}

// Renewal is a node's new credential, and where things are now.
type Renewal struct {
	JWT     string    `json:"jwt"`
	Expires time.Time `json:"expires"`
	Leaves  []string  `json:"leaves"`
	Clients []string  `json:"clients"`
	CA      string    `json:"ca"`
	Time    time.Time `json:"time" doc:"the cloud's clock"`

	Proof *link.SignedProof `json:"proof,omitempty" doc:"as in the answer to a claim"`
}

type renewInput struct{ Body SignedRequest }

type renewOutput struct{ Body Renewal }

// renew gives a node a new credential.
func (a *API) renew(ctx context.Context, in *renewInput) (*renewOutput, error) {
	if err := a.checkSigned(&in.Body, link.RenewPath, nil); err != nil {
		return nil, err
	}
	made, err := a.Fleet.Renew(ctx, in.Body.Restaurant, in.Body.Device)
	if err != nil {
		return nil, err
	}
	made.Leaves, made.Clients, made.Expires, made.Time = list(made.Leaves), list(made.Clients), made.Expires.UTC().Truncate(time.Second), a.now().Truncate(time.Millisecond)
	return &renewOutput{made}, nil
}

type knownInput struct {
	Body struct {
		SignedRequest
		IDs json.RawMessage `json:"ids" doc:"0 to 512 ids of events of the outbox, oldest first; the payload that is signed. None asks only which database it is"`
	}
}

type knownOutput struct {
	Body struct {
		Inc   string `json:"inc" doc:"which life of the database says so: when it is another one than before, everything has to be asked again"`
		Known []byte `json:"known" doc:"bit i, lowest first, is set when the i-th event need not be handed over: it is stored, or put aside from this device, or a person has thrown it away"`
	}
}

// known says which of its events a fenced device need not hand over.
func (a *API) known(ctx context.Context, in *knownInput) (*knownOutput, error) {
	b := &in.Body
	if err := a.checkSigned(&b.SignedRequest, link.KnownPath, b.IDs); err != nil {
		return nil, err
	}
	var ids []string
	if err := json.Unmarshal(b.IDs, &ids); err != nil || len(ids) > link.SalvagePage || slices.ContainsFunc(ids, noID) {
		return nil, problem.New(problem.Invalid, "bad_ids", "these are not 0 to %d ids of events", link.SalvagePage).With("path", "ids")
	}
	held, inc, err := a.Quarantine.Holds(ctx, b.Restaurant, b.Device, ids)
	if err != nil {
		return nil, err
	}
	out := &knownOutput{}
	out.Body.Inc, out.Body.Known = inc, link.Bits(held)
	return out, nil
}

func noID(id string) bool { return id == "" || len(id) > 128 }

type salvageInput struct {
	Body struct {
		SignedRequest
		Epoch  uint64          `json:"epoch" minimum:"1" doc:"of the events"`
		Prev   link.Hash       `json:"prev" doc:"the hash before the first of them, 64 hex digits; zeros at the start of an epoch, and when the outbox no longer has the event before"`
		Events json.RawMessage `json:"events" doc:"1 to 64 events as they stand in the outbox; the payload that is signed"`
	}
}

type salvageOutput struct {
	Body struct {
		Stored int `json:"stored"`
	}
}

// salvage keeps what a fenced device has and the cloud lacks, until a person has looked at it.
func (a *API) salvage(ctx context.Context, in *salvageInput) (*salvageOutput, error) {
	b := &in.Body
	if err := a.checkSigned(&b.SignedRequest, link.SalvagePath, b.Events); err != nil {
		return nil, err
	}
	var events []link.Event
	if err := json.Unmarshal(b.Events, &events); err != nil || len(events) == 0 || len(events) > link.MaxBatchEvents {
		return nil, problem.New(problem.Invalid, "bad_events", "these are not 1 to %d events as they stand in an outbox", link.MaxBatchEvents).With("path", "events")
	}
	if err := a.Quarantine.Salvage(ctx, b.Restaurant, b.Device, b.Epoch, b.Prev, events); err != nil {
		return nil, err
	}
	out := &salvageOutput{}
	out.Body.Stored = len(events)
	return out, nil
}

type allInput struct {
	Body struct {
		SignedRequest
		Inc string `json:"inc" minLength:"1" maxLength:"200" doc:"which life of the database has it all, as known said; the payload that is signed"`
	}
}

type allOutput struct {
	Body struct {
		Since instant `json:"since" doc:"when this was said first, with nothing handed over since"`
	}
}

// all hears that a fenced device has nothing more to hand over: until then nobody knows how its orders ended.
func (a *API) all(ctx context.Context, in *allInput) (*allOutput, error) {
	b := &in.Body
	if err := a.checkSigned(&b.SignedRequest, link.AllPath, []byte(b.Inc)); err != nil {
		return nil, err
	}
	since, err := a.Quarantine.SaidAll(ctx, b.Restaurant, b.Device, b.Inc)
	out := &allOutput{}
	out.Body.Since = instant{since}
	return out, err
}
