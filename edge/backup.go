package edge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

func backupCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write what this node remembers into a file, while it runs or not",
		Long: `backup writes the node's database, as one moment left it, into one file: orders, tickets, and what the cloud has not heard yet. The kitchen goes
on meanwhile. The file is whole and checked, or it is not there; one that was there before is replaced.

The node's key is not in it. A node that is lost is replaced with "edge enroll", and the cloud gives it the open orders; a backup brings back
besides what the cloud had not heard before the old one died. So a stick that gets one every hour is worth most while the line is cut.`,
		Example: "  edge backup /media/stick/r1.db --data /var/lib/awesome-pizza",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			if err := store.BackUp(cmd.Context(), filepath.Join(data, databaseFile), args[0]); err != nil {
				return err
			}
			made, err := store.Check(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s holds %s\n", args[0], held(made))
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", Config{}.withDefaults().Data, "`directory` of database, keys and enrolment")
	return cmd
}

// held is what a backup holds, in words.
func held(c store.Copy) string {
	words := fmt.Sprintf("%d open orders and %d events", c.Open, c.Events)
	if !c.Latest.IsZero() {
		words += ", the last of " + c.Latest.Format(time.RFC3339)
	}
	return words
}

func restoreCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of this node's database; the node must be stopped",
		Long: `restore reads a backup as a whole, puts the database that is there aside, and puts the backup in its place. The node must be stopped.

A backup is older than what the cloud knows. That is noticed when the node reaches the cloud: the two compare what they have, nothing is lost
or done twice, and tickets that moved on meanwhile come back to be confirmed by a cook. What only the replaced database knew stays in it:
keep it until nobody misses anything.`,
		Example: "  systemctl stop edge\n  edge restore /media/stick/r1.db --data /var/lib/awesome-pizza\n  systemctl start edge",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			if _, err := os.Stat(args[0]); err != nil {
				return fmt.Errorf("find the backup: %w: name a file that `edge backup` wrote", err)
			}
			if err := ours(cmd.Context(), data, args[0]); err != nil {
				return err
			}
			c := Config{Data: data}
			if err := c.makeData(); err != nil {
				return err
			}
			r, err := store.Restore(cmd.Context(), filepath.Join(data, databaseFile), args[0], time.Now())
			switch {
			case errors.Is(err, store.ErrRunning):
				return fmt.Errorf("the node runs on %s: stop it first (systemctl stop edge), then restore, then start it again", data)
			case errors.Is(err, store.ErrDamaged):
				return fmt.Errorf("nothing was changed, for the backup is no good: %w", err)
			case err != nil:
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "restored: %s\n", held(r.Copy))
			if r.Aside != "" {
				fmt.Fprintf(out, "the database that was here lies at %s now%s\n", r.Aside, unsentWords(r.Unsent))
			}
			fmt.Fprintln(out, "start the node: with the next connection it compares with the cloud what each of them has, and goes on from both")
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", Config{}.withDefaults().Data, "`directory` of database, keys and enrolment")
	return cmd
}

// ours refuses the backup of another restaurant: its orders would be cooked twice. What cannot be read is refused by Restore.
func ours(ctx context.Context, data, backup string) error {
	e, err := uplink.LoadEnrolment(data)
	if errors.Is(err, uplink.ErrNotEnrolled) {
		return nil // the node looks again when it opens
	}
	if err != nil {
		return err
	}
	if made, err := store.Check(ctx, backup); err == nil && made.House != "" && made.House != e.Restaurant {
		return fmt.Errorf("nothing was changed: the backup is of restaurant %s, and this node is %s", made.House, e.Restaurant)
	}
	return nil
}

func unsentWords(n int) string {
	switch {
	case n < 0:
		return "; it cannot be read, so nobody knows what the cloud has not heard from it"
	case n > 0:
		return fmt.Sprintf("; %d events of it are not known to be with the cloud: keep it", n)
	}
	return "; the cloud has all of it"
}

// atHome refuses a database that holds another restaurant's orders.
func atHome(ctx context.Context, db *store.Store, restaurant, data string) error {
	house, err := db.House(ctx)
	if err != nil || house == "" || house == restaurant {
		return err
	}
	return fmt.Errorf("the database in %s holds the orders of restaurant %s, and this node is %s: put the file %s away, or enrol a node for %s in an empty directory",
		data, house, restaurant, databaseFile, house)
}
