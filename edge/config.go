package edge

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

// Config is everything that can be set about a node. Each field is a flag, an environment variable EDGE_… and a key of the TOML file. The
// zero value is a node without devices' broker and metrics; withDefaults says what else a zero stands for.
type Config struct {
	Data          string // directory of database, keys and enrolment
	Listen        string // display and counter
	TLSListen     string // display and counter over HTTPS, with a certificate of the restaurant's own authority; empty: none
	MQTTListen    string // ovens, probes, buttons; empty: no broker
	MetricsListen string // empty: no metrics
	Devices       string // TOML file of ovens, devices and cooks; empty: none
	Uplink        string // leaf or client
	Hubs          []string
	Hosts         []string // names by which screens reach the node, besides addresses and local names
	TimeZone      string   // IANA; empty: what the enrolment says
	DayStarts     int      // hour at which the business day starts; 0 is midnight
	StockCheck    int      // hour of the daily look at the stock, 1 to 24; 0 is 10
	PINs          string   // auto, optional or required; empty is auto
	LogLevel      string
	File          string
}

// withDefaults fills in what a node cannot do without.
func (c Config) withDefaults() Config {
	c.Data = cmp.Or(c.Data, "data/edge")
	c.Listen = cmp.Or(c.Listen, ":8080")
	c.Uplink = cmp.Or(c.Uplink, string(uplink.Leaf))
	c.StockCheck = cmp.Or(c.StockCheck, 10)
	c.LogLevel = cmp.Or(c.LogLevel, "info")
	c.PINs = cmp.Or(c.PINs, pinsAuto)
	return c
}

func (c *Config) flags(f *pflag.FlagSet) {
	d := Config{MQTTListen: ":1883", MetricsListen: "127.0.0.1:9091", DayStarts: 4}.withDefaults()
	f.StringVar(&c.Data, "data", d.Data, "`directory` of database, keys and enrolment")
	f.StringVar(&c.Listen, "listen", d.Listen, "`host:port` of display and counter, for the restaurant's own network")
	f.StringVar(&c.TLSListen, "tls-listen", "", "`host:port` of display and counter over HTTPS, with a certificate of the restaurant's own authority; screens are told to trust it at /pair. Empty for none")
	f.StringSliceVar(&c.Hosts, "host", nil, "`name` by which screens reach the node, besides addresses and local names; repeatable")
	f.StringVar(&c.MQTTListen, "mqtt-listen", d.MQTTListen, "`host:port` for ovens, probes and buttons; empty for none")
	f.StringVar(&c.MetricsListen, "metrics-listen", d.MetricsListen, "`host:port` of Prometheus metrics; empty for none")
	f.StringVar(&c.Devices, "devices", "", "TOML `file` that names ovens, devices and cooks (deploy/edge/devices.toml is an example)")
	f.StringVar(&c.Uplink, "uplink", d.Uplink, "how the node reaches the hub: `leaf or client`; over a line of more than about 1 s there and back a leaf is not taken, and after 45 s of that the node goes on as a client by itself")
	f.StringSliceVar(&c.Hubs, "hub", nil, "`url` of a hub, instead of those that the enrolment names")
	f.StringVar(&c.TimeZone, "time-zone", "", "IANA `zone`, instead of the one that the enrolment names")
	f.IntVar(&c.DayStarts, "day-starts", d.DayStarts, "`hour` at which the business day starts")
	f.IntVar(&c.StockCheck, "stock-check", d.StockCheck, "`hour` at which the stock is checked every day, 1 to 24")
	f.StringVar(&c.PINs, "pins", d.PINs, "who voids, refunds or closes the day signs in for it: `auto, optional or required`; auto requires it as soon as a shift manager in --devices has a PIN, optional only writes down who it was")
	f.StringVar(&c.LogLevel, "log-level", d.LogLevel, "`level`: debug, info, warn or error")
	f.StringVar(&c.File, "config", "", "TOML `file` with any of these settings (deploy/edge/example.toml is an example)")
}

func (c *Config) check() error {
	if err := settings.OneOf("uplink", c.Uplink, string(uplink.Leaf), string(uplink.Client)); err != nil {
		return err
	}
	if err := settings.OneOf("pins", cmp.Or(c.PINs, pinsAuto), pinsAuto, pinsOptional, pinsRequired); err != nil {
		return err
	}
	if c.DayStarts < 0 || c.DayStarts > 23 {
		return settings.Usage("--day-starts is %d; write an hour from 0 to 23", c.DayStarts)
	}
	if _, _, err := net.SplitHostPort(c.TLSListen); c.TLSListen != "" && err != nil {
		return settings.Usage("--tls-listen is %q; write host:port, as in :8443", c.TLSListen)
	}
	if c.StockCheck < 0 || c.StockCheck > 24 {
		return settings.Usage("--stock-check is %d; write an hour from 1 to 24", c.StockCheck)
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil {
		return settings.Usage("--time-zone is %q; write an IANA zone like Europe/Rome", c.TimeZone)
	}
	for n, host := range c.Hosts {
		if host == "" || strings.ContainsAny(host, "/: ") {
			return settings.Usage("--host is %q; write a name like kitchen.pizza.example, without scheme and port", host)
		}
		c.Hosts[n] = strings.ToLower(strings.TrimSuffix(host, "."))
	}
	for _, hub := range c.Hubs {
		if !uplink.IsHub(hub) {
			return settings.Usage("--hub is %q; write it like tls://hub.example:7422, or like tls://hub.example:4222 for a plain client", hub)
		}
	}
	if c.Data == "" {
		return settings.Usage("--data is empty; write a directory")
	}
	return nil
}

// makeData makes sure that the data directory is there and ours alone.
func (c *Config) makeData() error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return nil
}
