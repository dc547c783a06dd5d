package cloud

import (
	"cmp"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/spf13/pflag"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/settings"
)

// Config is everything that can be set about a core. Each field is a flag, an environment variable CLOUD_… and a key of the TOML file. The
// zero value is a core for this machine alone, without metrics, monitoring and TLS; withDefaults says what else a zero stands for.
type Config struct {
	Data        string // directory of keys, hub and, without DatabaseURL, a private Postgres
	DatabaseURL string
	NatsURL     string // of a hub of one's own; empty: the hub is embedded
	Restaurants string // TOML file of restaurants to add or change at the start; empty: none

	Listen        string // of pages and API; without StaffToken only loopback
	TLSListen     string // the same over HTTPS; empty: none
	MQTTListen    string
	MetricsListen string // empty: no metrics
	LeafListen    string
	ClientListen  string
	MonitorListen string   // empty: no monitoring
	LeafURLs      []string // what nodes are told at enrolment; empty: this host and the port of LeafListen
	ClientURLs    []string
	PublicURL     string // by which nodes reach the API; empty: this host and the port of TLSListen, or of Listen

	Hosts   []string // names and addresses by which others reach this machine, besides those in the settings above; the first is the one told
	TLSCert string   // PEM file; empty: the chain's own authority makes one
	TLSKey  string
	TLSCA   string // PEM file of what nodes pin for TLSCert; empty: what their machine believes
	HubTLS  bool   // the embedded hub speaks TLS only

	StaffToken   string   // empty: everybody on this machine is staff
	PerMinute    int      // requests of one client
	Proxies      []string // networks, as CIDR, whose X-Forwarded-For is believed; empty: none
	Streams      Streams
	AcceptWithin time.Duration
	OSRMURL      string // of a road server; empty: travel times are reckoned as the crow flies
	HubReplicas  int

	Couriers       []string // delivery companies, as name=https://…; empty: none
	CourierSecrets []string // what each of them and we sign with, as name=secret; two of one name while it changes
	CourierFee     int      // in minor units of the order's currency: a dearer courier is not sent
	CourierMargin  time.Duration

	DispatchBeside     time.Duration // by car between restaurants whose orders may share a bag; 0: none do
	DispatchReposition bool          // idle drivers are told where they had better wait

	LogLevel string
	File     string
}

// withDefaults fills in what a core cannot do without.
func (c Config) withDefaults() Config {
	c.Data = cmp.Or(c.Data, "data/cloud")
	c.Listen = cmp.Or(c.Listen, "127.0.0.1:5000")
	c.MQTTListen = cmp.Or(c.MQTTListen, ":1883")
	c.LeafListen = cmp.Or(c.LeafListen, ":7422")
	c.ClientListen = cmp.Or(c.ClientListen, ":4222")
	c.PerMinute = cmp.Or(c.PerMinute, 60_000)
	c.Streams = c.Streams.withDefaults()
	c.AcceptWithin = cmp.Or(c.AcceptWithin, 3*time.Minute)
	c.HubReplicas = cmp.Or(c.HubReplicas, 1)
	c.CourierFee = cmp.Or(c.CourierFee, 1500)
	c.CourierMargin = cmp.Or(c.CourierMargin, 5*time.Minute)
	c.LogLevel = cmp.Or(c.LogLevel, "info")
	return c
}

