package rig

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/oven"
	"awesome.pizza/shared/wire"
)

// Oven is an oven on the network. One goroutine owns its firmware; everybody else asks it through do.
type Oven struct {
	name     string
	label    string
	firmware *oven.Firmware
	pace     dice.Pace
	script   *fault.Script
	spoiler  *fault.Spoiler
	line     *Line
	log      *slog.Logger
	asked    chan func(now time.Time)
	heard    chan []byte

	born     time.Time
	stuck    []float64
	bootsTil time.Time

	mu    sync.Mutex
	shown OvenView
}

// OvenView is an oven as the management interface shows it.
type OvenView struct {
	ID        string         `json:"id"`
	Kind      string         `json:"kind"` // deck, conveyor
	State     string         `json:"state"`
	Connected bool           `json:"connected"`
	Chambers  []wire.Chamber `json:"chambers"` // the truth, whatever the probes say
	Items     []wire.ItemIn  `json:"items"`
	Free      []int          `json:"free"`
	Mail      Count          `json:"mail"`
	Faults    []string       `json:"faults"`

	age time.Duration
}

// OvenSetting is what an oven is made of.
type OvenSetting struct {
	Label    string // its name on the rig; the oven's own when empty
	Firmware *oven.Firmware
	Kitchen  string
	Account  Account
	Pace     dice.Pace
	Script   *fault.Script
	Dice     *dice.Dice
	Log      *slog.Logger
}

// NewOven puts an oven on the network; Run switches it on.
func NewOven(s OvenSetting) *Oven {
	o := &Oven{
		name: s.Firmware.Spec().Name, firmware: s.Firmware, pace: s.Pace, script: s.Script, spoiler: fault.NewSpoiler(s.Dice),
		log: s.Log, asked: make(chan func(time.Time)), heard: make(chan []byte, 16),
	}
	if o.label = s.Label; o.label == "" {
		o.label = o.name
	}
	o.line = &Line{
		Account: s.Account, Mail: NewMail(), Log: s.Log,
		Read: []string{wire.OvenCommandTopic(s.Kitchen, o.name)},
		Hear: func(ctx context.Context, _ string, payload []byte) {
			select {
			case o.heard <- payload:
			case <-ctx.Done():
			}
		},
	}
	o.show(time.Time{}, "off")
	return o
}

// How an oven keeps time, by the wall clock.
const (
	tick       = 100 * time.Millisecond // of the physics
	perReading = 10                     // ticks: telemetry once a second
)

// bootTime is how long firmware takes to come back, in life.
const bootTime = 8 * time.Second

// Run is the life of the oven until ctx ends.
func (o *Oven) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	plug := o.plugIn(ctx)
	defer func() { cancel(); plug.pull() }()
	clock := time.NewTicker(tick)
	defer clock.Stop()
	o.born = time.Now()
	last := o.born
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case f := <-o.asked:
			f(time.Now())
		case payload := <-o.heard:
			o.obey(payload, time.Now())
		case now := <-clock.C:
			if o.script.Reboots(now.Sub(o.born)) {
				plug.pull()
				plug, o.bootsTil = o.plugIn(ctx), now.Add(o.boot())
			}
			o.live(now, now.Sub(last), n%perReading == 0)
			last = now
		}
	}
}

// boot is never so short that nobody would notice.
func (o *Oven) boot() time.Duration { return max(o.pace.Lasts(bootTime), 2*time.Second) }

// plug is a running connection.
type plug struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func (o *Oven) plugIn(ctx context.Context) plug {
	ctx, cancel := context.WithCancel(ctx)
	p := plug{cancel, make(chan struct{})}
	wait := time.Until(o.bootsTil)
	go func() {
		defer close(p.done)
		if pause(ctx, wait); ctx.Err() != nil {
			return
		}
		if err := o.line.Run(ctx); err != nil {
			o.log.Error("connection ended", "oven", o.name, "err", err)
		}
	}()
	return p
}

func (p plug) pull() {
	p.cancel()
	<-p.done
}

// live lets time pass, and says what is to be said.
func (o *Oven) live(now time.Time, passed time.Duration, reading bool) {
	state := o.script.At(now.Sub(o.born))
	said := o.firmware.Advance(now.Add(state.Shift), o.pace.Passes(passed))
	readings := o.firmware.Read(o.probe(state))
	if reading && now.After(o.bootsTil) {
		said = append(said, o.firmware.Telemetry(now, readings, state.Shift))
	}
	o.say(state, now, said...)
	o.show(now, o.word(state, now))
}

func (o *Oven) word(state fault.State, now time.Time) string {
	switch {
	case now.Before(o.bootsTil):
		return "booting"
	case state.Silent:
		return "silent"
	}
	return "on"
}

// probe is how the probes deceive now. One that sticks holds on to what it read when it began.
func (o *Oven) probe(state fault.State) oven.Probe {
	p := oven.Probe{Offset: state.Offset}
	if !state.Stuck {
		o.stuck = nil
		return p
	}
	if o.stuck == nil {
		o.stuck = o.firmware.Read(p)
	}
	p.Stuck = o.stuck
	return p
}

