package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/rig"
	"awesome.pizza/shared/watch"
)

// failed is an error that no other arguments would have avoided.
type failed struct{ error }

func (f failed) Unwrap() error { return f.error }

// common is what all commands share.
type common struct {
	seed    uint64
	speed   float64
	faults  string
	control string
	level   string
	out     *os.File
}

// show is what a command adds to the world: devices on the rig, and what runs beside them.
type show struct {
	*common
	rig    *rig.Rig
	faults []fault.Fault
	log    *slog.Logger
	beside []func(context.Context) error
}

const rootHelp = `The world outside of a pizza chain: ovens with a heat balance, a robot cook, drivers with phones, and guests.

Everything comes from one seed (--seed) and can run faster than life (--speed). Devices misbehave by script (--faults) or by hand
(--control). Every flag can also be given as an environment variable (--per-minute is SIM_PER_MINUTE) or as a line of a TOML file
(--config FILE, per-minute = 3). A flag wins over the environment, the environment over the file.

Faults: DEVICE:FAULT[=VALUE][@START[+FOR]], separated by commas; * stands for every device; times are by the wall clock.
  silent@60s+30s   nothing is heard for half a minute; facts wait        drop=0.1       readings get lost
  drift=+3C/min    a probe reads more and more wrong                     duplicate=0.1  messages come twice
  stuck@5m         a probe says for ever what it said last               reorder=0.1    messages overtake each other
  clock=-10m       the device's clock is wrong                           garbage=0.01   nonsense comes before a message
  reboot@120s      power is lost for a moment

Faults of printers: paper_out, paper_low, cover_open, jam, slow=SECONDS, hang_up=BYTES (firmware-sim printer --help).`

func newRoot(out *os.File) *cobra.Command {
	c := &common{out: out}
	root := &cobra.Command{
		Use: "firmware-sim", Short: "ovens, drivers and guests for a pizza chain, from one seed", Long: rootHelp, Version: watch.BuildVersion(),
		SilenceErrors: true, SilenceUsage: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return fmt.Errorf("say what to simulate: ovens, printer, drivers, guests, courier or chain (firmware-sim --help shows how)")
		},
	}
	flags := root.PersistentFlags()
	flags.String("config", "", "TOML file with the same settings as the flags")
	flags.Uint64Var(&c.seed, "seed", 1, "what chance comes from: the same seed, the same world")
	flags.Float64Var(&c.speed, "speed", 1, "how many times faster than life physics and people are")
	flags.StringVar(&c.faults, "faults", "", "what goes wrong, like oven-1:silent@60s+30s,*:duplicate=0.1")
	flags.StringVar(&c.control, "control", "", "loopback address for management by HTTP (GET /devices), like 127.0.0.1:5090; empty: none")
	flags.StringVar(&c.level, "log-level", "info", "debug, info, warn or error; text on a terminal, JSON elsewhere")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(ovensCommand(c), printerCommand(c), driversCommand(c), guestsCommand(c), courierCommand(c), chainCommand(c))
	return root
}

// plays is what a command does: its flags are settled, fill puts what they say on the stage, and that plays until it is ended.
func (c *common) plays(fill func(ctx context.Context, s *show) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		if err := settle(cmd); err != nil {
			return err
		}
		s, err := c.stage()
		if err != nil {
			return err
		}
		if err := fill(cmd.Context(), s); err != nil {
			return err
		}
		return s.play(cmd.Context())
	}
}

// stage checks what all commands share and opens an empty rig.
func (c *common) stage() (*show, error) {
	list, err := fault.Parse(c.faults)
	if err != nil {
		return nil, fmt.Errorf("--faults: %w", err)
	}
	if !(c.speed > 0 && c.speed <= 10_000) {
		return nil, fmt.Errorf("--speed %v: write how many times faster than life, above 0 and up to 10000, like 10", c.speed)
	}
	log, err := watch.Logger(c.out, c.level)
	if err != nil {
		return nil, fmt.Errorf("--log-level %q: write debug, info, warn or error", c.level)
	}
	return &show{common: c, rig: rig.New(log), faults: list, log: log}, nil
}

func (c *common) pace() dice.Pace { return dice.Pace(c.speed) }

// play runs everything until ctx ends; that is how it is meant to end.
func (s *show) play(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	if s.control != "" {
		l, err := listen(ctx, s.control)
		if err != nil {
			return err
		}
		s.log.Info("management", "url", "http://"+l.Addr().String()+"/devices")
		g.Go(func() error { return s.rig.Manage(ctx, l) })
	}
	g.Go(func() error { return s.rig.Run(ctx) })
	for _, run := range s.beside {
		g.Go(func() error { return run(ctx) })
	}
	s.log.Info("running", "seed", s.seed, "speed", s.speed, "version", watch.BuildVersion())
	if err := g.Wait(); err != nil {
		return failed{err}
	}
	s.log.Info("ended", "at", time.Now().UTC().Format(time.RFC3339))
	return nil
}

// listen opens a socket that only this machine can reach.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	if err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("--control %q: write a loopback address and a port, like 127.0.0.1:5090", addr)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, failed{fmt.Errorf("open management: %w", err)}
	}
	return l, nil
}