func (c *Config) flags(f *pflag.FlagSet) {
	d := Config{TLSListen: "127.0.0.1:5001", HubTLS: true, MetricsListen: "127.0.0.1:9090", MonitorListen: "127.0.0.1:8222", DispatchBeside: dispatch.Beside, DispatchReposition: true}.withDefaults()
	f.StringVar(&c.Data, "data", d.Data, "`directory` of keys, hub and, without --database-url, a private Postgres")
	f.StringVar(&c.DatabaseURL, "database-url", "", "`url` of a Postgres 15 or newer; empty starts a private one under --data")
	f.StringVar(&c.NatsURL, "nats-url", "", "`url` of a hub of your own (see cloud trust); empty embeds one")
	f.StringVar(&c.Restaurants, "restaurants", "", "TOML `file` of restaurants that are added or changed at the start")
	f.StringVar(&c.Listen, "listen", d.Listen, "`host:port` of pages and API; without --staff-token only loopback is allowed")
	f.StringVar(&c.TLSListen, "tls-listen", d.TLSListen, "`host:port` of pages and API over HTTPS; empty for none")
	f.StringVar(&c.MQTTListen, "mqtt-listen", d.MQTTListen, "`host:port` for drivers' phones")
	f.StringVar(&c.MetricsListen, "metrics-listen", d.MetricsListen, "`host:port` of Prometheus metrics; empty for none")
	f.StringVar(&c.LeafListen, "leaf-listen", d.LeafListen, "`host:port` of the embedded hub for restaurants' leaf nodes")
	f.StringVar(&c.ClientListen, "client-listen", d.ClientListen, "`host:port` of the embedded hub for plain clients")
	f.StringVar(&c.MonitorListen, "monitor-listen", d.MonitorListen, "`host:port` of the embedded hub's own monitoring; empty for none")
	f.StringSliceVar(&c.LeafURLs, "leaf-url", nil, "`url` by which nodes reach the hub as leaves, as in tls://hub.example:7422, or nats-leaf://… without TLS")
	f.StringSliceVar(&c.ClientURLs, "client-url", nil, "`url` by which nodes reach the hub as plain clients, as in tls://hub.example:4222, or nats://… without TLS")
	f.StringVar(&c.PublicURL, "public-url", "", "`url` by which nodes reach the API, as in https://pizza.example; empty is this host and the port of --tls-listen")
	f.StringSliceVar(&c.Hosts, "host", nil, "`names` and addresses by which others reach this machine: they go into its certificate")
	f.StringVar(&c.TLSCert, "tls-cert", "", "PEM `file` of a certificate of your own, with its chain; empty has the chain's own authority make one")
	f.StringVar(&c.TLSKey, "tls-key", "", "PEM `file` of its key")
	f.StringVar(&c.TLSCA, "tls-ca", "", "PEM `file` of the authority that nodes pin for --tls-cert; empty lets them believe whom their machine believes")
	f.BoolVar(&c.HubTLS, "hub-tls", d.HubTLS, "the embedded hub speaks TLS only; --hub-tls=false while nodes are there that were enrolled before it did")
	f.StringVar(&c.StaffToken, "staff-token", "", "`token` that staff and operators send as Authorization: Bearer; better from CLOUD_STAFF_TOKEN")
	f.IntVar(&c.PerMinute, "requests-per-minute", d.PerMinute, "`number` of requests that one client may send in a minute")
	c.Streams.flags(f, d.Streams)
	f.StringSliceVar(&c.Proxies, "trusted-proxies", nil, "`networks` of proxies whose X-Forwarded-For says who the client is, as in 10.0.0.0/8,fd00::/8")
	f.StringVar(&c.OSRMURL, "osrm-url", "", "`url` of an OSRM server (API v1) that knows the roads; empty reckons travel times as the crow flies")
	f.DurationVar(&c.AcceptWithin, "accept-within", d.AcceptWithin, "`duration` within which a restaurant should accept an order")
	f.IntVar(&c.HubReplicas, "hub-replicas", d.HubReplicas, "`copies` of each stream: 3 in a hub of three or more nodes")
	f.StringSliceVar(&c.Couriers, "courier", nil, "delivery `companies` that bring what own drivers cannot, as in swift=https://swift.example/v1 (see docs/COURIERS.md)")
	f.StringSliceVar(&c.CourierSecrets, "courier-secret", nil, "what each company and we sign with, as `name=secret`; two of one name while it changes; better from CLOUD_COURIER_SECRET")
	f.IntVar(&c.CourierFee, "courier-fee-limit", d.CourierFee, "what a courier may cost, in `cents` or whatever the currency's smallest unit is")
	f.DurationVar(&c.CourierMargin, "courier-margin", d.CourierMargin, "`duration` by which own drivers may be later than promised before a courier is asked")
	f.DurationVar(&c.DispatchBeside, "dispatch-beside", d.DispatchBeside, "`duration` by car between two restaurants whose orders one driver may bring on one way; 0s for never")
	f.BoolVar(&c.DispatchReposition, "dispatch-reposition", d.DispatchReposition, "drivers who have nothing to do are told where they had better wait for the next order")
	f.StringVar(&c.LogLevel, "log-level", d.LogLevel, "`level`: debug, info, warn or error")
	f.StringVar(&c.File, "config", "", "TOML `file` with any of these settings (deploy/cloud/example.toml is an example)")
}

