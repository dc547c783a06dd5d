package cloud

import (
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/shared/settings"
)

func enrollCommand() *cobra.Command {
	var at core
	var quiet bool
	cmd := &cobra.Command{
		Use:   "enroll RESTAURANT",
		Short: "Print a code that binds one node to a restaurant",
		Long: `enroll asks a running core for a code. It works once and for an hour; whoever enrols a restaurant again replaces its node, and the one
it had is fenced. What follows the point in the code is the fingerprint of the chain's authority: by it the node knows the chain.`,
		Example: "  cloud enroll r1 --cloud https://pizza.example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var answer struct {
				Code    string    `json:"code"`
				Expires time.Time `json:"expires"`
				Cloud   string    `json:"cloud"`
			}
			if err := at.ask(cmd, http.MethodPost, &answer, args[0], "enroll"); err != nil {
				return fmt.Errorf("no code for %s: %w", args[0], err)
			}
			if quiet {
				fmt.Fprintln(cmd.OutOrStdout(), answer.Code)
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n\nOn the node, before %s:  edge enroll %s --cloud %s\n", answer.Code, answer.Expires.Local().Format("15:04"), answer.Code, answer.Cloud)
			return nil
		},
	}
	at.flags(cmd)
	cmd.Flags().BoolVar(&quiet, "quiet", false, "print the code and nothing else")
	return cmd
}

func revokeCommand() *cobra.Command {
	var at core
	var key string
	cmd := &cobra.Command{
		Use:   "revoke RESTAURANT",
		Short: "Cut a restaurant's node off: its key is worth nothing from now on",
		Long: `revoke is for a node or a card that is stolen or has been copied. The hub throws it out within seconds and refuses it for good. It goes on
cooking where it stands; what it has not sent is refused. The restaurant is connected again by cloud enroll and a new key.

--device cuts another device off by its key: one that was replaced, or one that a restored database does not know any more.`,
		Example: "  cloud revoke r1 --cloud https://pizza.example\n  cloud revoke r1 --device UABC…",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var answer struct {
				Device string `json:"device"`
			}
			if empty(cmd, "device", key) {
				return settings.Usage("--device is empty; write the key of a device, or leave the flag out to cut off the restaurant's node")
			}
			path := []string{args[0], "revoke"}
			if key != "" {
				path = []string{args[0], "devices", key, "revoke"}
			}
			if err := at.ask(cmd, http.MethodPost, &answer, path...); err != nil {
				return fmt.Errorf("%s keeps its node: %w", args[0], err)
			}
			if key != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "%s is cut off\n", key)
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is cut off from %s. To connect the restaurant again:  cloud enroll %s\n", answer.Device, args[0], args[0])
			return nil
		},
	}
	at.flags(cmd)
	cmd.Flags().StringVar(&key, "device", "", "public `key` of the device; empty cuts off the restaurant's node")
	return cmd
}
