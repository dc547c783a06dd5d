package cloud

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/phones"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/watch"
)

// drivers are the store's, but that whoever gets a new secret is hung up on: the phone with the old one is out at once.
type drivers struct {
	*store.Store
	dismiss func(driver string)
}

// RegisterAgain gives a driver a new secret, and ends what was opened with the old one.
func (d drivers) RegisterAgain(ctx context.Context, asked dispatch.Driver) (made dispatch.Driver, secret string, err error) {
	if made, secret, err = d.Store.RegisterAgain(ctx, asked); err == nil {
		d.dismiss(made.ID)
	}
	return made, secret, err
}

// dismissTopic is where cores tell each other whose phones to hang up on.
const dismissTopic = "dismissals"

type dismissal struct {
	From   string `json:"from"`
	Driver string `json:"driver"`
}

// dismissals hangs up on a driver's phones at whichever core they are. A core that cannot be told stops believing the old secret within a
// minute, but keeps a phone that is signed in until it hangs up.
type dismissals struct {
	me     string
	phones interface{ Dismiss(driver string) }
	cores  grapevine
}

// grapevine is how cores talk: a *downlink.Downlink. Who tells hears it as well.
type grapevine interface {
	Tell(topic string, data []byte)
	Listen(topic string, hear func(data []byte)) (cancel func(), err error)
}

func newDismissals(p interface{ Dismiss(driver string) }, cores grapevine) dismissals {
	return dismissals{me: rand.Text(), phones: p, cores: cores}
}

func (d dismissals) dismiss(driver string) {
	d.phones.Dismiss(driver)
	if data, err := json.Marshal(dismissal{d.me, driver}); err == nil {
		d.cores.Tell(dismissTopic, data)
	}
}

// listen carries out what other cores tell, until ctx ends. What this core told itself is done: by now the phone may be back with the new
// secret.
func (d dismissals) listen(ctx context.Context) error {
	stop, err := d.cores.Listen(dismissTopic, func(data []byte) {
		var said dismissal
		if json.Unmarshal(data, &said) == nil && said.Driver != "" && said.From != d.me {
			d.phones.Dismiss(said.Driver)
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	<-ctx.Done()
	return nil
}

// countPhones shows how the phones fare.
func countPhones(r *watch.Registry, stats func() phones.Stats) {
	for _, g := range []struct {
		name, help string
		of         func(phones.Stats) int64
	}{
		{"cloud_phones_connected", "Drivers' phones that are signed in.", func(s phones.Stats) int64 { return s.Broker.Connected }},
		{"cloud_phones_seen", "Drivers who were heard of in the last day.", func(s phones.Stats) int64 { return int64(s.Drivers) }},
		{"cloud_phones_received", "Messages of phones since the start.", func(s phones.Stats) int64 { return s.Broker.Received }},
		{"cloud_phones_refused", "What phones tried and may not, since the start.", func(s phones.Stats) int64 { return s.Broker.Refused }},
		{"cloud_phones_disbelieved", "Positions and statuses that cannot be true, since the start.", disbelieved},
		{"cloud_phones_turned_away", "Connections that were not let in, since the start.", func(s phones.Stats) int64 { return s.Broker.TurnedAway }},
		{"cloud_phones_not_kept", "Messages that could not be kept and must come again, since the start.", func(s phones.Stats) int64 { return s.Broker.NotKept }},
		{"cloud_phones_cut_off", "Phones that read too slowly, since the start.", func(s phones.Stats) int64 { return s.Broker.Slow }},
		{"cloud_phones_panics", "Connections that ended in a bug, since the start.", func(s phones.Stats) int64 { return s.Broker.Panics }},
	} {
		watch.Gauge(r, g.name, g.help, func() float64 { return float64(g.of(stats())) })
	}
}

// refusals counts what phones say in vain by the reason.
func refusals(r *watch.Registry) func(code string) {
	count := watch.Count(r, "cloud_phones_refusals_total", "What phones said and nobody could believe, or they may not, by reason.", "reason")
	return func(code string) { count(code) }
}

func disbelieved(s phones.Stats) (n int64) {
	for _, of := range s.Refused {
		n += of
	}
	return n
}
