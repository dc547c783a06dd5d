package cloud

import (
	"fmt"
	"net/http"
	"strings"
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
	cmd := &cobra.Command{
		Use:   "revoke RESTAURANT",
		Short: "Cut a restaurant's node off: its key is worth nothing from now on",
		Long: `revoke is for a node or a card that is stolen or has been copied. The hub throws it out within seconds and refuses it for good. It goes on
cooking where it stands; what it has not sent is refused. The restaurant is connected again by cloud enroll and a new key.`,
		Example: "  cloud revoke r1 --cloud https://pizza.example",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var answer struct {
				Device string `json:"device"`
			}
			if err := at.ask(cmd, http.MethodPost, &answer, args[0], "revoke"); err != nil {
				return fmt.Errorf("%s keeps its node: %w", args[0], err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is cut off from %s. To connect the restaurant again:  cloud enroll %s\n", answer.Device, args[0], args[0])
			return nil
		},
	}
	at.flags(cmd)
	return cmd
}

func salvageCommand() *cobra.Command {
	var at core
	var approve, discard string
	cmd := &cobra.Command{
		Use:   "salvage RESTAURANT",
		Short: "Show what replaced nodes still had to tell, and let it count or not",
		Long: `salvage lists what nodes that are no longer a restaurant's have sent after they were replaced. A person knows whether that happened:
--approve lets the facts of a device count as if they had come in time, each at most once; --discard keeps them out.`,
		Example: "  cloud salvage r1\n  cloud salvage r1 --approve UABC…",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if approve != "" && discard != "" {
				return settings.Usage("--approve and --discard exclude each other; write one device and one of them")
			}
			if approve == "" && discard == "" {
				return at.list(cmd, args[0])
			}
			device, deed := approve, "approve"
			if discard != "" {
				device, deed = discard, "discard"
			}
			var answer struct{ Projected, Repeated, Unprojectable int }
			if err := at.ask(cmd, http.MethodPost, &answer, args[0], "quarantine", device, deed); err != nil {
				return fmt.Errorf("%s of %s: %w", device, args[0], err)
			}
			if deed == "discard" {
				fmt.Fprintf(cmd.OutOrStdout(), "what %s sent is out\n", device)
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d facts count now, %d did already, %d could not be followed\n",
				answer.Projected, answer.Repeated, answer.Unprojectable)
			return nil
		},
	}
	at.flags(cmd)
	cmd.Flags().StringVar(&approve, "approve", "", "`device` whose facts count")
	cmd.Flags().StringVar(&discard, "discard", "", "`device` whose facts do not")
	return cmd
}

// list prints a restaurant's quarantine.
func (c *core) list(cmd *cobra.Command, restaurant string) error {
	var answer struct {
		Items []struct {
			Device, Reason string
			Received       time.Time
			Events         int
			Orders         []string
		}
	}
	if err := c.ask(cmd, http.MethodGet, &answer, restaurant, "quarantine"); err != nil {
		return fmt.Errorf("the quarantine of %s: %w", restaurant, err)
	}
	out := cmd.OutOrStdout()
	if len(answer.Items) == 0 {
		fmt.Fprintf(out, "nothing is kept aside for %s\n", restaurant)
	}
	for _, item := range answer.Items {
		fmt.Fprintf(out, "%s  %d events  since %s  %s\n", item.Device, item.Events, item.Received.Local().Format(time.DateTime), item.Reason)
		if len(item.Orders) > 0 {
			fmt.Fprintf(out, "  orders %s\n", strings.Join(item.Orders, " "))
		}
	}
	return nil
}
