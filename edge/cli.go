package edge

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

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
  edge serve --devices devices.toml                      opens the kitchen

  edge init --restaurant r1 --time-zone Europe/Rome      a restaurant of its own, without a chain, instead of the first two`,
		Version: watch.BuildVersion(),
	}
	root.AddCommand(serveCommand(), enrollCommand(), initCommand(), menuCommand(), doctorCommand(), clockCommand(), backupCommand(), restoreCommand(), settings.HealthCommand("EDGE", "the node", Config{}.withDefaults().Listen))
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
