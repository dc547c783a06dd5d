package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"awesome.pizza/firmware-sim/fault"
)

// Setting is what a printer is made of.
type Setting struct {
	Label   string // its name on the rig
	Listen  string // host:port
	Columns int
	Script  *fault.Script
	Log     *slog.Logger
}

// Printer is a printer on the network. Like most it talks to one host at a time: the next one waits.
type Printer struct {
	set  Setting
	born time.Time

	mu      sync.Mutex
	machine *Machine
	conn    net.Conn
	took    int // bytes over the connection
	address string
	dark    time.Time // without power until then
	next    time.Time // when the next line is printed
}

// How a printer keeps time, in life: nobody watches paper come out faster.
const (
	tick     = 20 * time.Millisecond
	bootTime = 2 * time.Second
)

// New is a printer that Run switches on.
func New(s Setting) *Printer {
	return &Printer{set: s, machine: NewMachine(s.Columns), born: time.Now(), address: s.Listen}
}

// Name is what the rig calls it.
func (p *Printer) Name() string { return p.set.Label }

// Run is the life of the printer until ctx ends.
func (p *Printer) Run(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", p.set.Listen)
	if err != nil {
		return fmt.Errorf("plug in a printer: %w", err)
	}
	return p.Serve(ctx, l)
}

// Serve is the life of the printer at a socket that is open already.
func (p *Printer) Serve(ctx context.Context, l net.Listener) error {
	p.mu.Lock()
	p.address = l.Addr().String()
	p.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer func() { cancel(); _ = l.Close(); p.hangUp(); all.Wait() }()
	all.Go(func() { p.work(ctx) })
	failed := make(chan error, 1)
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				failed <- err
				return
			}
			p.host(ctx, conn)
		}
	})
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("a printer's socket: %w", err)
	}
}

// host talks to one host until it hangs up.
func (p *Printer) host(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	p.mu.Lock()
	off := time.Now().Before(p.dark) || ctx.Err() != nil
	if !off {
		p.conn, p.took = conn, 0
	}
	p.mu.Unlock()
	if off {
		return
	}
	defer p.hangUp()
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if answers, ok := p.take(ctx, buffer[:n]); !ok {
			return
		} else if len(answers) > 0 {
			_, _ = conn.Write(answers)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
				p.set.Log.Debug("a host is gone", "printer", p.set.Label, "err", err)
			}
			return
		}
	}
}

// take gives the machine what came, when there is room for it.
func (p *Printer) take(ctx context.Context, b []byte) (answers []byte, ok bool) {
	for {
		p.mu.Lock()
		state := p.state()
		if limit := state.HangUp; limit > 0 && p.took+len(b) > limit {
			answers = p.machine.Receive(b[:max(0, limit-p.took)])
			p.mu.Unlock()
			return answers, false
		}
		if !state.Silent && p.machine.Room() >= len(b) {
			p.took += len(b)
			answers = p.machine.Receive(b)
			p.mu.Unlock()
			return answers, true
		}
		p.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, false
		case <-time.After(tick):
		}
	}
}

// state is what is wrong now. The caller holds mu.
func (p *Printer) state() fault.State { return p.set.Script.At(time.Since(p.born)) }

func (p *Printer) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		_ = p.conn.Close()
	}
	p.conn = nil
}

// work lets time pass.
func (p *Printer) work(ctx context.Context) {
	clock := time.NewTicker(tick)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-clock.C:
			if p.set.Script.Reboots(now.Sub(p.born)) {
				p.powerCut(now)
			}
			p.live(now)
		}
	}
}

// powerCut loses what has not been printed.
func (p *Printer) powerCut(now time.Time) {
	p.mu.Lock()
	p.machine.PowerCut(now)
	p.dark = now.Add(bootTime)
	p.mu.Unlock()
	p.hangUp()
}

// live prints as many lines as there is time for, and says what is to be said.
func (p *Printer) live(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.state()
	p.machine.Health = Health{PaperOut: state.PaperOut, PaperLow: state.PaperLow, CoverOpen: state.CoverOpen, Jam: state.Jam}
	if state.Silent || now.Before(p.dark) {
		return
	}
	for !p.next.After(now) {
		answers, worked := p.machine.Step(now)
		if len(answers) > 0 && p.conn != nil {
			_, _ = p.conn.Write(answers)
		}
		if !worked {
			p.next = now
			return
		}
		p.next = now.Add(max(state.Slow, 2*time.Millisecond))
	}
}

// View is a printer as the management interface shows it.
type View struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	State     string   `json:"state"`
	Address   string   `json:"address"`
	Connected bool     `json:"connected"`
	Printed   int      `json:"printed"`
	Papers    []Paper  `json:"papers"` // the last, newest at the end
	Strange   []string `json:"strange"`
	Faults    []string `json:"faults"`
}

// shownPapers is how many pieces of paper are shown.
const shownPapers = 10

// View is the printer as it stands.
func (p *Printer) View() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	papers, count := p.machine.Papers()
	v := View{
		ID: p.set.Label, Kind: "printer", State: p.word(), Address: p.address, Connected: p.conn != nil, Printed: count,
		Papers: papers[max(0, len(papers)-shownPapers):], Strange: append([]string{}, p.machine.Strange...), Faults: []string{},
	}
	for _, f := range p.set.Script.Faults(time.Since(p.born)) {
		v.Faults = append(v.Faults, f.String())
	}
	return v
}

func (p *Printer) word() string {
	state := p.state()
	switch {
	case time.Now().Before(p.dark):
		return "booting"
	case state.Silent:
		return "silent"
	case state.CoverOpen:
		return "cover_open"
	case state.PaperOut:
		return "paper_out"
	case state.Jam:
		return "jam"
	}
	return "on"
}

// Papers are the last pieces of paper, newest at the end.
func (p *Printer) Papers() []Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	papers, _ := p.machine.Papers()
	return papers
}

// Break lets a fault begin.
func (p *Printer) Break(_ context.Context, f fault.Fault) error {
	p.set.Script.Add(f, time.Since(p.born))
	return nil
}

// Mend ends all faults.
func (p *Printer) Mend() { p.set.Script.Clear() }
