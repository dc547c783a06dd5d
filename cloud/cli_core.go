package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/shared/settings"
)

// core is a running core that a command asks.
type core struct {
	url, token, authority string
}

func (c *core) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.url, "cloud", "http://127.0.0.1:5000", "`url` of a running core")
	cmd.Flags().StringVar(&c.token, "staff-token", "", "`token` of the staff; better from CLOUD_STAFF_TOKEN")
	cmd.Flags().StringVar(&c.authority, "tls-ca", "", "PEM `file` of the authority to believe; empty believes whom this machine believes")
}

// ask sends a request about a restaurant's node and reads the answer.
func (c *core) ask(cmd *cobra.Command, method string, answer any, path ...string) error {
	return c.say(cmd, method, "{}", answer, path...)
}

// say is ask with a body. The path begins with a restaurant.
func (c *core) say(cmd *cobra.Command, method, body string, answer any, path ...string) error {
	if path[0] == "" {
		return settings.Usage("the restaurant is empty; write its id, like r1")
	}
	if err := settings.Fill(cmd, "CLOUD"); err != nil {
		return err
	}
	target, err := url.JoinPath(c.url, append([]string{"api", "fleet"}, escaped(path)...)...)
	if err != nil {
		return settings.Usage("--cloud is %q; write it like https://pizza.example", c.url)
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(cmd.Context(), 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return settings.Usage("--cloud is %q; write it like https://pizza.example", c.url)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the core: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	return read(res, answer)
}

func escaped(path []string) []string {
	safe := make([]string, len(path))
	for i, p := range path {
		safe[i] = url.PathEscape(p)
	}
	return safe
}

// read reads an answer, or why there is none.
func read(res *http.Response, answer any) error {
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		return fmt.Errorf("read the core's answer: %w", err)
	}
	if res.StatusCode >= 300 {
		var p struct {
			Detail string `json:"detail"`
		}
		_ = json.Unmarshal(body, &p)
		return fmt.Errorf("%s: %s", res.Status, p.Detail)
	}
	if res.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("read the core's answer: %w", err)
	}
	return nil
}

func (c *core) client() (*http.Client, error) {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if c.authority != "" {
		text, err := os.ReadFile(c.authority)
		if err != nil {
			return nil, settings.Usage("--tls-ca: read %s: %w", c.authority, err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(text) {
			return nil, settings.Usage("--tls-ca: %s holds no certificate", c.authority)
		}
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	}
	return &http.Client{Transport: t}, nil
}
