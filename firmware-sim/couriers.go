package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/firmware-sim/courier"
	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/wire"
)

// delivery is a delivery company.
type delivery struct {
	name, title, listen, cloud, secret string
	habits                             courier.Habits
}

func courierCommand(c *common) *cobra.Command {
	d := new(delivery)
	cmd := &cobra.Command{
		Use:   "courier",
		Short: "a delivery company that brings what the chain's own drivers cannot",
		Long: `A delivery company: it quotes, sends riders, and tells the chain by signed messages how far they are (docs/COURIERS.md has the wire). The
chain names it with --courier NAME=http://HOST:PORT and shares its secret with CLOUD_COURIER_SECRET=NAME=SECRET. What it is asked and says can
be read at the management interface (--control, GET /devices/NAME).`,
		Example: `  firmware-sim courier --secret swift-and-secret-1 --speed 10
  firmware-sim courier --name slow --listen 127.0.0.1:5201 --secret slow-and-secret-1 --fails 0.2 --hangs 0.1 --repeats 0.5 --strays 0.5 --late 2m`,
		Args: cobra.NoArgs,
		RunE: c.plays(func(ctx context.Context, s *show) error { return s.addCourier(ctx, *d) }),
	}
	f := cmd.Flags()
	f.StringVar(&d.name, "name", "swift", "what the chain calls it")
	f.StringVar(&d.title, "title", "Swift Couriers", "what people call it")
	f.StringVar(&d.listen, "listen", "127.0.0.1:5200", "loopback address at which the chain asks it")
	f.StringVar(&d.cloud, "cloud", "http://127.0.0.1:5000", "HTTP address of the cloud")
	f.StringVar(&d.secret, "secret", "", "what both sign with; better from SIM_SECRET")
	f.Float64Var(&d.habits.Fails, "fails", 0, "probability that a request is answered with an error")
	f.Float64Var(&d.habits.Hangs, "hangs", 0, "probability that a request is done and never answered")
	f.Float64Var(&d.habits.Refuses, "refuse", 0, "probability that there is no quote")
	f.Float64Var(&d.habits.Cancels, "cancel", 0, "probability that a rider gives up before the food is fetched")
	f.Float64Var(&d.habits.Repeats, "repeats", 0, "probability that a message comes twice")
	f.Float64Var(&d.habits.Strays, "strays", 0, "probability that a message comes late, behind those that follow")
	f.DurationVar(&d.habits.Late, "late", time.Minute, "by how much at most, in life")
	f.BoolVar(&d.habits.NoCash, "no-cash", false, "takes no orders that the guest pays in cash")
	f.Int64Var(&d.habits.Fee, "fee", 600, "what a ride costs, in the currency's smallest unit; every kilometre adds a tenth")
	f.Float64Var(&d.habits.MinuteKM, "minutes-per-km", 3, "how long a rider takes for a kilometre")
	f.DurationVar(&d.habits.QuoteGood, "quote-good", 2*time.Minute, "how long a quote holds, by the wall clock")
	return cmd
}

func (d delivery) check() error {
	h := d.habits
	for flag, p := range map[string]float64{
		"--fails": h.Fails, "--hangs": h.Hangs, "--refuse": h.Refuses, "--cancel": h.Cancels, "--repeats": h.Repeats, "--strays": h.Strays,
	} {
		if err := share(flag, p); err != nil {
			return err
		}
	}
	switch {
	case !wire.SafeID(d.name):
		return fmt.Errorf("--name %q: write letters, digits and hyphens, like swift", d.name)
	case len(d.secret) < 16:
		return fmt.Errorf("--secret has %d characters: write at least 16, the same as the chain's", len(d.secret))
	case h.Fee < 0 || h.Fee > 1_000_000 || !(h.MinuteKM > 0 && h.MinuteKM <= 60) || h.Late < 0 || h.QuoteGood <= 0:
		return fmt.Errorf("--fee is 0 to 1000000, --minutes-per-km above 0 and up to 60, --late and --quote-good are durations above 0")
	}
	return nil
}

// addCourier opens a delivery company on the rig.
func (s *show) addCourier(ctx context.Context, d delivery) error {
	if err := d.check(); err != nil {
		return err
	}
	cloud, err := httpURL("--cloud", d.cloud)
	if err != nil {
		return err
	}
	if host, _, err := net.SplitHostPort(d.listen); err != nil || host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return fmt.Errorf("--listen %q: write a loopback address and a port, like 127.0.0.1:5200", d.listen)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", d.listen)
	if err != nil {
		return failed{fmt.Errorf("open the courier: %w", err)}
	}
	s.rig.Add(courier.New(courier.Setting{
		Label: d.name, Title: d.title, Cloud: cloud, Secret: d.secret, Listen: l, Pace: s.pace(), Dice: dice.New(s.seed, d.name),
		Habits: d.habits, Log: s.log.With(slog.String("courier", d.name)),
	}))
	return nil
}
