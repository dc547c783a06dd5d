package courier

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// maxLink is how long a link can be, in bytes.
const maxLink = 500

// inner are ends of names that mean something only within somebody's own walls.
var inner = []string{"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion"}

// PublicLink is a company's link as guests can be shown it: https, on a named host of the public web, without a password in it. Anything else is "".
func PublicLink(s string) string {
	if len(s) > maxLink || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || c == '\\' }) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Opaque != "" || !publicName(strings.ToLower(u.Hostname())) {
		return ""
	}
	return s
}

// publicName reports whether a host is a name with an end that the public web can have: no address, in whatever spelling.
func publicName(host string) bool {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	end := labels[len(labels)-1]
	if _, err := netip.ParseAddr(host); err == nil || len(labels) < 2 || len(host) > 253 || slices.Contains(inner, end) {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return strings.Trim(end, "abcdefghijklmnopqrstuvwxyz") == "" || strings.HasPrefix(end, "xn--") // 127.1 and 0x7f.1 have other ends
}
