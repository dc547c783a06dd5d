package cloud

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/spf13/pflag"

	"awesome.pizza/cloud/api"
	"awesome.pizza/shared/settings"
	"awesome.pizza/shared/watch"
)

// Streams is how many screens and phones a core has at a time. Each event stream costs some fifty kilobytes for as long as its reader likes.
type Streams struct {
	All      int // event streams in all
	OfClient int // of one client
	OfOrder  int // of one order: its guest's screens
	Phones   int // drivers' phones over MQTT
}

// mostStreams is more than one machine bears.
const mostStreams = 1_000_000

func (s Streams) withDefaults() Streams {
	s.All = cmp.Or(s.All, 20_000)
	s.OfClient = cmp.Or(s.OfClient, 2000)
	s.OfOrder = cmp.Or(s.OfOrder, 20)
	s.Phones = cmp.Or(s.Phones, 20_000)
	return s
}

func (s *Streams) flags(f *pflag.FlagSet, d Streams) {
	f.IntVar(&s.All, "streams", d.All, "`number` of event streams that are open here at once: pages that follow an order or the chain; more are told to ask again later")
	f.IntVar(&s.OfClient, "streams-per-client", d.OfClient, "`number` of them that one client may have: an office, or a house behind one address")
	f.IntVar(&s.OfOrder, "streams-per-order", d.OfOrder, "`number` of screens that may follow one order")
	f.IntVar(&s.Phones, "phones", d.Phones, "`number` of drivers' phones that are connected here over MQTT at once")
}

func (s Streams) check() error {
	for _, x := range []struct {
		flag string
		n    int
	}{{"streams", s.All}, {"streams-per-client", s.OfClient}, {"streams-per-order", s.OfOrder}, {"phones", s.Phones}} {
		if x.n < 1 || x.n > mostStreams {
			return settings.Usage("--%s is %d; write 1 to %d", x.flag, x.n, mostStreams)
		}
	}
	if s.OfClient > s.All || s.OfOrder > s.All {
		return settings.Usage("--streams is %d: write at least as many as --streams-per-client (%d) and --streams-per-order (%d)", s.All, s.OfClient, s.OfOrder)
	}
	return nil
}

// site is how guests, staff and drivers are served over HTTP.
func (c *Config) site(metrics *watch.Registry, log *slog.Logger) api.Settings {
	return api.Settings{
		StaffToken: c.StaffToken, PerMinute: c.PerMinute, Proxies: c.Proxies, Drain: 3 * time.Second,
		Streams: c.Streams.All, ClientStreams: c.Streams.OfClient, OrderStreams: c.Streams.OfOrder,
		Log: log, Version: watch.BuildVersion(), Observe: observer(metrics),
	}
}
