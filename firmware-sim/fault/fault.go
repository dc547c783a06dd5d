// Package fault makes devices misbehave on purpose, by a script that people write on a command line and by chance from a seed. It says
// what is wrong at an instant and spoils messages; it knows no device and no network.
package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kind is a way to misbehave.
type Kind string

// The kinds.
const (
	Silent    Kind = "silent"    // nothing is heard of the device and nothing reaches it; facts wait in it until it is over
	Drift     Kind = "drift"     // a probe reads more and more wrong: +3C/min
	Stuck     Kind = "stuck"     // a probe says for ever what it said last
	Drop      Kind = "drop"      // a message without acknowledgement gets lost, with this probability
	Duplicate Kind = "duplicate" // a message is sent twice
	Reorder   Kind = "reorder"   // a message is sent after the next one
	Garbage   Kind = "garbage"   // nonsense is sent before a message
	Reboot    Kind = "reboot"    // the device loses power and comes back
	Clock     Kind = "clock"     // its clock is wrong: +1h, -10m

	PaperOut  Kind = "paper_out"  // a printer has no paper
	PaperLow  Kind = "paper_low"  // … and soon will have none
	CoverOpen Kind = "cover_open" // its cover is open
	Jam       Kind = "jam"        // its knife is stuck
	Slow      Kind = "slow"       // each line takes it so many seconds
	HangUp    Kind = "hang_up"    // it ends each connection after so many bytes
)

// Kinds are all of them.
func Kinds() []Kind {
	return []Kind{
		Silent, Drift, Stuck, Drop, Duplicate, Reorder, Garbage, Reboot, Clock, PaperOut, PaperLow, CoverOpen, Jam, Slow, HangUp,
	}
}

// Fault is one misbehaviour of a device, or of all ("*"), from an instant after the start on, for a while or (0) for ever.
type Fault struct {
	Device string
	Kind   Kind
	Chance float64       // drop, duplicate, reorder, garbage
	Slope  float64       // drift: K per minute
	Shift  time.Duration // clock
	Amount float64       // slow: seconds; hang_up: bytes
	From   time.Duration
	For    time.Duration
}

const form = "write DEVICE:FAULT[=VALUE][@START[+FOR]], like oven-1:silent@60s+30s, *:duplicate=0.1, oven-2:drift=+3C/min, *:reboot@120s or oven-1:clock=-10m"

// Parse reads faults separated by commas. The error is one line that says what to write instead.
func Parse(script string) ([]Fault, error) {
	var faults []Fault
	for one := range strings.SplitSeq(script, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		device, what, named := strings.Cut(one, ":")
		if !named || device == "" {
			return nil, fmt.Errorf("fault %q names no device: %s", one, form)
		}
		f, err := ParseOne(device, what)
		if err != nil {
			return nil, err
		}
		faults = append(faults, f)
	}
	return faults, nil
}

// ParseOne reads the fault of one device, without its name: silent@60s+30s.
func ParseOne(device, what string) (Fault, error) {
	f := Fault{Device: device}
	rest, when, timed := strings.Cut(what, "@")
	kind, value, _ := strings.Cut(rest, "=")
	f.Kind = Kind(kind)
	if !slices.Contains(Kinds(), f.Kind) {
		return f, fmt.Errorf("fault %q: there is no fault %q, but %v; %s", what, kind, Kinds(), form)
	}
	if err := f.readValue(value); err != nil {
		return f, fmt.Errorf("fault %q: %w; %s", what, err, form)
	}
	if timed {
		if err := f.readTimes(when); err != nil {
			return f, fmt.Errorf("fault %q: %w; %s", what, err, form)
		}
	}
	return f, nil
}

func (f *Fault) readValue(value string) (err error) {
	switch f.Kind {
	case Drop, Duplicate, Reorder, Garbage:
		if f.Chance, err = strconv.ParseFloat(value, 64); err != nil || !(f.Chance >= 0 && f.Chance <= 1) {
			return fmt.Errorf("%s needs a probability from 0 to 1, not %q", f.Kind, value)
		}
	case Drift:
		number, ok := strings.CutSuffix(value, "C/min")
		if f.Slope, err = strconv.ParseFloat(number, 64); err != nil || !ok {
			return fmt.Errorf("drift needs degrees per minute like +3C/min, not %q", value)
		}
	case Clock:
		if f.Shift, err = time.ParseDuration(value); err != nil {
			return fmt.Errorf("clock needs a shift like +1h or -10m, not %q", value)
		}
	case Slow, HangUp:
		if f.Amount, err = strconv.ParseFloat(value, 64); err != nil || !(f.Amount > 0 && f.Amount <= 1e6) {
			return fmt.Errorf("%s needs a number above 0 and up to a million, not %q", f.Kind, value)
		}
	case Silent, Stuck, Reboot, PaperOut, PaperLow, CoverOpen, Jam:
		if value != "" {
			return fmt.Errorf("%s takes no value, but stands with %q", f.Kind, value)
		}
	}
	return nil
}

