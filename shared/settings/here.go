package settings

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// Loopback reports whether a host, without port and brackets, is this machine and nothing else: 127.0.0.0/8, ::1, localhost and names
// below it, which browsers and resolvers keep on the machine (RFC 6761, section 6.3). An empty host is every address, so it is not.
func Loopback(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// AskedHere reports whether a request names this machine as its host, with any port. A page whose name was made to point at loopback
// (DNS rebinding) gets past a loopback listener and past a check of its origin, but it cannot name another host than its own.
func AskedHere(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(r.Host, "["), "]")
	}
	return Loopback(host)
}

// HealthCommand is a program's command "healthcheck": it asks who (the program in people's words, as in "the node") on this machine whether
// it is ready. listen is where the program listens by default, prefix that of its environment variables.
func HealthCommand(prefix, who, listen string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask " + who + " on this machine whether it serves; for containers and scripts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := Fill(cmd, prefix); err != nil {
				return err
			}
			return healthy(cmd.Context(), who, listen)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", listen, "`host:port` where it serves")
	return cmd
}

func healthy(ctx context.Context, who, listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return Usage("--listen is %q; write host:port", listen)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", http.NoBody)
	if err != nil {
		return Usage("--listen is %q; write host:port", listen)
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", who, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is not ready: %s", who, res.Status)
	}
	return nil
}