func (o *Oven) say(state fault.State, now time.Time, said ...oven.Message) {
	state.Silent = state.Silent || now.Before(o.bootsTil)
	packets := make([]fault.Packet, 0, len(said))
	for _, m := range said {
		p, err := packet(m)
		if err != nil {
			o.log.Error("message cannot be written", "oven", o.name, "err", err)
			continue
		}
		packets = append(packets, p)
	}
	if out := o.spoiler.Pass(state, packets...); len(out) > 0 {
		o.line.Mail.Put(out...)
	}
}

func packet(m oven.Message) (fault.Packet, error) {
	payload, err := wire.Encode(m.Payload)
	if err != nil {
		return fault.Packet{}, err
	}
	topic, err := wire.ParseTopic(m.Topic)
	return fault.Packet{Topic: m.Topic, QoS: topic.Kind.QoS(), Payload: payload}, err
}

func (o *Oven) obey(payload []byte, now time.Time) {
	state := o.script.At(now.Sub(o.born))
	if state.Silent || now.Before(o.bootsTil) {
		return // it hangs: commands fall on deaf ears
	}
	said, err := o.firmware.Obey(payload, now.Add(state.Shift))
	if err != nil {
		o.log.Warn("command not understood", "oven", o.name, "err", err)
	}
	o.say(state, now, said...)
}

func (o *Oven) show(now time.Time, state string) {
	view := OvenView{age: now.Sub(o.born), ID: o.label, Kind: string(o.firmware.Spec().Kind), State: state, Free: o.firmware.Free()}
	if t, ok := o.firmware.Telemetry(now, o.firmware.Read(oven.Probe{}), 0).Payload.(wire.OvenTelemetry); ok {
		view.Chambers, view.Items = t.Chambers, t.ItemsIn
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.shown = view
}

// ErrOff says that the oven is not running.
var ErrOff = errors.New("the oven is switched off")

// do lets the oven's goroutine do something.
func (o *Oven) do(ctx context.Context, f func(now time.Time) error) error {
	result := make(chan error, 1)
	select {
	case o.asked <- func(now time.Time) { result <- f(now) }:
		return <-result
	case <-ctx.Done():
		return errors.Join(ErrOff, ctx.Err())
	}
}

func (o *Oven) event(now time.Time, m oven.Message, err error) error {
	if err != nil {
		return err
	}
	o.say(o.script.At(now.Sub(o.born)), now, m)
	o.show(now, o.word(o.script.At(now.Sub(o.born)), now))
	return nil
}

// doorTime is how long a door stands open to put something in or take it out, in life.
const doorTime = 4 * time.Second

// PutIn lays something into the first free slot. byItself says that a belt will bring it out.
func (o *Oven) PutIn(ctx context.Context, order, item string, diameterCM int) (slot int, byItself bool, err error) {
	err = o.do(ctx, func(now time.Time) error {
		free := o.firmware.Free()
		if len(free) == 0 {
			return errors.New("every slot is taken")
		}
		slot = free[0]
		return o.lay(slot, order, item, diameterCM, now)
	})
	return slot, o.firmware.Spec().Kind == oven.Conveyor, err
}

// PutInto lays something into a slot.
func (o *Oven) PutInto(ctx context.Context, slot int, order, item string, diameterCM int) error {
	return o.do(ctx, func(now time.Time) error { return o.lay(slot, order, item, diameterCM, now) })
}

func (o *Oven) lay(slot int, order, item string, diameterCM int, now time.Time) error {
	shift := o.script.At(now.Sub(o.born)).Shift
	m, err := o.firmware.PutIn(slot, order, item, diameterCM, now.Add(shift))
	if err == nil {
		o.openDoor(now, doorTime)
	}
	return o.event(now, m, err)
}

// TakeOut empties a slot.
func (o *Oven) TakeOut(ctx context.Context, slot int) error {
	return o.do(ctx, func(now time.Time) error {
		shift := o.script.At(now.Sub(o.born)).Shift
		m, err := o.firmware.TakeOut(slot, now.Add(shift))
		if err == nil {
			o.openDoor(now, doorTime)
		}
		return o.event(now, m, err)
	})
}

// OpenDoor leaves the door open for a while of life's time.
func (o *Oven) OpenDoor(ctx context.Context, d time.Duration) error {
	return o.do(ctx, func(now time.Time) error { o.openDoor(now, d); return nil })
}

func (o *Oven) openDoor(now time.Time, d time.Duration) {
	state := o.script.At(now.Sub(o.born))
	shifted := now.Add(state.Shift)
	o.say(state, now, o.firmware.OpenDoor(shifted, shifted.Add(o.pace.Lasts(d)))...)
}

// Free is how many slots are empty.
func (o *Oven) Free() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.shown.Free)
}

// Name is the oven's on the rig.
func (o *Oven) Name() string { return o.label }

// Break lets a fault begin now.
func (o *Oven) Break(ctx context.Context, f fault.Fault) error {
	return o.do(ctx, func(now time.Time) error { o.script.Add(f, now.Sub(o.born)); return nil })
}

// Mend ends all faults.
func (o *Oven) Mend() { o.script.Clear() }

// View is the oven as it stands.
func (o *Oven) View() any {
	o.mu.Lock()
	view := o.shown
	o.mu.Unlock()
	view.Connected, view.Mail, view.Faults = o.line.Up(), o.line.Mail.Count(), []string{}
	for _, f := range o.script.Faults(view.age) {
		view.Faults = append(view.Faults, f.String())
	}
	return view
}
