package pgdev

import (
	"fmt"
	"strings"
)

type setting struct{ name, value string }

// everyday suits a laptop: small, quiet and durable.
var everyday = []setting{
	{"shared_buffers", "128MB"},
	{"max_wal_size", "256MB"},
	{"min_wal_size", "32MB"},
	{"huge_pages", "off"},
	{"jit", "off"}, // short queries
	{"timezone", "UTC"},
	{"log_timezone", "UTC"},
	{"lc_messages", "C"},
	{"log_min_error_statement", "panic"}, // a failed statement may carry a guest's address
	{"password_encryption", "scram-sha-256"},
}

// volatile gives durability away: a clean end keeps the data, a power cut may not.
var volatile = []setting{
	{"fsync", "off"},
	{"full_page_writes", "off"},
	{"synchronous_commit", "off"},
	{"wal_level", "minimal"},
	{"max_wal_senders", "0"},
	{"autovacuum", "off"},
}

// settings is the whole postgresql.conf. It depends on nothing but the configuration, so two texts are equal exactly when two
// servers are kept alike.
func (h *house) settings() string {
	listen := ""
	if h.cfg.Port != 0 {
		listen = "127.0.0.1"
	}
	all := []setting{
		{"listen_addresses", listen},
		{"port", fmt.Sprint(h.port())},
		{"unix_socket_directories", `"` + strings.ReplaceAll(h.socket, `"`, `""`) + `"`},
		{"unix_socket_permissions", "0700"},
		{"max_connections", fmt.Sprint(h.cfg.MaxConnections)},
	}
	all = append(all, everyday...)
	if h.cfg.Volatile {
		all = append(all, volatile...)
	}
	var b strings.Builder
	b.WriteString("# Written anew at every start: changes made here are lost.\n")
	for _, s := range all {
		fmt.Fprintf(&b, "%s = '%s'\n", s.name, strings.ReplaceAll(s.value, `'`, `''`))
	}
	return b.String()
}
