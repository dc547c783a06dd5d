package cloud

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/cloud/downlink"
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
  CLOUD_DATABASE_URL=postgres://… CLOUD_STAFF_TOKEN=… cloud serve --listen 0.0.0.0:5000 --nats-url nats://hub:4222`,
		Version: watch.BuildVersion(),
	}
	root.AddCommand(serveCommand(), migrateCommand(), enrollCommand(), trustCommand(), settings.HealthCommand("CLOUD", "the core", Config{}.withDefaults().Listen))
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

func enrollCommand() *cobra.Command {
	var cloud, token string
	var quiet bool
	cmd := &cobra.Command{
		Use:     "enroll RESTAURANT",
		Short:   "Print a code that binds one node to a restaurant",
		Long:    "enroll asks a running core for a code. It works once and for an hour; whoever enrols a restaurant again replaces its node.",
		Example: "  cloud enroll r1 --cloud https://pizza.example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := settings.Fill(cmd, "CLOUD"); err != nil {
				return err
			}
			code, expires, err := askForCode(cmd.Context(), cloud, token, args[0])
			if err != nil {
				return err
			}
			if quiet {
				fmt.Fprintln(cmd.OutOrStdout(), code)
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n\nOn the node, before %s:  edge enroll %s --cloud %s\n", code, expires.Local().Format("15:04"), code, cloud)
			return nil
		},
	}
	cmd.Flags().StringVar(&cloud, "cloud", "http://127.0.0.1:5000", "`url` of a running core")
	cmd.Flags().StringVar(&token, "staff-token", "", "`token` of the staff; better from CLOUD_STAFF_TOKEN")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "print the code and nothing else")
	return cmd
}

func askForCode(ctx context.Context, cloud, token, restaurant string) (code string, expires time.Time, err error) {
	target, err := url.JoinPath(cloud, "api/fleet", restaurant, "enroll")
	if err != nil {
		return "", expires, settings.Usage("--cloud is %q; write it like https://pizza.example", cloud)
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader([]byte("{}")))
	if err != nil {
		return "", expires, settings.Usage("--cloud is %q; write it like https://pizza.example", cloud)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", expires, fmt.Errorf("ask the core for a code: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return "", expires, fmt.Errorf("read the core's answer: %w", err)
	}
	var answer struct {
		Code    string    `json:"code"`
		Expires time.Time `json:"expires"`
		Detail  string    `json:"detail"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || res.StatusCode >= 300 || answer.Code == "" {
		return "", expires, fmt.Errorf("the core gives no code for %s: %s: %s", restaurant, res.Status, answer.Detail)
	}
	return answer.Code, answer.Expires, nil
}

func trustCommand() *cobra.Command {
	var data, out, accounts string
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "Write what a nats-server of your own has to trust, and end",
		Long: `trust makes the chain's keys in --data if there are none, and writes the part of a nats-server's configuration that names the chain's
operator and accounts. Include it from the server's own configuration; deploy/nats/hub.conf is one.`,
		Example: "  cloud trust --data /var/lib/awesome-pizza --out /etc/nats/trust.conf",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "CLOUD"); err != nil {
				return err
			}
			keys, err := downlink.LoadKeys(filepath.Join(data, "keys"))
			if err != nil {
				return err
			}
			text, err := keys.TrustConfig(cmp.Or(accounts, filepath.Join(filepath.Dir(out), "accounts")), time.Now())
			if err != nil {
				return err
			}
			if out == "" {
				_, err = io.WriteString(cmd.OutOrStdout(), text)
				return err
			}
			if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
				return fmt.Errorf("write %s: %w", out, err)
			}
			return os.WriteFile(out, []byte(text), 0o644)
		},
	}
	cmd.Flags().StringVar(&data, "data", Config{}.withDefaults().Data, "`directory` of the core")
	cmd.Flags().StringVar(&accounts, "accounts", "", "`directory`, at the hub, for what cores tell it of revoked nodes; each server has one of its own; empty is accounts beside --out")
	cmd.Flags().StringVar(&out, "out", "", "`file` to write; empty prints it")
	return cmd
}
