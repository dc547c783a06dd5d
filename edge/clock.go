package edge

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

func clockCommand() *cobra.Command {
	var data string
	var right bool
	cmd := &cobra.Command{
		Use:   "clock",
		Short: "Say what time it is for machine and node, and which of them is right",
		Long: `clock says what time this machine has, and what the node kept of its own. A node's time never falls by itself: one that once ran on a clock of
the future stays there. In a chain the cloud puts it right; a restaurant of its own is asked on every screen when node and machine disagree.

With --machine-is-right the node goes by the machine's clock, and what it has labelled wrongly moves along: within seconds when it runs, else
at its next start.`,
		Example: "  edge clock --data /var/lib/awesome-pizza\n  edge clock --data /var/lib/awesome-pizza --machine-is-right",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			enrolment, err := uplink.LoadEnrolment(data)
			if err != nil {
				return err
			}
			now := time.Now().UTC().Truncate(time.Second)
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "machine  %s\n", now.Format(time.RFC3339))
			if saved, err := readClock(data); err != nil {
				fmt.Fprintf(out, "node     %v\n", err)
			} else {
				fmt.Fprintf(out, "node     %s, kept every minute\n", saved.Floor.UTC().Format(time.RFC3339))
			}
			if !right {
				return nil
			}
			if !enrolment.Alone {
				return fmt.Errorf("restaurant %s belongs to a chain: the cloud tells its node the time", enrolment.Restaurant)
			}
			if err := uplink.Keep(data, wordFile, map[string]time.Time{"machine": now}); err != nil {
				return err
			}
			fmt.Fprintln(out, "The node goes by the machine's clock: within seconds when it runs, else at its next start.")
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", Config{}.withDefaults().Data, "`directory` of database, keys and enrolment")
	cmd.Flags().BoolVar(&right, "machine-is-right", false, "the node takes the machine's time for its own")
	return cmd
}
