package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/shared/problem"
)

// Device is something on the rig.
type Device interface {
	Name() string
	Run(ctx context.Context) error
	View() any // for people, as JSON
	Break(ctx context.Context, f fault.Fault) error
	Mend()
}

// Rig is a set of devices and the interface by which they are managed.
type Rig struct {
	log     *slog.Logger
	mu      sync.Mutex
	devices []Device
}

// New is an empty rig.
func New(log *slog.Logger) *Rig { return &Rig{log: log} }

// Add puts a device on the rig. Names stand for one device each; a second one is not found.
func (r *Rig) Add(d Device) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.devices = append(r.devices, d)
}

func (r *Rig) all() []Device {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Device{}, r.devices...)
}

// Run is the life of all devices that were added before, until ctx ends or one cannot go on.
func (r *Rig) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, d := range r.all() {
		g.Go(func() error {
			if err := d.Run(ctx); err != nil {
				return fmt.Errorf("%s: %w", d.Name(), err)
			}
			return nil
		})
	}
	return g.Wait()
}

// Manage serves the management interface on a loopback socket until ctx ends:
//
//	GET    /devices                    every device
//	GET    /devices/{id}               one
//	POST   /devices/{id}/fault         {"fault":"silent@0s+30s"}: begins now, or so long from now
//	DELETE /devices/{id}/fault         ends all of its faults
//	POST   /devices/{id}/slots/{slot}  {"order":"…","item":"1","diameter_cm":30}: something is put in
//	DELETE /devices/{id}/slots/{slot}  and taken out
//	POST   /devices/{id}/door          {"seconds":5}: the door stands open
func (r *Rig) Manage(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: r.Handler(), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve management: %w", err)
	case <-ctx.Done():
	}
	leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	err := server.Shutdown(leave)
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// Handler is the management interface.
func (r *Rig) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(*http.Request) (any, error){
		"GET /devices":                      r.list,
		"GET /devices/{id}":                 r.one,
		"POST /devices/{id}/fault":          r.breaks,
		"DELETE /devices/{id}/fault":        r.mends,
		"POST /devices/{id}/slots/{slot}":   r.putIn,
		"DELETE /devices/{id}/slots/{slot}": r.takeOut,
		"POST /devices/{id}/door":           r.door,
		"GET /healthz":                      func(*http.Request) (any, error) { return map[string]string{"status": "ok"}, nil },
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
			answer, err := handle(req)
			r.respond(w, answer, err)
		})
	}
	return mux
}

// statuses are what problems are called in HTTP.
var statuses = map[problem.Kind]int{
	problem.Invalid: http.StatusUnprocessableEntity, problem.NotFound: http.StatusNotFound, problem.Conflict: http.StatusConflict,
}

func (r *Rig) respond(w http.ResponseWriter, answer any, err error) {
	code, kind := http.StatusOK, "application/json"
	if err != nil {
		p := problem.Of(err)
		if p == nil {
			p = problem.New(problem.Unavailable, "not_done", "%v", err)
		}
		if code = statuses[p.Kind]; code == 0 {
			code = http.StatusServiceUnavailable
		}
		kind, answer = "application/problem+json", map[string]any{"status": code, "code": p.Code, "title": p.Code, "detail": p.Detail}
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		r.log.Debug("answer not read", "err", err)
	}
}

func (r *Rig) list(*http.Request) (any, error) {
	views := []any{}
	for _, d := range r.all() {
		views = append(views, d.View())
	}
	return map[string]any{"devices": views}, nil
}

func (r *Rig) find(req *http.Request) (Device, error) {
	for _, d := range r.all() {
		if d.Name() == req.PathValue("id") {
			return d, nil
		}
	}
	return nil, problem.New(problem.NotFound, "no_such_device", "there is no device %q: see GET /devices", req.PathValue("id"))
}

func (r *Rig) one(req *http.Request) (any, error) {
	d, err := r.find(req)
	if err != nil {
		return nil, err
	}
	return d.View(), nil
}

// read takes a small JSON body; none counts as an empty one.
func read(req *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, req.Body, 16<<10))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && req.ContentLength != 0 {
		return problem.New(problem.Invalid, "bad_body", "%v", err)
	}
	return nil
}

func (r *Rig) breaks(req *http.Request) (any, error) {
	d, err := r.find(req)
	if err != nil {
		return nil, err
	}
	var body struct {
		Fault string `json:"fault"`
	}
	if err := read(req, &body); err != nil {
		return nil, err
	}
	f, err := fault.ParseOne(d.Name(), body.Fault)
	if err != nil {
		return nil, problem.New(problem.Invalid, "bad_fault", "%v", err)
	}
	if err := d.Break(req.Context(), f); err != nil {
		return nil, err
	}
	return d.View(), nil
}

func (r *Rig) mends(req *http.Request) (any, error) {
	d, err := r.find(req)
	if err != nil {
		return nil, err
	}
	d.Mend()
	return d.View(), nil
}

// baker is a device with slots and a door.
type baker interface {
	PutInto(ctx context.Context, slot int, order, item string, diameterCM int) error
	TakeOut(ctx context.Context, slot int) error
	OpenDoor(ctx context.Context, d time.Duration) error
}

func (r *Rig) baker(req *http.Request) (Device, baker, int, error) {
	d, err := r.find(req)
	if err != nil {
		return nil, nil, 0, err
	}
	b, ok := d.(baker)
	if !ok {
		return nil, nil, 0, problem.New(problem.Conflict, "no_oven", "%s is no oven", d.Name())
	}
	slot, err := strconv.Atoi(req.PathValue("slot"))
	if err != nil && req.PathValue("slot") != "" {
		return nil, nil, 0, problem.New(problem.Invalid, "bad_slot", "slots are numbers from 1 on, not %q", req.PathValue("slot"))
	}
	return d, b, slot, nil
}

func (r *Rig) putIn(req *http.Request) (any, error) {
	d, b, slot, err := r.baker(req)
	if err != nil {
		return nil, err
	}
	body := struct {
		Order    string `json:"order"`
		Item     string `json:"item"`
		Diameter int    `json:"diameter_cm"`
	}{Diameter: 30}
	if err := read(req, &body); err != nil {
		return nil, err
	}
	if body.Diameter < 1 || body.Diameter > 100 {
		return nil, problem.New(problem.Invalid, "bad_diameter", "pizzas are 1 to 100 cm wide, not %d", body.Diameter)
	}
	if err := b.PutInto(req.Context(), slot, body.Order, body.Item, body.Diameter); err != nil {
		return nil, err
	}
	return d.View(), nil
}

func (r *Rig) takeOut(req *http.Request) (any, error) {
	d, b, slot, err := r.baker(req)
	if err != nil {
		return nil, err
	}
	if err := b.TakeOut(req.Context(), slot); err != nil {
		return nil, err
	}
	return d.View(), nil
}

func (r *Rig) door(req *http.Request) (any, error) {
	d, b, _, err := r.baker(req)
	if err != nil {
		return nil, err
	}
	body := struct {
		Seconds float64 `json:"seconds"`
	}{Seconds: 5}
	if err := read(req, &body); err != nil {
		return nil, err
	}
	if !(body.Seconds > 0 && body.Seconds <= 3600) {
		return nil, problem.New(problem.Invalid, "bad_time", "a door stands open for up to 3600 seconds, not %v", body.Seconds)
	}
	return d.View(), b.OpenDoor(req.Context(), time.Duration(body.Seconds*float64(time.Second)))
}
