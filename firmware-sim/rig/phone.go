package rig

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/phone"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/wire"
)

// PhoneSetting is what a driver's phone needs.
type PhoneSetting struct {
	Name       string // of the driver, and of the device on the rig
	Cloud      string // base address
	StaffToken string // registers the driver, where the chain has one
	Vehicle    string // in the cloud's words; "" leaves it to the cloud
	Broker     *url.URL
	Driver     *phone.Driver
	Script     *fault.Script
	Dice       *dice.Dice
	Log        *slog.Logger
}

// Phone is a driver's phone on the network: positions by MQTT, or by HTTP while MQTT is away; everything else by HTTP. A silent phone
// is one without network.
type Phone struct {
	set    PhoneSetting
	phone  *phone.Phone
	cloud  *call.Client
	offers chan wire.Offer
	mail   *Mail
	line   atomic.Pointer[Line]
	fixes  chan wire.DriverLocation // waiting for HTTP

	mu      sync.Mutex
	spoiler *fault.Spoiler
	driver  string // id, "" before registration
	born    time.Time
	off     time.Time // until then it is booting
}

// NewPhone puts a phone on the network; Run switches it on.
func NewPhone(s PhoneSetting) *Phone {
	p := &Phone{
		set: s, offers: make(chan wire.Offer, 8), mail: NewMail(), fixes: make(chan wire.DriverLocation, 1),
		spoiler: fault.NewSpoiler(s.Dice), cloud: &call.Client{Base: s.Cloud, Bearer: s.StaffToken},
	}
	p.phone = &phone.Phone{
		Driver: s.Driver, Network: p, Offers: p.offers,
		Shift: func(now time.Time) time.Duration { return s.Script.At(p.age(now)).Shift },
	}
	return p
}

// Run registers the driver, which may take until the cloud is there, and drives until ctx ends.
func (p *Phone) Run(ctx context.Context) error {
	p.mu.Lock()
	p.born = time.Now()
	p.mu.Unlock()
	secret, ok := p.register(ctx)
	if !ok {
		return nil
	}
	l := &Line{
		Account: Account{Broker: p.set.Broker, Name: p.ID(), Secret: secret}, Mail: p.mail, Log: p.set.Log,
		Read: []string{wire.OfferTopic(p.ID())}, Hear: p.hear,
	}
	p.line.Store(l)
	net, hangUp := context.WithCancel(context.WithoutCancel(ctx)) // the line outlives the shift, to say goodbye
	defer hangUp()
	g := new(errgroup.Group)
	g.Go(func() error { return l.Run(net) })
	g.Go(func() error { return p.fallBack(net) })
	g.Go(func() error {
		defer hangUp()
		return p.phone.Run(ctx)
	})
	return g.Wait()
}

// registered is the answer to a registration.
type registered struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// register asks again, with the same key, until the cloud answers. A refusal is logged and asked again too: the chain may be
// starting up.
func (p *Phone) register(ctx context.Context) (secret string, ok bool) {
	key, me := id.New(), map[string]string{"name": p.set.Name}
	if p.set.Vehicle != "" {
		me["vehicle"] = p.set.Vehicle
	}
	for attempt := 1; ctx.Err() == nil; attempt++ {
		var r registered
		err := p.cloud.Do(ctx, call.Request{
			Method: http.MethodPost, Path: "/api/drivers", Key: key, Body: me,
		}, &r)
		if err == nil && wire.SafeID(r.ID) {
			p.mu.Lock()
			p.driver, p.cloud = r.ID, &call.Client{Base: p.set.Cloud, Bearer: r.Secret}
			p.mu.Unlock()
			p.set.Log.Info("registered", "driver", r.ID, "name", p.set.Name)
			return r.Secret, true
		}
		p.set.Log.Log(ctx, level(attempt), "not registered yet", "name", p.set.Name, "err", err)
		pause(ctx, backoff(attempt))
	}
	return "", false
}

