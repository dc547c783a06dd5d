// Command bench measures the real programs on this machine and writes docs/benchmarks. Machines are shared and noisy, so every speed stands
// beside something simple that was measured in the same run, and the ratio is what to compare between runs.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/shared/settings"
)

func main() { os.Exit(settings.Run(command())) }

func command() *cobra.Command {
	var m Machine
	var out string
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Measure the real programs and write the figures down",
		Example: "  go run ./deploy/bench --bin bin --out docs/benchmarks",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			report, err := m.Measure(ctx)
			if err != nil {
				return err
			}
			path := filepath.Join(out, time.Now().UTC().Format(time.DateOnly)+".md")
			if err := os.WriteFile(path, []byte(report), 0o644); err != nil {
				return fmt.Errorf("write the figures: %w", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\nwritten to %s\n", report, path)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&m.Bin, "bin", "bin", "`directory` of the programs")
	f.StringVar(&out, "out", "docs/benchmarks", "`directory` for the figures")
	f.IntVar(&m.Starts, "starts", 15, "`times` the node is started")
	f.IntVar(&m.Taps, "taps", 300, "`number` of taps and of orders that are followed to a screen")
	f.DurationVar(&m.Load, "load", 10*time.Second, "how `long` orders are placed as fast as they are taken")
	f.IntVar(&m.Backlog, "backlog", 1200, "`orders` that are taken and cooked with the internet cut")
	f.IntVar(&m.Guests, "guests", 64, "`number` of guests who order at the same time under load")
	f.IntVar(&m.Edges, "edges", 100, "`number` of nodes that a core of its own carries")
	f.IntVar(&m.Evenings, "evenings", 3, "`number` of Friday evenings that pass in simulated time under each policy")
	f.IntVar(&m.PortBase, "port-base", 27000, "`port` of the cloud while measuring")
	return cmd
}

// Machine says what is measured and how hard.
type Machine struct {
	Bin      string
	Starts   int
	Taps     int
	Load     time.Duration
	Backlog  int
	Guests   int
	Edges    int
	Evenings int
	PortBase int
}

// Measure runs everything, one after the other, and returns the report.
func (m *Machine) Measure(ctx context.Context) (string, error) {
	r := newReport()
	dir, err := os.MkdirTemp("", "awesome-bench-")
	if err != nil {
		return "", fmt.Errorf("make a place to measure in: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o711); err != nil { // a private Postgres runs as another user, who must get through
		return "", fmt.Errorf("make a place to measure in: %w", err)
	}
	c, err := m.open(ctx, dir)
	if err != nil {
		return "", err
	}
	defer c.close()
	for _, measure := range []func(context.Context, *chain, *report) error{m.memory, m.starts, m.screens, m.orders, m.load, m.backlog, m.connected, m.fleet, m.fridays, m.sizes} {
		if err := measure(ctx, c, r); err != nil {
			return "", err
		}
	}
	return r.String(), nil
}
