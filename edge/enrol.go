package edge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

// waitDefault is how long a cloud that does not answer is asked: after that the code is worth nothing.
const waitDefault = time.Hour

func enrollCommand() *cobra.Command {
	var e enrolling
	cmd := &cobra.Command{
		Use:   "enroll CODE",
		Short: "Bind this node to the restaurant that a code stands for",
		Long: `enroll makes this node's key, which never leaves it, and has the cloud bind it to a restaurant. The code comes from "cloud enroll"; what follows
its dot says which cloud made it, and no other is believed.

A cloud that does not answer is asked again for as long as --wait says, and what is wrong is said meanwhile. Ctrl-C ends that without harm:
the same command goes on later, with the same key and the same code, which is good for an hour.

A node that was a restaurant of its own ("edge init") joins the chain with its orders: the code has to be of a restaurant with the same id, and what
happened until then goes up with the first connection.

A node that takes the place of another goes on from the orders that are open. The node that was there before is cut off.`,
		Example: "  edge enroll 7KQ2M4XDR5TBYHNWPCGJVLSE3A.5f1c09d2e8a7b364 --cloud https://pizza.example --data /var/lib/awesome-pizza",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := settings.Fill(cmd, "EDGE"); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			restaurant, err := e.enrol(ctx, args[0], cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "this node is now restaurant %s\n", restaurant)
			if runs, err := store.Running(filepath.Join(e.data, databaseFile)); runs || err != nil {
				fmt.Fprintln(cmd.OutOrStdout(), "it runs, and goes on as it was before until it is restarted; "+restartAdvice)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&e.data, "data", Config{}.withDefaults().Data, "`directory` of database, keys and enrolment")
	cmd.Flags().StringVar(&e.cloud, "cloud", "http://127.0.0.1:5000", "`url` of the cloud")
	cmd.Flags().BoolVar(&e.replace, "replace", false, "enrol a node anew that is enrolled already; it keeps its orders, and what the cloud has not heard of is sent")
	cmd.Flags().DurationVar(&e.wait, "wait", waitDefault, "how `long` a cloud that does not answer is asked again; 0s for ever")
	return cmd
}

// enrolling is what a technician has written.
type enrolling struct {
	data, cloud string
	replace     bool
	wait        time.Duration
}

// enrol binds this node, and tells out what it waits for.
func (n *enrolling) enrol(ctx context.Context, code string, out io.Writer) (restaurant string, err error) {
	if n.wait < 0 {
		return "", settings.Usage("--wait is %s; write 0s or more", n.wait)
	}
	if code, err = legible(code); err != nil {
		return "", err
	}
	if err := vacant(n.data, n.replace); err != nil {
		return "", err
	}
	if word := overheard(n.cloud, code); word != "" {
		fmt.Fprintln(out, word)
	}
	now := readHours(n.data, slog.Default())
	err = newWaiting(n.cloud, n.wait, out).whileAsking(ctx, func(ctx context.Context, failed func(error)) error {
		e, err := uplink.Enrol(ctx, n.data, n.cloud, code, now.Either, failed)
		restaurant = e.Restaurant
		return err
	})
	return restaurant, err
}

// written is what `cloud enroll` prints: 26 letters and digits, and over HTTPS a dot and the first hex digits of a fingerprint.
var written = regexp.MustCompile(`^[A-Z2-7]{26}(\.[0-9A-Fa-f]{16,64})?$`)

// legible is a code as the cloud wrote it, whatever the case of its letters. What cannot be one is refused, for the cloud need not be asked.
func legible(typed string) (code string, err error) {
	code, mark, dotted := strings.Cut(strings.TrimSpace(typed), ".")
	if code = strings.ToUpper(code); dotted {
		code += "." + strings.ToLower(mark)
	}
	if !written.MatchString(code) {
		return "", settings.Usage("%q is no code: it has 26 letters and digits from 2 to 7, and perhaps a dot with at least 16 digits from 0 to f; write the whole code that `cloud enroll` printed", typed)
	}
	return code, nil
}

// overheard warns of a chain without TLS, whose codes have no fingerprint; empty when there is nothing to warn of. A code that has one is not sent
// there at all.
func overheard(cloud, code string) string {
	if strings.Contains(code, ".") || !uplink.InTheClear(cloud) {
		return ""
	}
	return fmt.Sprintf("%s is not encrypted: whoever stands in between can read the code and be the node instead. If the chain has an https:// address, stop and write that", cloud)
}

// vacant refuses to enrol a node anew by mistake: whoever is enrolled for the restaurant now would be cut off.
func vacant(data string, replace bool) error {
	e, err := uplink.LoadEnrolment(data)
	switch {
	case replace || errors.Is(err, uplink.ErrNotEnrolled) || e.Alone:
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("this node is restaurant %s already: add --replace to enrol it anew, with the orders it has, or name an empty --data directory", e.Restaurant)
}