// level keeps the first attempts quiet: everything starts at once, and the cloud takes a moment.
func level(attempt int) slog.Level {
	if attempt > 5 {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

func (p *Phone) age(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Sub(p.born)
}

// reachable reports whether the phone has network: no fault, no dead zone, not booting.
func (p *Phone) reachable(now time.Time) bool {
	if p.set.Script.Reboots(p.age(now)) {
		p.mu.Lock()
		p.off = now.Add(2 * time.Second)
		p.mu.Unlock()
	}
	p.mu.Lock()
	booting := now.Before(p.off)
	p.mu.Unlock()
	return !booting && !p.set.Script.At(p.age(now)).Silent && p.phone.HasNetwork()
}

func (p *Phone) hear(ctx context.Context, _ string, payload []byte) {
	o, err := wire.Decode[wire.Offer](payload, time.Now())
	if err != nil {
		p.set.Log.Warn("offer not understood", "driver", p.ID(), "err", err)
		return
	}
	if !p.reachable(time.Now()) {
		return
	}
	select {
	case p.offers <- o:
	case <-ctx.Done():
	}
}

// Tell makes the call for an action.
func (p *Phone) Tell(ctx context.Context, a phone.Action) phone.Outcome {
	if !p.reachable(time.Now()) {
		return phone.Away
	}
	r, err := request(p.ID(), a)
	if err == nil {
		err = p.client().Do(ctx, r, nil)
	}
	o := outcome(a, err)
	if err != nil {
		p.set.Log.Debug("told", "driver", p.ID(), "what", string(a.Kind), "order", a.Order, "err", err)
	}
	if o == phone.Hopeless {
		p.set.Log.Warn("refused for good", "driver", p.ID(), "what", string(a.Kind), "order", a.Order, "err", err)
	}
	return o
}

func (p *Phone) client() *call.Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cloud
}

// Locate sends a position by MQTT, or leaves it to HTTP. A position nobody can take is lost: the next is better.
func (p *Phone) Locate(_ context.Context, l wire.DriverLocation) {
	now := time.Now()
	if !p.reachable(now) {
		return
	}
	if line := p.line.Load(); line == nil || !line.Up() {
		select {
		case p.fixes <- l:
		default:
		}
		return
	}
	payload, err := wire.Encode(l)
	if err != nil {
		return
	}
	topic := wire.DriverLocationTopic(p.ID())
	p.mu.Lock()
	out := p.spoiler.Pass(p.set.Script.At(now.Sub(p.born)), fault.Packet{Topic: topic, Payload: payload})
	p.mu.Unlock()
	p.mail.Put(out...)
}

// asks is how often a phone asks for offers while MQTT is away.
const asks = 3 * time.Second

// fallBack sends positions and asks for offers by HTTP while MQTT is away.
func (p *Phone) fallBack(ctx context.Context) error {
	ask := time.NewTicker(asks)
	defer ask.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ask.C:
			if !p.line.Load().Up() && p.reachable(now) {
				p.askOffers(ctx)
			}
		case l := <-p.fixes:
			err := p.client().Do(ctx, call.Request{Method: http.MethodPost, Path: "/api/drivers/" + url.PathEscape(p.ID()) + "/location", Body: l}, nil)
			if err != nil && ctx.Err() == nil {
				p.set.Log.Debug("position lost", "driver", p.ID(), "err", err)
			}
		}
	}
}

// asked is an offer as HTTP shows it.
type asked struct {
	wire.Offer
	Order string `json:"order_id"`
}

func (p *Phone) askOffers(ctx context.Context) {
	var open struct {
		Offers []asked `json:"offers"`
	}
	err := p.client().Do(ctx, call.Request{Method: http.MethodGet, Path: "/api/drivers/" + url.PathEscape(p.ID()) + "/offers"}, &open)
	if err != nil && ctx.Err() == nil {
		p.set.Log.Debug("offers not read", "driver", p.ID(), "err", err)
	}
	for _, a := range open.Offers {
		o := a.Offer
		o.Order = a.Order
		if err := o.Validate(time.Now()); err != nil {
			p.set.Log.Warn("offer not understood", "driver", p.ID(), "err", err)
			continue
		}
		select {
		case p.offers <- o:
		case <-ctx.Done():
		}
	}
}

// ID is the driver's, as the cloud gave it; "" before.
func (p *Phone) ID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.driver
}

// Name is the phone's on the rig.
func (p *Phone) Name() string { return p.set.Name }

// Break lets a fault begin now.
func (p *Phone) Break(_ context.Context, f fault.Fault) error {
	p.set.Script.Add(f, p.age(time.Now()))
	return nil
}

// Mend ends all faults.
func (p *Phone) Mend() { p.set.Script.Clear() }

// PhoneView is a phone as the management interface shows it.
type PhoneView struct {
	ID        string `json:"id"` // on the rig
	Kind      string `json:"kind"`
	Driver    string `json:"driver"` // in the cloud
	Connected bool   `json:"connected"`
	phone.View
	Mail   Count    `json:"mail"`
	Faults []string `json:"faults"`
}

// View is the phone as it stands.
func (p *Phone) View() any {
	line := p.line.Load()
	v := PhoneView{
		ID: p.set.Name, Kind: "phone", Driver: p.ID(), Connected: line != nil && line.Up(), View: p.phone.View(), Mail: p.mail.Count(),
		Faults: []string{},
	}
	for _, f := range p.set.Script.Faults(p.age(time.Now())) {
		v.Faults = append(v.Faults, fmt.Sprint(f))
	}
	return v
}
