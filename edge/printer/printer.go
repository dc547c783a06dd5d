// Package printer puts tickets, box labels and receipts on ESC/POS printers in the restaurant's network. Layouts and encoding are pure; each
// printer has one worker that owns its connection, and no worker is ever waited for: what is to be printed waits in the ledger.
//
// Not in here: when something is printed (edge/kitchen decides, in the commit that makes it necessary), how the ledger is kept (edge/store).
package printer

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/wire"
)

// Spec is a printer as the device file names it.
type Spec struct {
	ID              string          `toml:"id"`
	Name            string          `toml:"name"`             // as people call it; the id
	Address         string          `toml:"address"`          // host:port; the port is 9100 on most printers
	Width           int             `toml:"width"`            // columns: 48 (80 mm), 42 or 32 (58 mm); 48
	CodePage        string          `toml:"code_page"`        // see CodePages; pc858
	Language        string          `toml:"language"`         // en or it; en
	Jobs            []kitchen.Paper `toml:"jobs"`             // ticket, label, receipt
	Stations        []string        `toml:"stations"`         // tickets and labels only of what is made there; none means all
	Backup          string          `toml:"backup"`           // id of the printer that takes over
	TakeoverSeconds int             `toml:"takeover_seconds"` // after that long without this one; 20
	Mute            bool            `toml:"mute"`             // it never says how it is: what was sent counts as printed
	Header          []string        `toml:"header"`           // of receipts: name, address, tax number
	Footer          []string        `toml:"footer"`
}

const (
	mostPrinters = 32
	mostLines    = 8   // of header and footer
	mostText     = 100 // bytes of one
)

// WithDefaults fills in what the device file leaves out.
func (s Spec) WithDefaults() Spec {
	s.Name = cmp.Or(s.Name, s.ID)
	s.Width = cmp.Or(s.Width, 48)
	s.CodePage = cmp.Or(s.CodePage, "pc858")
	s.Language = cmp.Or(s.Language, "en")
	s.TakeoverSeconds = cmp.Or(s.TakeoverSeconds, 20)
	return s
}

func (s Spec) takeover() time.Duration { return time.Duration(s.TakeoverSeconds) * time.Second }

// Kitchen is the printer as far as the kitchen cares.
func (s Spec) Kitchen() kitchen.Printer {
	return kitchen.Printer{ID: s.ID, Papers: s.Jobs, Stations: s.Stations}
}

// Check holds printers of a device file against what they can be.
func Check(all []Spec) error {
	var wrong []error
	if len(all) > mostPrinters {
		wrong = append(wrong, fmt.Errorf("%d printers are more than the %d of one restaurant", len(all), mostPrinters))
	}
	seen := map[string]bool{}
	for n, s := range all {
		if err := s.WithDefaults().check(); err != nil {
			wrong = append(wrong, fmt.Errorf("printer %d (%s): %w", n+1, s.ID, err))
		}
		if seen[s.ID] {
			wrong = append(wrong, fmt.Errorf("printer %d (%s): there is one of that id already", n+1, s.ID))
		}
		seen[s.ID] = true
		stands := func(o Spec) bool { return o.ID == s.Backup && o.ID != s.ID }
		if s.Backup != "" && !slices.ContainsFunc(all, stands) {
			wrong = append(wrong, fmt.Errorf("printer %d (%s): its backup %q is no other printer of this file", n+1, s.ID, s.Backup))
		}
	}
	return errors.Join(wrong...)
}

func (s Spec) check() error {
	host, port, err := net.SplitHostPort(s.Address)
	switch {
	case !wire.SafeID(s.ID):
		return errors.New("the id must be one of its own: letters, digits, '.', '_', '-'")
	case err != nil || host == "" || port == "":
		return fmt.Errorf("address is %q; write host:port, like 192.168.1.50:9100", s.Address)
	case s.Width != 48 && s.Width != 42 && s.Width != 32:
		return fmt.Errorf("width is %d; it can be 48, 42 or 32 columns", s.Width)
	case pages[s.CodePage].chars == nil:
		return fmt.Errorf("code_page is %q; it can be one of %v", s.CodePage, CodePages())
	case tongues[s.Language].number == "":
		return fmt.Errorf("language is %q; it can be en or it", s.Language)
	case s.TakeoverSeconds < 1 || s.TakeoverSeconds > 3600:
		return fmt.Errorf("takeover_seconds is %d; it can be 1 to 3600", s.TakeoverSeconds)
	case len(s.Name) > mostText || len(s.Header) > mostLines || len(s.Footer) > mostLines:
		return fmt.Errorf("the name can have %d bytes, header and footer %d lines each", mostText, mostLines)
	}
	for _, j := range s.Jobs {
		if !slices.Contains(kitchen.Papers(), j) {
			return fmt.Errorf("job %q is none of %v", j, kitchen.Papers())
		}
	}
	for _, at := range s.Stations {
		if !slices.Contains(menu.Stations(), at) {
			return fmt.Errorf("%q is no station; there are %v", at, menu.Stations())
		}
	}
	for _, l := range slices.Concat(s.Header, s.Footer) {
		if len(l) > mostText {
			return fmt.Errorf("a line of header or footer has %d bytes; it can have %d", len(l), mostText)
		}
	}
	return nil
}
