package cloud

import (
	"fmt"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/cloud/dispatch/mdrp"
	"awesome.pizza/shared/settings"
)

func dispatchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dispatch",
		Short: "Hold the dispatch engine against the public meal delivery instances",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(dispatchBenchCommand(), dispatchLinesCommand())
	return cmd
}

func dispatchBenchCommand() *cobra.Command {
	b := mdrp.Bench{Workers: runtime.NumCPU()}
	var category string
	var cities, declines int
	var spent bool
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Play days of the public instances (github.com/grubhub/mdrplib) in this process, and print a table",
		Example: "  cloud dispatch bench --instances mdrplib/public_instances --category N --only '0o*' --out solutions",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if b.Instances == "" {
				return settings.Usage("--instances is empty; give the folder that holds the instances, a folder each")
			}
			var err error
			if b.Category, err = categoryOf(category); err != nil {
				return err
			}
			if _, err := b.Folders(); err != nil {
				return settings.Usage("%w", err)
			}
			if b.Workers < 1 || b.Workers > maxCities {
				return settings.Usage("--workers is %d; write 1 to %d", b.Workers, maxCities)
			}
			if cities < 0 || cities > maxCities {
				return settings.Usage("--cities is %d; at most %d fit", cities, maxCities)
			}
			if declines < 0 || declines > maxDeclines {
				return settings.Usage("--declines is %d; write how many of a hundred commands are declined, at most %d", declines, maxDeclines)
			}
			if b.Plain && cities+declines > 0 || cities > 0 && declines > 0 {
				return settings.Usage("--plain, --cities and --declines play days in three ways; write one of them")
			}
			b.Weights = mdrp.Weights()
			clock := time.Now
			if spent {
				b.Workers, clock = 1, processorTime
			}
			switch {
			case cities > 0:
				return benchCities(cmd, b, cities, clock)
			case declines > 0:
				return benchDeclines(cmd, b, declines, clock)
			}
			return bench(cmd, b, clock)
		},
	}
	f := cmd.Flags()
	f.StringVar(&b.Instances, "instances", "", "`folder` that holds the instances")
	f.StringVar(&b.Only, "only", "", "`pattern` of the instances' names: 0o* is base day 0 with all or half of its orders")
	f.StringVar(&b.Out, "out", "", "`folder` for the solutions, the table and three plots; without it only the table is printed")
	f.IntVar(&cities, "cities", 0, "play so many days side by side in this process, and tell how long a minute of all of them takes")
	f.IntVar(&declines, "declines", 0, "let couriers decline so many of a hundred commands, and tell what that does to the engine and to the plain assignment")
	f.BoolVar(&b.Plain, "plain", false, "let the plain assignment decide: bundles of up to three orders, matched with couriers every five minutes")
	f.BoolVar(&spent, "spent", false, "measure decisions by the processor time they take, not by the clock: on a machine that does other things, too")
	f.IntVar(&b.Workers, "workers", b.Workers, "days played at a time")
	categoryFlag(cmd, &category)
	return cmd
}

// Limits: a city holds a few MB; of couriers who decline everything there is nothing to learn.
const (
	maxCities   = 100
	maxDeclines = 90
)

func bench(cmd *cobra.Command, b mdrp.Bench, clock func() time.Time) error {
	days, err := b.Run(cmd.Context(), clock)
	if err != nil {
		return err
	}
	if b.Out != "" {
		if err := mdrp.Draw(b.Out, b.Category, days); err != nil {
			return fmt.Errorf("write the table and the plots: %w", err)
		}
	}
	return mdrp.Table(cmd.OutOrStdout(), b.Category, days)
}

func benchCities(cmd *cobra.Command, b mdrp.Bench, cities int, clock func() time.Time) error {
	pace, _, err := b.Cities(cmd.Context(), cities, clock)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), pace)
	return err
}

func benchDeclines(cmd *cobra.Command, b mdrp.Bench, declines int, clock func() time.Time) error {
	if b.Out != "" {
		return settings.Usage("--out keeps one solution of a day, and --declines plays each day four times; leave one of them out")
	}
	engine, plain, err := b.Suffer(cmd.Context(), declines, clock)
	if err != nil {
		return err
	}
	return mdrp.SufferTable(cmd.OutOrStdout(), declines, engine, plain)
}

// processorTime is a clock that goes only while this process works.
func processorTime() time.Time {
	var of syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &of); err != nil {
		return time.Now()
	}
	return time.Unix(0, of.Utime.Nano()+of.Stime.Nano())
}

func dispatchLinesCommand() *cobra.Command {
	var category string
	cmd := &cobra.Command{
		Use:   "mdrp",
		Short: "Decide for whoever plays a day: JSON lines on standard input, answers on standard output",
		Long: `mdrp is the dispatcher of a harness that plays a day of the meal delivery routing problem minute by minute: it reads init, tick and
end, one JSON object a line, and answers each tick with the commands of that minute. A harness that forbids to send couriers where nothing
waits has to be told of with --category N, for init does not say it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := categoryOf(category)
			if err != nil {
				return err
			}
			return mdrp.Converse(cmd.InOrStdin(), cmd.OutOrStdout(), c, mdrp.Weights())
		},
	}
	categoryFlag(cmd, &category)
	return cmd
}

func categoryFlag(cmd *cobra.Command, category *string) {
	cmd.Flags().StringVar(category, "category", string(mdrp.P),
		"`N`: couriers go only where an order waits; P: they may be sent anywhere; E: as P, with the kitchens' mean times instead of exact ones")
}

func categoryOf(s string) (mdrp.Category, error) {
	c := mdrp.Category(s)
	if !c.Known() {
		return c, settings.Usage("--category is %q; write N, P or E", s)
	}
	return c, nil
}
