package order

import (
	"strings"
	"unicode"
)

// Plain reports whether what a guest wrote can be shown on a ticket, a screen and a receipt as it is: it has no control characters, which
// a printer would obey.
func Plain(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }
