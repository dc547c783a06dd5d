package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"awesome.pizza/shared/settings"
)

// Config is what a chain on one machine is told. Each field is a flag, an environment variable LOCAL_… and a key of the TOML file.
type Config struct {
	Data        string
	Bin         string
	PortBase    int
	Restaurants int
	Guests      float64
	Drivers     int
	Bicycles    float64
	Speed       float64
	Seed        int64
	Cook        bool
	Cores       int
	Hubs        int
	OwnHub      string
	Uplink      string
	Postgres    string
	LogLevel    string
	File        string
}

func (c *Config) flags(f *pflag.FlagSet) {
	here, err := os.Executable()
	if err != nil {
		here = "bin/local"
	}
	f.StringVar(&c.Data, "data", "data/local", "`directory` of everything the chain remembers")
	f.StringVar(&c.Bin, "bin", filepath.Dir(here), "`directory` of the programs cloud, edge and firmware-sim")
	f.IntVar(&c.PortBase, "port-base", 5000, "`port` of the cloud; all other ports move with it")
	f.IntVar(&c.Restaurants, "restaurants", 2, "`number` of restaurants, 1 to 20")
	f.Float64Var(&c.Guests, "guests", 2, "web orders `per minute`, over all restaurants; 0 for none")
	f.IntVar(&c.Drivers, "drivers", 5, "simulated drivers `per restaurant`; 0 for none")
	f.Float64Var(&c.Bicycles, "bicycles", 0, "`share` of the simulated drivers who cycle, 0 to 1")
	f.Float64Var(&c.Speed, "speed", 1, "how many times faster than life cooks, ovens and drivers work: `factor`")
	f.Int64Var(&c.Seed, "seed", 1, "`number` from which everything random is made")
	f.BoolVar(&c.Cook, "cook", true, "a robot cooks what nobody else has touched; --cook=false leaves it to you")
	f.IntVar(&c.Cores, "cores", 1, "`number` of cores on one database and one hub, 1 or 2; two stand behind one door and want --own-hub")
	f.IntVar(&c.Hubs, "hubs", 1, "`number` of hub nodes, 1 or 3; three are a cluster that keeps everything three times and want --own-hub")
	f.StringVar(&c.Uplink, "uplink", "leaf", "how restaurants reach the hub: `leaf or client`")
	f.StringVar(&c.OwnHub, "own-hub", "", "`program` nats-server, to run the hub as a process of its own instead of inside the cloud")
	f.StringVar(&c.Postgres, "database-url", "", "`url` of a Postgres to use instead of a private one")
	f.StringVar(&c.LogLevel, "log-level", "info", "`level` of all programs: debug, info, warn or error")
	f.StringVar(&c.File, "config", "", "TOML `file` with any of these settings")
}

func (c *Config) check() error {
	switch {
	case c.Restaurants < 1 || c.Restaurants > 20:
		return settings.Usage("--restaurants is %d; write a number from 1 to 20", c.Restaurants)
	case c.PortBase < 5000 || c.PortBase > 50000:
		return settings.Usage("--port-base is %d; write a number from 5000 to 50000", c.PortBase)
	case !(c.Guests >= 0 && c.Guests <= 6000) || c.Drivers < 0 || c.Drivers > 100:
		return settings.Usage("--guests is 0 to 6000 a minute, --drivers 0 to 100 a restaurant")
	case !(c.Bicycles >= 0 && c.Bicycles <= 1):
		return settings.Usage("--bicycles is %v; write a share from 0 to 1, like 0.3", c.Bicycles)
	case !(c.Speed >= 0.1 && c.Speed <= 1000):
		return settings.Usage("--speed is %v; write a factor from 0.1 to 1000", c.Speed)
	}
	return c.checkCloud()
}

// checkCloud holds the parts of the cloud against each other.
func (c *Config) checkCloud() error {
	switch {
	case c.Cores != 1 && c.Cores != 2:
		return settings.Usage("--cores is %d; write 1 or 2", c.Cores)
	case c.Hubs != 1 && c.Hubs != 3:
		return settings.Usage("--hubs is %d; write 1 or 3", c.Hubs)
	case (c.Cores > 1 || c.Hubs > 1) && c.OwnHub == "":
		return settings.Usage("--cores 2 and --hubs 3 want a hub outside of the cores: name the program, as in --own-hub bin/nats-server")
	}
	return settings.OneOf("uplink", c.Uplink, "leaf", "client")
}

// Ports, as docs name them for a port base of 5000; they all move with it.
func (c *Config) port(usual int) int { return usual + c.PortBase - 5000 }

func (c *Config) addr(usual int) string { return "127.0.0.1:" + strconv.Itoa(c.port(usual)) }

// each is the same port of several nodes as one setting.
func (c *Config) each(nodes int, scheme string, usual int) string {
	var all []string
	for n := range nodes {
		all = append(all, scheme+"://"+c.addr(usual+n))
	}
	return strings.Join(all, ",")
}

func (c *Config) url(usual int) string { return "http://" + c.addr(usual) }

const (
	cloudPort   = 5000 // of the only core, or the door of two; they are at 5011 and 5012
	tlsPort     = 5001 // likewise over HTTPS, at 5021 and 5022
	controlPort = 5099
	linePort    = 5100 // the first restaurant's line to the hub; one more for each
	phonePort   = 1883 // likewise: two are at 1884 and 1885
	clientPort  = 4222 // of the first hub node, as those that follow; one more for each node
	leafPort    = 7422
	routePort   = 6222
	hubPort     = 8222
	metricsPort = 9090 // of the first core, one more for the second
	edgeMetrics = 9191
	kitchenPort = 8080 // of the first restaurant
	securePort  = 8443 // likewise over HTTPS
	devicePort  = 1891

	printerPort    = 9110 // of the first restaurant; what it printed is shown at printerControl
	printerControl = 9140
)