func (f *Fault) readTimes(when string) (err error) {
	start, length, limited := strings.Cut(when, "+")
	if f.From, err = time.ParseDuration(start); err != nil || f.From < 0 {
		return fmt.Errorf("it begins at a time after the start like 60s, not %q", start)
	}
	if !limited {
		return nil
	}
	if f.For, err = time.ParseDuration(length); err != nil || f.For <= 0 {
		return fmt.Errorf("it lasts a time above 0 like 30s, not %q", length)
	}
	return nil
}

func (f Fault) on(since time.Duration) bool {
	return since >= f.From && (f.For == 0 || since < f.From+f.For)
}

// String is the fault as Parse reads it.
func (f Fault) String() string {
	s := f.Device + ":" + string(f.Kind)
	switch f.Kind {
	case Drop, Duplicate, Reorder, Garbage:
		s += fmt.Sprintf("=%g", f.Chance)
	case Drift:
		s += fmt.Sprintf("=%+gC/min", f.Slope)
	case Clock:
		s += "=" + f.Shift.String()
	case Slow, HangUp:
		s += fmt.Sprintf("=%g", f.Amount)
	case Silent, Stuck, Reboot, PaperOut, PaperLow, CoverOpen, Jam:
	}
	if f.From > 0 || f.For > 0 {
		s += "@" + f.From.String()
	}
	if f.For > 0 {
		s += "+" + f.For.String()
	}
	return s
}

// State is what is wrong with a device now.
type State struct {
	Silent, Stuck                     bool
	Offset                            float64 // K
	Shift                             time.Duration
	Drop, Duplicate, Reorder, Garbage float64 // probabilities

	PaperOut, PaperLow, CoverOpen, Jam bool
	Slow                               time.Duration // for each line
	HangUp                             int           // after so many bytes; 0 never
}

// Script is what goes wrong with one device, and when. It is safe for concurrent use.
type Script struct {
	device   string
	mu       sync.Mutex
	faults   []Fault
	rebooted time.Duration // reboots up to here have been made
}

// NewScript takes those faults that concern a device, by its name or by other names it has.
func NewScript(device string, faults []Fault, others ...string) *Script {
	s := &Script{device: device, rebooted: -1}
	for _, f := range faults {
		if f.Device == "*" || f.Device == device || slices.Contains(others, f.Device) {
			s.faults = append(s.faults, f)
		}
	}
	return s
}

// Add lets a fault begin: its From counts from since, the device's age.
func (s *Script) Add(f Fault, since time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Device, f.From = s.device, f.From+since
	s.faults = append(s.faults, f)
}

// Clear ends all faults.
func (s *Script) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Faults are those that go on at this age or lie ahead.
func (s *Script) Faults(since time.Duration) []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.faults), func(f Fault) bool {
		over := f.For > 0 && since >= f.From+f.For
		return over || f.Kind == Reboot && f.From <= s.rebooted
	})
}

// At is what is wrong at this age of the device. Offsets and shifts add up; of probabilities the greatest counts.
func (s *Script) At(since time.Duration) State {
	s.mu.Lock()
	defer s.mu.Unlock()
	var state State
	for _, f := range s.faults {
		if f.on(since) {
			state.add(f, since)
		}
	}
	return state
}

func (state *State) add(f Fault, since time.Duration) {
	switch f.Kind {
	case Silent:
		state.Silent = true
	case Stuck:
		state.Stuck = true
	case Drift:
		state.Offset += f.Slope * (since - f.From).Minutes()
	case Clock:
		state.Shift += f.Shift
	case Drop:
		state.Drop = max(state.Drop, f.Chance)
	case Duplicate:
		state.Duplicate = max(state.Duplicate, f.Chance)
	case Reorder:
		state.Reorder = max(state.Reorder, f.Chance)
	case Garbage:
		state.Garbage = max(state.Garbage, f.Chance)
	case PaperOut:
		state.PaperOut = true
	case PaperLow:
		state.PaperLow = true
	case CoverOpen:
		state.CoverOpen = true
	case Jam:
		state.Jam = true
	case Slow:
		state.Slow = max(state.Slow, time.Duration(f.Amount*float64(time.Second)))
	case HangUp:
		state.HangUp = max(1, int(f.Amount))
	case Reboot:
	}
}

// Reboots reports, once for each, that a reboot was due by this age.
func (s *Script) Reboots(since time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := slices.ContainsFunc(s.faults, func(f Fault) bool { return f.Kind == Reboot && f.From > s.rebooted && f.From <= since })
	s.rebooted = max(s.rebooted, since)
	return due
}
