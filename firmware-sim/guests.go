package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/guest"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/problem"
)

// town is the people of a place.
type town struct {
	cloud       string
	perMinute   float64
	curve       string
	delivery    float64
	restaurants []string
	journal     string
	most        int
}

func guestsCommand(c *common) *cobra.Command {
	t := new(town)
	cmd := &cobra.Command{
		Use:   "guests",
		Short: "guests who order, insist, and follow their order",
		Long: `Guests who order from the menus of the restaurants that the cloud names: realistic baskets, delivered or fetched, at the instants of a
Poisson process. An order that gets no answer is posted again with the same Idempotency-Key. Its stream is followed to the end, going
on after each cut, and what cannot be (a status that goes back without a reason) is a complaint in log and journal.

--per-minute counts on the wall clock whatever --speed says; with --curve friday it is the rate of the busiest moment, and the evening
goes by --speed times as fast.`,
		Example: `  firmware-sim guests --per-minute 3
  firmware-sim guests --cloud http://127.0.0.1:5000 --restaurant r1 --delivery 0 --journal orders.jsonl
  firmware-sim guests --per-minute 20 --curve friday --speed 30`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settle(cmd); err != nil {
				return err
			}
			s, err := c.stage()
			if err != nil {
				return err
			}
			done, err := s.addGuests(*t)
			if err != nil {
				return err
			}
			return errors.Join(s.play(cmd.Context()), done())
		},
	}
	cmd.Flags().StringVar(&t.cloud, "cloud", "http://127.0.0.1:5000", "HTTP address of the cloud")
	cmd.Flags().StringArrayVar(&t.restaurants, "restaurant", nil, "order only here; may be repeated; none: everywhere")
	t.ways(cmd)
	return cmd
}

// ways are flags that chain has too.
func (t *town) ways(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Float64Var(&t.perMinute, "per-minute", 2, "orders per minute, all restaurants together; 0: none")
	f.StringVar(&t.curve, "curve", "flat", "how busy it is over time: flat or friday")
	f.Float64Var(&t.delivery, "delivery", 0.6, "share of orders that are delivered; the rest is fetched")
	f.StringVar(&t.journal, "journal", "", "file to which what was acknowledged is added, one JSON object per line")
	f.IntVar(&t.most, "most", 500, "how many orders are followed at once; more guests than that stay at home")
}

func (t town) check() error {
	switch {
	case !(t.perMinute >= 0 && t.perMinute <= 60_000):
		return fmt.Errorf("--per-minute %v: write 0 to 60000 orders per minute, like 2", t.perMinute)
	case t.most < 1 || t.most > 100_000:
		return fmt.Errorf("--most %d: write 1 to 100000", t.most)
	}
	return share("--delivery", t.delivery)
}

// addGuests puts a town beside the rig. done closes its journal.
func (s *show) addGuests(t town) (done func() error, err error) {
	done = func() error { return nil }
	curve, err := guest.ParseCurve(t.curve)
	if err != nil {
		return done, fmt.Errorf("--curve: %w", err)
	}
	cloud, err := httpURL("--cloud", t.cloud)
	if err != nil {
		return done, err
	}
	if err := t.check(); err != nil || t.perMinute == 0 {
		return done, err
	}
	journal, done, err := openJournal(t.journal)
	if err != nil {
		return done, err
	}
	crowd := &guest.Crowd{
		Cloud: &call.Client{Base: cloud}, Dice: dice.New(s.seed, "guests"), Restaurants: t.restaurants, Delivery: t.delivery,
		Journal: journal, Log: s.log, NewID: id.New, Most: t.most,
		Arrivals: guest.Arrivals{PerMinute: t.perMinute, Curve: curve, Pace: s.pace(), Dice: dice.New(s.seed, "arrivals")},
	}
	s.rig.Add(guestDevice{crowd})
	return done, nil
}

func openJournal(path string) (*guest.Journal, func() error, error) {
	if path == "" {
		return nil, func() error { return nil }, nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, func() error { return nil }, fmt.Errorf("--journal: write the name of a file that can be written: %w", err)
	}
	j := guest.NewJournal(f)
	return j, func() error {
		if err := errors.Join(j.Err(), f.Sync(), f.Close()); err != nil {
			return failed{err}
		}
		return nil
	}, nil
}

// guestDevice shows the guests beside the devices. People do not break.
type guestDevice struct{ *guest.Crowd }

// Name is guests.
func (guestDevice) Name() string { return "guests" }

// View is what became of them.
func (g guestDevice) View() any {
	return struct {
		ID   string `json:"id"`
		Kind string `json:"kind"`
		guest.Shown
	}{"guests", "guests", g.Count()}
}

// Break refuses.
func (guestDevice) Break(context.Context, fault.Fault) error {
	return problem.New(problem.Conflict, "no_device", "guests are people: faults are for devices")
}

// Mend does nothing.
func (guestDevice) Mend() {}
