package cloud

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/spf13/pflag"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/settings"
)

// Config is everything that can be set about a core. Each field is a flag, an environment variable CLOUD_… and a key of the TOML file.
type Config struct {
	Data        string // directory of keys, hub and, without DatabaseURL, a private Postgres
	DatabaseURL string
	NatsURL     string // of a hub of one's own; empty: the hub is embedded
	Restaurants string // TOML file of restaurants to add or change at the start

	Listen        string
	MQTTListen    string
	MetricsListen string
	LeafListen    string
	ClientListen  string
	MonitorListen string
	LeafURLs      []string // what nodes are told at enrolment; empty: this host and the port of LeafListen
	ClientURLs    []string

	StaffToken   string
	AcceptWithin time.Duration
	HubReplicas  int
	LogLevel     string
	File         string
}

func (c *Config) flags(f *pflag.FlagSet) {
	f.StringVar(&c.Data, "data", "data/cloud", "`directory` of keys, hub and, without --database-url, a private Postgres")
	f.StringVar(&c.DatabaseURL, "database-url", "", "`url` of a Postgres 15 or newer; empty starts a private one under --data")
	f.StringVar(&c.NatsURL, "nats-url", "", "`url` of a hub of your own (see cloud trust); empty embeds one")
	f.StringVar(&c.Restaurants, "restaurants", "", "TOML `file` of restaurants that are added or changed at the start")
	f.StringVar(&c.Listen, "listen", ":5000", "`host:port` of pages and API; without --staff-token only loopback is allowed")
	f.StringVar(&c.MQTTListen, "mqtt-listen", ":1883", "`host:port` for drivers' phones")
	f.StringVar(&c.MetricsListen, "metrics-listen", "127.0.0.1:9090", "`host:port` of Prometheus metrics; empty for none")
	f.StringVar(&c.LeafListen, "leaf-listen", ":7422", "`host:port` of the embedded hub for restaurants' leaf nodes")
	f.StringVar(&c.ClientListen, "client-listen", ":4222", "`host:port` of the embedded hub for plain clients")
	f.StringVar(&c.MonitorListen, "monitor-listen", "127.0.0.1:8222", "`host:port` of the embedded hub's own monitoring; empty for none")
	f.StringSliceVar(&c.LeafURLs, "leaf-url", nil, "`url` by which nodes reach the hub as leaves, as in nats-leaf://hub.example:7422")
	f.StringSliceVar(&c.ClientURLs, "client-url", nil, "`url` by which nodes reach the hub as plain clients, as in nats://hub.example:4222")
	f.StringVar(&c.StaffToken, "staff-token", "", "`token` that staff and operators send as Authorization: Bearer; better from CLOUD_STAFF_TOKEN")
	f.DurationVar(&c.AcceptWithin, "accept-within", 3*time.Minute, "`duration` within which a restaurant should accept an order")
	f.IntVar(&c.HubReplicas, "hub-replicas", 1, "`copies` of each stream: 3 in a hub of three or more nodes")
	f.StringVar(&c.LogLevel, "log-level", "info", "`level`: debug, info, warn or error")
	f.StringVar(&c.File, "config", "", "TOML `file` with any of these settings (deploy/cloud/example.toml is an example)")
}

func (c *Config) check() error {
	if c.Data == "" {
		return settings.Usage("--data is empty; write a directory")
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return settings.Usage("--listen is %q; write host:port, as in 127.0.0.1:5000", c.Listen)
	}
	if c.StaffToken == "" && !settings.Loopback(host) {
		return settings.Usage("--listen %s is open to the network: set CLOUD_STAFF_TOKEN, or listen on 127.0.0.1", c.Listen)
	}
	if c.StaffToken != "" && len(c.StaffToken) < 16 {
		return settings.Usage("--staff-token is too short to be a secret: use at least 16 characters")
	}
	if c.HubReplicas < 1 || c.HubReplicas > 5 || c.AcceptWithin < time.Second {
		return settings.Usage("--hub-replicas is 1 to 5 and --accept-within at least 1s")
	}
	return nil
}

func (c *Config) keysDir() string { return filepath.Join(c.Data, "keys") }

// restaurants reads the file of restaurants.
func (c *Config) restaurants() ([]restaurant.Restaurant, error) {
	if c.Restaurants == "" {
		return nil, nil
	}
	var file struct {
		Restaurants []restaurant.Restaurant `toml:"restaurant"`
	}
	meta, err := toml.DecodeFile(c.Restaurants, &file)
	if err != nil {
		return nil, settings.Usage("--restaurants: read %s: %w", c.Restaurants, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, settings.Usage("--restaurants: %s: %q is nothing a restaurant has", c.Restaurants, unknown[0].String())
	}
	var wrong []error
	for i := range file.Restaurants {
		wrong = append(wrong, file.Restaurants[i].Check())
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, settings.Usage("--restaurants: %s: %w", c.Restaurants, err)
	}
	return file.Restaurants, nil
}

// hubURLs are what a node is told at enrolment: what was set, or else host with the port of a listener.
func hubURLs(set []string, scheme, host, listen string) ([]string, error) {
	if len(set) > 0 {
		return set, nil
	}
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("no address of the hub to tell the node: set --leaf-url and --client-url: %w", err)
	}
	return []string{scheme + "://" + net.JoinHostPort(host, port)}, nil
}
