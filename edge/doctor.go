package edge

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

// health is how one thing stands.
type health string

const (
	good    health = "ok"
	worry   health = "warning" // works, and will not for ever
	bad     health = "problem"
	unknown health = "unknown" // could not be looked at, because something else is not there
)

// finding is one thing that the doctor looked at.
type finding struct {
	Check string `json:"check"` // one word or two, always the same
	State health `json:"state"`
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"` // what to do about it
}

// doctor looks at a node from outside: at its files, its neighbours and, when it runs, at itself.
type doctor struct {
	config    Config
	enrolment uplink.Enrolment
	enrolled  error
	running   bool // it answers at its address
	now       time.Time
}

func doctorCommand() *cobra.Command {
	var c Config
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong with this node, and what to do about it",
		Long: `doctor looks at everything a node needs: its enrolment and credential, clock, disk, database, what the cloud has not heard yet, the hub, the
cloud, certificates, ports, ovens, printers and file permissions. It changes nothing, works while the node runs or not, and without a network.

It exits with 0 when all is well and with 1 when there is something to do. docs/OPERATIONS.md says more about each line.`,
		Example: "  edge doctor --config /etc/awesome-pizza/edge.toml\n  edge doctor --data /var/lib/awesome-pizza --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			c = c.withDefaults()
			if err := c.check(); err != nil {
				return err
			}
			found := examine(cmd.Context(), c, time.Now())
			if err := report(cmd.OutOrStdout(), found, asJSON); err != nil {
				return err
			}
			if n := todo(found); n > 0 {
				return fmt.Errorf("%s to do something about", things(n))
			}
			return nil
		},
	}
	c.flags(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was found as JSON, for programs")
	return cmd
}

func things(n int) string {
	if n == 1 {
		return "there is 1 thing"
	}
	return fmt.Sprintf("there are %d things", n)
}

// examineWithin bounds a visit: what does not answer by then does not answer.
const examineWithin = 30 * time.Second

// examine looks at everything, at once.
func examine(ctx context.Context, c Config, now time.Time) []finding {
	ctx, cancel := context.WithTimeout(ctx, examineWithin)
	defer cancel()
	d := &doctor{config: c, now: now}
	d.enrolment, d.enrolled = uplink.LoadEnrolment(c.Data)
	d.running = d.answers(ctx)
	checks := []func(context.Context) []finding{
		d.node, d.permissions, d.enrolmentAndCredential, d.clock, d.disk, d.database, d.line, d.hub, d.cloud, d.ports, d.ovens, d.printers, d.alerts,
	}
	found := make([][]finding, len(checks))
	var all sync.WaitGroup
	for n, check := range checks {
		all.Go(func() { found[n] = check(ctx) })
	}
	all.Wait()
	var flat []finding
	for _, f := range found {
		flat = append(flat, f...)
	}
	return flat
}

func todo(found []finding) (n int) {
	for _, f := range found {
		if f.State == bad || f.State == worry {
			n++
		}
	}
	return n
}

// report prints what was found: a line each, and below it what to do.
func report(out io.Writer, found []finding, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"healthy": todo(found) == 0, "checks": found})
	}
	marks := map[health]string{good: "ok     ", worry: "WARNING", bad: "PROBLEM", unknown: "?      "}
	var text strings.Builder
	for _, f := range found {
		fmt.Fprintf(&text, "%s  %-13s %s\n", marks[f.State], f.Check, f.Says)
		if f.Do != "" {
			fmt.Fprintf(&text, "%23s-> %s\n", "", f.Do)
		}
	}
	if todo(found) == 0 {
		text.WriteString("\nthis node is well\n")
	}
	_, err := io.WriteString(out, text.String())
	return err
}

func (d *doctor) path() string { return filepath.Join(d.config.Data, databaseFile) }

// ago is a span as people say it.
func ago(span time.Duration) string {
	switch span = span.Abs(); {
	case span < 2*time.Minute:
		return fmt.Sprintf("%d seconds", int(span.Seconds()))
	case span < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(span.Minutes()))
	case span < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(span.Hours()))
	}
	return fmt.Sprintf("%d days", int(span.Hours()/24))
}

// size is a number of bytes as people say it.
func size(bytes int64) string {
	switch {
	case bytes < 1<<20:
		return fmt.Sprintf("%d kB", bytes>>10)
	case bytes < 10<<30:
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d GB", bytes>>30)
}
