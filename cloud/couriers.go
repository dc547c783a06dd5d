package cloud

import (
	"context"
	"log/slog"
	"net/url"
	"strings"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/courier/partner"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/settings"
	"awesome.pizza/shared/watch"
	"awesome.pizza/shared/wire"
)

// company is a delivery company as the settings name it.
type company struct {
	url     string
	secrets []string // we sign with the first
}

const (
	maxCompanies = 10
	maxSecrets   = 2 // of one company
)

// couriers reads which delivery companies there are, by name.
func (c *Config) couriers() (map[string]company, error) {
	all := map[string]company{}
	for _, written := range c.Couriers {
		name, at, _ := strings.Cut(written, "=")
		u, err := url.Parse(at)
		switch {
		case !wire.SafeID(name) || len(name) > 32 || err != nil || u.Host == "" || u.RawQuery != "":
			return nil, settings.Usage("--courier names %q; write it like swift=https://swift.example/v1", written)
		case u.Scheme != "https" && (u.Scheme != "http" || !settings.Loopback(u.Hostname())):
			return nil, settings.Usage("--courier names %q; guests' addresses go there, so it has to be https://", written)
		case all[name].url != "":
			return nil, settings.Usage("--courier names %s twice", name)
		}
		all[name] = company{url: at}
	}
	for _, written := range c.CourierSecrets {
		name, secret, _ := strings.Cut(written, "=")
		it, ok := all[name]
		switch {
		case !ok:
			return nil, settings.Usage("--courier-secret is for %q, which --courier does not name", name)
		case len(secret) < 16 || len(secret) > 200:
			return nil, settings.Usage("--courier-secret of %s has %d characters; use 16 to 200", name, len(secret))
		case len(it.secrets) == maxSecrets:
			return nil, settings.Usage("--courier-secret has more than two of %s", name)
		}
		it.secrets = append(it.secrets, secret)
		all[name] = it
	}
	for name, it := range all {
		if len(it.secrets) == 0 {
			return nil, settings.Usage("--courier names %s: set CLOUD_COURIER_SECRET to %s=…, the secret that you share with it", name, name)
		}
	}
	if len(all) > maxCompanies || len(all) > 0 && (c.CourierFee < 1 || c.CourierMargin < 0) {
		return nil, settings.Usage("--courier names 10 companies at most, --courier-fee-limit is 1 or more, and --courier-margin not below 0")
	}
	return all, nil
}

// couriers are the desk where couriers are ordered, or nothing where the settings name no company.
type couriers struct {
	*courier.Desk
	open []*partner.Partner
}

// openCouriers opens the desk, if there is to be one, and has dispatch call it.
func openCouriers(c Config, db *store.Store, presence *restaurant.Presence, d *dispatch.Dispatcher, metrics *watch.Registry, log *slog.Logger) couriers {
	named, _ := c.couriers() // they were checked with all other settings
	if len(named) == 0 {
		return couriers{}
	}
	companies, secrets := map[string]courier.Company{}, map[string][]string{}
	var all couriers
	for name, it := range named {
		p := partner.New(partner.Config{Name: name, URL: it.url, Secret: it.secrets[0], Clock: clock.System{}})
		companies[name], secrets[name], all.open = p, it.secrets, append(all.open, p)
	}
	all.Desk = courier.New(db, companies, presence, clock.System{}, log)
	all.Secrets, all.Rules = secrets, courier.Rules{FeeLimit: int64(c.CourierFee), Margin: c.CourierMargin}
	count := watch.Count(metrics, "cloud_couriers_total", "What delivery companies were asked and said, by company and what became of it.", "courier", "what")
	all.Count = func(company, what string) { count(company, what) }
	d.Couriers, d.Margin = all.Desk, c.CourierMargin
	return all
}

// work works until ctx ends.
func (c couriers) work(ctx context.Context) error {
	if c.Desk == nil {
		return nil
	}
	return c.Run(ctx)
}

// ears are who hears what companies send by themselves: nobody where there is no desk.
func (c couriers) ears() api.Couriers {
	if c.Desk == nil {
		return nil
	}
	return c.Desk
}

func (c couriers) close() {
	for _, p := range c.open {
		p.Close()
	}
}
