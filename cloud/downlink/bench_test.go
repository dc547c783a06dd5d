package downlink_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/pgdev"
	"awesome.pizza/cloud/restaurant"
	cloudstore "awesome.pizza/cloud/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

const benchKitchens = 32

// BenchmarkCatchUp measures how many events a second one core takes from the hub's streams into a Postgres that keeps its promises to the
// disk, with all that follows (orders projected, watermarks, acknowledgements), and, in the same run, how many the hub's streams
// take by themselves. The events are counter orders in the eight steps of their lives, from 32 restaurants, in batches of 64.
func BenchmarkCatchUp(b *testing.B) {
	cloud := openBenchCloud(b)
	db, core := cloud.store, cloud.core(b, cloud.store)
	if err := core.MakeStreams(b.Context()); err != nil {
		b.Fatal(err)
	}
	js, err := jetstream.New(core.Conn())
	if err != nil {
		b.Fatal(err)
	}
	batches := benchBatches(b, db, max(benchKitchens, b.N/64))
	events := 64 * len(batches)
	b.ResetTimer()

	began := time.Now()
	publishAll(b, js, batches)
	published := time.Since(began)
	began = time.Now()
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- core.Run(ctx) }()
	poll := time.NewTicker(2 * time.Millisecond)
	for applied(b, db) < uint64(events) {
		<-poll.C
	}
	took := time.Since(began)
	poll.Stop()
	b.StopTimer()
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(events)/took.Seconds(), "applied/s")
	b.ReportMetric(float64(events)/published.Seconds(), "published/s")
	b.ReportMetric(published.Seconds()/took.Seconds(), "applied/published")
}

// benchCloud is a Postgres that keeps its promises to the disk, and a hub.
type benchCloud struct {
	store *cloudstore.Store
	keys  *downlink.Keys
	hub   string
}

func openBenchCloud(b *testing.B) benchCloud {
	b.Helper()
	dir, err := os.MkdirTemp("", "downlink-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // as root, Postgres runs as another account, which passes through
		b.Fatal(err)
	}
	pg, err := pgdev.Start(b.Context(), pgdev.Config{Dir: filepath.Join(dir, "pg")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = pg.Stop() })
	quiet := slog.New(slog.DiscardHandler)
	db, err := cloudstore.Open(b.Context(), cloudstore.Config{URL: pg.URL(), Log: quiet})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	keys, err := downlink.LoadKeys(filepath.Join(dir, "keys"))
	if err != nil {
		b.Fatal(err)
	}
	hub, err := downlink.StartHub(downlink.HubConfig{Dir: dir, Clients: "127.0.0.1:0"}, keys, quiet)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(hub.Stop)
	return benchCloud{store: db, keys: keys, hub: hub.ClientURL()}
}

// core is one that does not run yet.
func (c benchCloud) core(b *testing.B, store downlink.Store) *downlink.Downlink {
	b.Helper()
	core, err := downlink.Connect(b.Context(), downlink.Config{URL: c.hub, Log: slog.New(slog.DiscardHandler)}, c.keys, store)
	if err != nil {
		b.Fatal(err)
	}
	return core
}

func benchKitchen(i int) string { return fmt.Sprint("r", 1+i%benchKitchens) }

// benchBatches are batches of orders that were taken and made, from all restaurants in turn.
func benchBatches(b *testing.B, db *cloudstore.Store, n int) (all []*nats.Msg) {
	b.Helper()
	tips := map[string]link.Mark{}
	for i := range n {
		edge := benchKitchen(i)
		tip, known := tips[edge]
		if !known {
			house := restaurant.Restaurant{ID: edge, Name: "Pizzeria", Latitude: 40.7, Longitude: -74, TimeZone: "America/New_York"}
			if err := db.UpsertRestaurant(b.Context(), house); err != nil {
				b.Fatal(err)
			}
			tip.Epoch = link.FirstEpoch
		}
		batch := link.Batch{Edge: edge, Epoch: tip.Epoch, First: tip.Seq + 1, Prev: tip.Hash, Gen: id.New(), Schema: link.Schema}
		for range 8 {
			for _, body := range benchLife(edge) {
				raw, err := event.Encode(body)
				if err != nil {
					b.Fatal(err)
				}
				e := link.Seal(tip.Hash, tip.Seq+1, link.Event{ID: id.New(), Kind: body.Kind(), At: time.Now(), Body: raw})
				batch.Events, tip.Seq, tip.Hash = append(batch.Events, e), e.Seq, e.Hash
			}
		}
		batch.Last, tips[edge] = tip.Seq, tip
		all = append(all, benchMessage(b, batch))
	}
	return all
}

// benchMessage is a batch as a node sends it.
func benchMessage(b testing.TB, batch link.Batch) *nats.Msg {
	b.Helper()
	payload, header, err := link.EncodeBatch(batch)
	if err != nil {
		b.Fatal(err)
	}
	m := nats.NewMsg(link.UpSubject(batch.Edge))
	m.Data = payload
	for name, value := range header {
		m.Header.Set(name, value)
	}
	return m
}

// benchLife is the life of one order.
func benchLife(edge string) []event.Body {
	oid := order.ID(id.New())
	taken := event.OrderTaken{
		Order: order.Order{
			ID: oid, Restaurant: edge, Origin: order.Edge, Channel: order.Counter, Fulfilment: order.Carryout, Customer: order.Customer{Name: "Grace"},
			Lines: []order.Line{{Product: "margherita", Size: "large", Quantity: 1, Name: "Margherita"}}, PlacedAt: time.Now().UTC(),
		},
		Items: []order.Item{{ID: "1", Product: "margherita", Name: "Margherita", Station: "make", Bakes: true, MakeSeconds: 90, BakeSeconds: 360, State: order.ItemQueued}},
	}
	all := []event.Body{taken}
	for _, a := range []order.Action{order.Validate, order.Queue, order.Start, order.Make, order.Bake, order.Unload, order.Finish} {
		s := event.OrderStepped{Order: oid, Action: a, Cause: event.ByTap}
		if a != order.Validate && a != order.Queue {
			s.Items = []string{"1"}
		}
		all = append(all, s)
	}
	return all
}

// publishAll puts the batches into the hub's streams, as many at once as 32 nodes would.
func publishAll(b *testing.B, js jetstream.JetStream, batches []*nats.Msg) {
	b.Helper()
	waits := make(chan jetstream.PubAckFuture, benchKitchens)
	failed := make(chan error, 1)
	go func() {
		defer close(failed)
		for f := range waits {
			select {
			case <-f.Ok():
			case err := <-f.Err():
				failed <- err
				return
			}
		}
	}()
	for _, m := range batches {
		f, err := js.PublishMsgAsync(m)
		if err != nil {
			b.Fatal(err)
		}
		waits <- f
	}
	close(waits)
	if err := <-failed; err != nil {
		b.Fatal(err)
	}
}

// applied is how many events the cloud has.
func applied(b *testing.B, db *cloudstore.Store) (n uint64) {
	b.Helper()
	for i := range benchKitchens {
		row, _, err := db.Link(b.Context(), benchKitchen(i))
		if err != nil {
			b.Fatal(err)
		}
		n += row.Seq
	}
	return n
}