func (c *Config) check() error {
	if c.Data == "" {
		return settings.Usage("--data is empty; write a directory")
	}
	if err := c.checkAddresses(); err != nil {
		return err
	}
	for flag, listen := range map[string]string{"listen": c.Listen, "tls-listen": c.TLSListen} {
		if host, _, _ := net.SplitHostPort(listen); listen != "" && c.StaffToken == "" && !settings.Loopback(host) {
			return settings.Usage("--%s %s is open to the network: set CLOUD_STAFF_TOKEN, or listen on 127.0.0.1", flag, listen)
		}
	}
	if err := c.checkTLS(); err != nil {
		return err
	}
	if c.StaffToken != "" && len(c.StaffToken) < 16 {
		return settings.Usage("--staff-token is too short to be a secret: use at least 16 characters")
	}
	if c.HubReplicas < 1 || c.HubReplicas > 5 || c.AcceptWithin < time.Second {
		return settings.Usage("--hub-replicas is 1 to 5 and --accept-within at least 1s")
	}
	if u, err := url.Parse(c.OSRMURL); c.OSRMURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return settings.Usage("--osrm-url is %q; write http://host:port", c.OSRMURL)
	}
	if _, err := c.couriers(); err != nil {
		return err
	}
	if c.DispatchBeside < 0 || c.DispatchBeside > time.Hour {
		return settings.Usage("--dispatch-beside is %s; write 0s to 1h", c.DispatchBeside)
	}
	if c.PerMinute < 1 {
		return settings.Usage("--requests-per-minute is %d; write 1 or more", c.PerMinute)
	}
	return c.Streams.check()
}

// checkAddresses holds what is listened on and who is believed against how that is written.
func (c *Config) checkAddresses() error {
	for _, l := range []struct {
		flag, value string
		optional    bool
	}{
		{"listen", c.Listen, false},
		{"tls-listen", c.TLSListen, true},
		{"mqtt-listen", c.MQTTListen, false},
		{"metrics-listen", c.MetricsListen, true},
		{"leaf-listen", c.LeafListen, false},
		{"client-listen", c.ClientListen, false},
		{"monitor-listen", c.MonitorListen, true},
	} {
		if l.value == "" && l.optional {
			continue
		}
		if _, _, err := net.SplitHostPort(l.value); err != nil {
			return settings.Usage("--%s is %q; write host:port, as in 127.0.0.1:5000", l.flag, l.value)
		}
	}
	for _, hub := range strings.Split(c.NatsURL, ",") {
		u, err := url.Parse(strings.TrimSpace(hub))
		if c.NatsURL != "" && (err != nil || u.Hostname() == "" || !slices.Contains([]string{"nats", "tls"}, u.Scheme)) {
			return settings.Usage("--nats-url names %q; write it like tls://hub.example:4222, several with commas between them", hub)
		}
	}
	for _, p := range c.Proxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			return settings.Usage("--trusted-proxies names %q; write networks like 10.0.0.0/8", p)
		}
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
