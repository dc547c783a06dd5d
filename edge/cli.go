package edge

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
	"awesome.pizza/shared/watch"
)

// Command is the program's command line.
func Command() *cobra.Command {
	root := &cobra.Command{
		Use:   "edge",
		Short: "A restaurant's node: kitchen display, counter, ovens, and a link to the chain that may be cut",
		Long: `edge runs one restaurant. It keeps orders in a database of its own, shows them on the kitchen displays, listens to ovens,
and tells the cloud what happened whenever the line is there. With the internet cut it goes on cooking and selling.`,
		Example: `  cloud enroll r1                                        prints a code, on the cloud's side
  edge enroll CODE --cloud https://pizza.example         binds this node to the restaurant
  edge serve --devices devices.toml                      opens the kitchen`,
		Version: watch.BuildVersion(),
	}
	root.AddCommand(serveCommand(), enrollCommand(), doctorCommand(), backupCommand(), restoreCommand(), settings.HealthCommand("EDGE", "the node", Config{}.withDefaults().Listen))
	return root
}

func serveCommand() *cobra.Command {
	var c Config
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Open the kitchen",
		Example: "  edge serve --data /var/lib/awesome-pizza --devices /etc/awesome-pizza/devices.toml\n  EDGE_LISTEN=:80 edge serve",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			if err := c.check(); err != nil {
				return err
			}
			log, err := watch.Logger(os.Stderr, c.LogLevel)
			if err != nil {
				return settings.Usage("--log-level is %q; write debug, info, warn or error", c.LogLevel)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return Run(ctx, c, log)
		},
	}
	c.flags(cmd.Flags())
	return cmd
}

func enrollCommand() *cobra.Command {
	var data, cloud string
	var replace bool
	cmd := &cobra.Command{
		Use:   "enroll CODE",
		Short: "Bind this node to the restaurant that a code stands for",
		Long: `enroll makes this node's key, which never leaves it, and has the cloud bind it to a restaurant. The code comes from "cloud enroll"; what follows
its dot says which cloud made it, and no other is believed.

A node that takes the place of another goes on from the orders that are open. The node that was there before is cut off.`,
		Example: "  edge enroll 7KQ2-M4XD.5f1c09d2e8a7b364 --cloud https://pizza.example --data /var/lib/awesome-pizza",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if err := vacant(data, replace); err != nil {
				return err
			}
			now, err := openHours(data, slog.Default())
			if err != nil {
				return err
			}
			e, err := uplink.Enrol(ctx, data, cloud, args[0], now.Either)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "this node is now restaurant %s\n", e.Restaurant)
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", Config{}.withDefaults().Data, "`directory` of database, keys and enrolment")
	cmd.Flags().StringVar(&cloud, "cloud", "http://127.0.0.1:5000", "`url` of the cloud")
	cmd.Flags().BoolVar(&replace, "replace", false, "enrol a node anew that is enrolled already; it keeps its orders, and what the cloud has not heard of is sent")
	return cmd
}

// vacant refuses to enrol a node anew by mistake: whoever is enrolled for the restaurant now would be cut off.
func vacant(data string, replace bool) error {
	e, err := uplink.LoadEnrolment(data)
	switch {
	case replace || errors.Is(err, uplink.ErrNotEnrolled):
		return nil
	case err != nil:
		return fmt.Errorf("%w: --replace enrols this node anew", err)
	}
	return fmt.Errorf("this node is restaurant %s already: add --replace to enrol it anew, with the orders it has, or name an empty --data directory", e.Restaurant)
}
