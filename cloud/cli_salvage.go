package cloud

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/shared/settings"
)

func salvageCommand() *cobra.Command {
	var at core
	var approve, discard string
	var anyway bool
	cmd := &cobra.Command{
		Use:   "salvage RESTAURANT",
		Short: "Show what replaced nodes still had to tell, and let it count or not",
		Long: `salvage lists what nodes that are no longer a restaurant's have sent after they were replaced, and whether they have said that this was
all. A person knows whether that happened: --approve lets the facts of a device count as if they had come in time, each at most once; --discard
keeps them out. Orders that are still open when all of a device is here and approved go to the restaurant's present node. With --anyway they go
although the device has not said that this was all: it may never, because it is dead or of an older version.`,
		Example: "  cloud salvage r1\n  cloud salvage r1 --approve UABC…",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case empty(cmd, "approve", approve) || empty(cmd, "discard", discard):
				return settings.Usage("the device is empty; write --approve or --discard with one that cloud salvage %s lists", args[0])
			case approve != "" && discard != "":
				return settings.Usage("--approve and --discard exclude each other; write one device and one of them")
			case anyway && approve == "":
				return settings.Usage("--anyway is about what is approved; write --approve DEVICE --anyway")
			case approve != "":
				return at.approve(cmd, args[0], approve, anyway)
			case discard != "":
				return at.discard(cmd, args[0], discard)
			}
			return at.list(cmd, args[0])
		},
	}
	at.flags(cmd)
	cmd.Flags().StringVar(&approve, "approve", "", "`device` whose facts count")
	cmd.Flags().StringVar(&discard, "discard", "", "`device` whose facts do not")
	cmd.Flags().BoolVar(&anyway, "anyway", false, "with --approve: bring open orders although the device has not said that this was all")
	return cmd
}

// empty reports whether a flag was written without a value: somebody's variable is not set.
func empty(cmd *cobra.Command, flag, value string) bool {
	return cmd.Flags().Changed(flag) && value == ""
}

// approve lets the facts of a device count.
func (c *core) approve(cmd *cobra.Command, restaurant, device string, anyway bool) error {
	var answer struct{ Projected, Repeated, Unprojectable, Brought, Waiting int }
	body := fmt.Sprintf(`{"anyway":%t}`, anyway)
	if err := c.say(cmd, http.MethodPost, body, &answer, restaurant, "quarantine", device, "approve"); err != nil {
		return fmt.Errorf("%s of %s: %w", device, restaurant, err)
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%d facts count now, %d did already, %d could not be followed\n", answer.Projected, answer.Repeated, answer.Unprojectable)
	if answer.Brought > 0 {
		fmt.Fprintf(out, "open orders that go to the restaurant's present node: %d\n", answer.Brought)
	}
	if answer.Waiting > 0 {
		fmt.Fprintf(out, `open orders that wait: %d. The device has not said that this was all, and it may still say that they were handed over.
They go to the restaurant's present node once it has, and all is approved. If it is dead or of an older version it never will:
  cloud salvage %s --approve %s --anyway
`, answer.Waiting, restaurant, device)
	}
	return nil
}

// discard keeps the facts of a device out.
func (c *core) discard(cmd *cobra.Command, restaurant, device string) error {
	if err := c.ask(cmd, http.MethodPost, nil, restaurant, "quarantine", device, "discard"); err != nil {
		return fmt.Errorf("%s of %s: %w", device, restaurant, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "what %s sent is out\n", device)
	return nil
}

// gone is a device that has sent something.
type gone struct {
	Device  string
	AllHere *time.Time `json:"all_here_since"`
	Waiting []string
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
		Devices []gone
	}
	if err := c.ask(cmd, http.MethodGet, &answer, restaurant, "quarantine"); err != nil {
		return fmt.Errorf("the quarantine of %s: %w", restaurant, err)
	}
	out := cmd.OutOrStdout()
	if len(answer.Items)+len(answer.Devices) == 0 {
		fmt.Fprintf(out, "nothing is kept aside for %s\n", restaurant)
	}
	for _, item := range answer.Items {
		fmt.Fprintf(out, "%s  %d events  since %s  %s\n", item.Device, item.Events, item.Received.Local().Format(time.DateTime), item.Reason)
		if len(item.Orders) > 0 {
			fmt.Fprintf(out, "  orders %s\n", strings.Join(item.Orders, " "))
		}
	}
	for _, g := range answer.Devices {
		g.print(out)
	}
	return nil
}

// print says whether more is coming, and what waits for that.
func (g gone) print(out io.Writer) {
	if g.AllHere != nil {
		fmt.Fprintf(out, "%s  all here since %s\n", g.Device, g.AllHere.Local().Format(time.DateTime))
	} else {
		fmt.Fprintf(out, "%s  still coming, unless it is dead or of a version that does not say when that is all\n", g.Device)
	}
	if len(g.Waiting) > 0 {
		fmt.Fprintf(out, "  open orders that wait for the rest: %s\n", strings.Join(g.Waiting, " "))
	}
}
