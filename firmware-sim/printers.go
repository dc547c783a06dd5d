package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/printer"
	"awesome.pizza/shared/wire"
)

// office is the printers of one restaurant.
type office struct {
	printers []string
	prefix   string // of names on the rig
}

const printerForm = "write NAME=HOST:PORT, or NAME=HOST:PORT:COLUMNS with 48, 42 or 32 columns, like printer-1=127.0.0.1:9100"

func printerCommand(c *common) *cobra.Command {
	o := new(office)
	cmd := &cobra.Command{
		Use:   "printer",
		Short: "receipt printers on the network, that show what they printed",
		Long: `Receipt printers on the network: they understand ESC/POS, say how they are, and run out of paper on demand. What they printed can be read at
the management interface (--control, GET /devices/printer-1).

Besides silent and reboot (which loses what is not printed) a printer knows the faults paper_out, paper_low, cover_open, jam, slow=SECONDS
(for each line) and hang_up=BYTES (after so many, on each connection).`,
		Example: `  firmware-sim printer --control 127.0.0.1:5090
  firmware-sim printer --printer kitchen=127.0.0.1:9100 --printer counter=127.0.0.1:9101:42
  firmware-sim printer --faults "printer-1:paper_out@60s+30s,*:slow=0.2"`,
		Args: cobra.NoArgs,
		RunE: c.plays(func(_ context.Context, s *show) error { return s.addPrinters(*o) }),
	}
	cmd.Flags().StringArrayVar(&o.printers, "printer", []string{"printer-1=127.0.0.1:9100"}, "a printer: NAME=HOST:PORT[:COLUMNS]; may be repeated")
	return cmd
}

// addPrinters puts a restaurant's printers on the rig.
func (s *show) addPrinters(o office) error {
	seen := map[string]bool{}
	for _, written := range o.printers {
		p, err := parsePrinter(written)
		if err != nil {
			return err
		}
		if seen[p.Label] {
			return fmt.Errorf("--printer %q: there is a printer of that name already; give each its own", written)
		}
		seen[p.Label] = true
		name := p.Label
		p.Label = o.prefix + name
		p.Script, p.Log = fault.NewScript(p.Label, s.faults, name), s.log.With(slog.String("printer", p.Label))
		s.rig.Add(printer.New(p))
	}
	return nil
}

func parsePrinter(written string) (p printer.Setting, err error) {
	name, address, ok := strings.Cut(written, "=")
	if !ok || !wire.SafeID(name) {
		return p, fmt.Errorf("--printer %q: %s", written, printerForm)
	}
	p.Label, p.Columns = name, 48
	if strings.Count(address, ":") > 1 && !strings.HasSuffix(address, "]") {
		cut := strings.LastIndexByte(address, ':')
		if host, _, err := net.SplitHostPort(address[:cut]); err == nil && host != "" {
			if _, err := fmt.Sscanf(address[cut+1:], "%d", &p.Columns); err != nil {
				return p, fmt.Errorf("--printer %q: %s", written, printerForm)
			}
			address = address[:cut]
		}
	}
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" || !slices.Contains([]int{48, 42, 32}, p.Columns) {
		return p, fmt.Errorf("--printer %q: %s", written, printerForm)
	}
	p.Listen = address
	return p, nil
}
