package cloud

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/settings"
	"awesome.pizza/shared/watch"
)

// Command is the program's command line.
func Command() *cobra.Command {
	root := &cobra.Command{
		Use:   "cloud",
		Short: "The core of the chain: orders, drivers, tracking, head office, and a link to every restaurant",
		Long: `cloud takes orders, hands them to their restaurants, sends drivers, and shows guests and head office what happens. It keeps
everything in Postgres: a private one that it starts itself, or yours. Run as many as you like on one database and one hub.`,
		Example: `  cloud serve --restaurants restaurants.toml       everything on this machine
  cloud enroll r1                                  a code for the node of restaurant r1
  cloud revoke r1                                  cut a stolen node off
  CLOUD_DATABASE_URL=postgres://… CLOUD_STAFF_TOKEN=… cloud serve --listen 0.0.0.0:5000 --nats-url nats://hub:4222`,
		Version: watch.BuildVersion(),
	}
	root.AddCommand(serveCommand(), migrateCommand(), enrollCommand(), revokeCommand(), salvageCommand(), trustCommand(), dispatchCommand(),
		settings.HealthCommand("CLOUD", "the core", Config{}.withDefaults().Listen))
	return root
}

func serveCommand() *cobra.Command {
	var c Config
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run a core",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "CLOUD"); err != nil {
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

func migrateCommand() *cobra.Command {
	var databaseURL string
	cmd := &cobra.Command{
		Use:     "migrate",
		Short:   "Bring a database to this program's schema, and end",
		Example: "  CLOUD_DATABASE_URL=postgres://… cloud migrate",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "CLOUD"); err != nil {
				return err
			}
			if databaseURL == "" {
				return settings.Usage("--database-url is empty; write postgres://user:password@host/database")
			}
			return store.Migrate(cmd.Context(), databaseURL)
		},
	}
	cmd.Flags().StringVar(&databaseURL, "database-url", "", "`url` of the database")
	return cmd
}
