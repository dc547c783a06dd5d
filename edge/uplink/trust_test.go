package uplink_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/link"
)

// shaken is a node's clock on a machine that is off.
type shaken struct{ *clock.Steady }

func shake(off time.Duration, saved clock.Saved) shaken {
	real := clock.Machine()
	return shaken{clock.NewSteady(func() clock.Reading {
		r := real()
		r.Wall = r.Wall.Add(off)
		return r
	}, saved, time.Now().Add(-365*24*time.Hour))}
}

func (s shaken) Told(_ context.Context, asked time.Duration, cloud time.Time) error {
	if step := s.Hear(asked, cloud); step != nil {
		step.Take()
	}
	return nil
}

// secured is a hub that speaks nothing but TLS.
func secured(with *tls.Config) func(*server.Options) {
	return func(o *server.Options) {
		o.TLSConfig, o.TLSTimeout = with, 5
		o.LeafNode.TLSConfig, o.LeafNode.TLSTimeout = with.Clone(), 5
	}
}

// inside answers SYNC from within the hub.
func inside(t *testing.T, s *server.Server) {
	t.Helper()
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	resumes(t, conn)
}

func TestAHubIsTakenForItselfOnlyWithItsCertificate(t *testing.T) {
	t.Parallel()
	const years = 10 * 365 * 24 * time.Hour
	chain, other := newAuthority(t), newAuthority(t)
	for name, c := range map[string]struct {
		shown *tls.Config
		pin   string
		off   time.Duration
		saved clock.Saved
		want  bool
	}{
		"the chain's":                           {chain.server(t, "127.0.0.1"), chain.PEM(), 0, clock.Saved{}, true},
		"another's":                             {other.server(t, "127.0.0.1"), chain.PEM(), 0, clock.Saved{}, false},
		"the chain's for another host":          {chain.server(t, "hub.example"), chain.PEM(), 0, clock.Saved{}, false},
		"the chain's, to one that pins nothing": {chain.server(t, "127.0.0.1"), "", 0, clock.Saved{}, false},
		"the chain's, pinned by nonsense":       {chain.server(t, "127.0.0.1"), "nonsense", 0, clock.Saved{}, false},
		"to a node in 1970":                     {chain.server(t, "127.0.0.1"), chain.PEM(), -5 * years, clock.Saved{Floor: time.Now().Add(-time.Minute)}, true},
		"to a node ten years ahead":             {chain.server(t, "127.0.0.1"), chain.PEM(), years, clock.Saved{Floor: time.Now()}, true},
		"to a node with a floor of 2099":        {chain.server(t, "127.0.0.1"), chain.PEM(), 0, clock.Saved{Floor: time.Now().Add(7 * years)}, true},
		"to a node that was off for a year":     {chain.server(t, "127.0.0.1"), chain.PEM(), 0, clock.Saved{Floor: time.Now().Add(-years / 10)}, true},
	} {
		for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
			t.Run(name+" "+string(mode), func(t *testing.T) {
				t.Parallel()
				h := hub{freePort(t), freePort(t)}
				s := h.startWith(t, secured(c.shown))
				defer stop(s)
				inside(t, s)
				e := enrolled(t)
				e.Leaves, e.Clients, e.CA = []string{"tls://" + addr(h.leaf)}, []string{"tls://" + addr(h.client)}, c.pin
				line, closed := running(t, uplink.Config{
					Enrolment: e, Mode: mode, Log: slog.New(slog.DiscardHandler), Clock: shake(c.off, c.saved),
				}, nothing{})
				if c.want {
					eventually(t, "online", func() bool { return line.State().Condition == link.Online })
				} else {
					eventually(t, "the hub is there and not believed", func() bool { return line.State().Cause == link.CauseCloudSilent })
					eventually(t, "nobody but the core to be connected", func() bool { // who is not believed calls again and again
						l, err := s.Leafz(nil)
						return err == nil && len(l.Leafs) == 0 && s.NumClients() == 1
					})
				}
				if err := closed(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestACodeSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	chain, other := newAuthority(t), newAuthority(t)
	for name, c := range map[string]struct {
		shown *authority // nil: plain HTTP
		code  string
		named string // as its authority, in the answer
		pins  string // empty: refused
	}{
		"over HTTPS":                            {chain, "CODE." + chain.print(), "", chain.PEM()},
		"over HTTPS, in capitals":               {chain, "CODE." + strings.ToUpper(chain.print()), "", chain.PEM()},
		"over HTTPS, of somebody else":          {other, "CODE." + chain.print(), "", ""},
		"over HTTPS, with half of it":           {chain, "CODE." + chain.print()[:8], "", ""},
		"over HTTPS, without":                   {chain, "CODE", "", ""}, // the machine does not know this authority
		"over HTTPS, naming the one to come":    {chain, "CODE." + chain.print(), chain.PEM() + other.PEM(), chain.PEM() + other.PEM()},
		"over HTTP, naming the one of the code": {nil, "CODE." + chain.print(), chain.PEM(), chain.PEM()},
		"over HTTP, naming another":             {nil, "CODE." + chain.print(), other.PEM(), ""},
		"over HTTP, naming none":                {nil, "CODE." + chain.print(), "", ""},
	} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var body struct{ Code string }
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Code != "CODE" {
				t.Errorf("%s: asked with %q, %v", name, body.Code, err)
			}
			reply(w, http.StatusOK, map[string]string{"restaurant": "r1", "jwt": "token", "ca": c.named})
		}))
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
		if c.shown != nil {
			s.TLS = c.shown.server(t, "127.0.0.1")
			s.StartTLS()
		} else {
			s.Start()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if name == "over HTTPS, without" { // asked again and again: the certificate may be mended
			ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
		}
		dir := t.TempDir()
		e, err := uplink.Enrol(ctx, dir, s.URL, c.code, either, nobody)
		if (err == nil) != (c.pins != "") || err == nil && (e.CA != c.pins || e.Cloud != s.URL) {
			t.Errorf("%s: pinned %q, asks %q, %v", name, e.CA, e.Cloud, err)
		}
		if _, kept := uplink.LoadEnrolment(dir); errors.Is(kept, uplink.ErrNotEnrolled) == (c.pins != "") {
			t.Errorf("%s: %v", name, kept)
		}
		cancel()
		s.Close()
	}
}

func TestANodeThatHoldsAnotherRestaurantsOrdersIsNotGivenAway(t *testing.T) {
	t.Parallel()
	restaurant := "r1"
	url := cloud(t, func(w http.ResponseWriter, _ int, _, _ string) {
		_, _ = w.Write([]byte(`{"restaurant":"` + restaurant + `","jwt":"token"}`))
	})
	dir := t.TempDir()
	first, err := uplink.Enrol(t.Context(), dir, url, "ONE", either, nobody)
	if err != nil {
		t.Fatal(err)
	}
	restaurant = "r2"
	if _, err := uplink.Enrol(t.Context(), dir, url, "TWO", either, nobody); err == nil || !strings.Contains(err.Error(), "the node of r2 is cut off") {
		t.Errorf("r1 became r2: %v", err)
	}
	if still, err := uplink.LoadEnrolment(dir); err != nil || still.Restaurant != "r1" || still.Seed != first.Seed {
		t.Errorf("the enrolment was touched: %+v, %v", still, err)
	}
}
