package downlink_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
)

const (
	rushEvents = 500
	rushEvery  = 10 * time.Millisecond
)

// BenchmarkTwoCores measures how long what happens in one restaurant, 100 times a second, takes to a Postgres that keeps its promises to the
// disk when two cores share it and the hub, beside one core alone in the same run; and how much has to be sent again.
func BenchmarkTwoCores(b *testing.B) {
	one, _ := rush(b, 1)
	two, sent := rush(b, 2)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(one.Microseconds())/1e3, "one-p99-ms")
	b.ReportMetric(float64(two.Microseconds())/1e3, "two-p99-ms")
	b.ReportMetric(two.Seconds()/one.Seconds(), "two/one")
	b.ReportMetric(float64(sent)/rushEvents, "sent/event")
}

// rush is how long 99 of 100 events took, and how often events were sent.
func rush(b *testing.B, cores int) (p99 time.Duration, sent int) {
	b.Helper()
	cloud := openBenchCloud(b)
	edge := "r" + strconv.Itoa(cores)
	house := restaurant.Restaurant{ID: edge, Name: "Pizzeria", Latitude: 40.7, Longitude: -74, TimeZone: "America/New_York"}
	if err := cloud.store.UpsertRestaurant(b.Context(), house); err != nil {
		b.Fatal(err)
	}
	watch := &stopwatch{Store: cloud.store, at: map[uint64]time.Time{}}
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	var conn *nats.Conn
	for range cores {
		core := cloud.core(b, watch)
		if err := core.MakeStreams(b.Context()); err != nil {
			b.Fatal(err)
		}
		running.Go(func() { _ = core.Run(ctx) })
		conn = core.Conn()
	}
	n := &rusher{edge: edge, events: rushOf(b, edge, rushEvents), due: map[uint64]time.Time{}, controls: make(chan *nats.Msg, 1024)}
	n.run(b, conn, watch)
	stop()
	running.Wait()
	var lags []time.Duration
	for seq, due := range n.due {
		lags = append(lags, watch.at[seq].Sub(due))
	}
	slices.Sort(lags)
	return lags[len(lags)*99/100], n.sent
}

// rushOf are the lives of orders, one event after the other.
func rushOf(b testing.TB, edge string, n int) (all []link.Event) {
	b.Helper()
	var prev link.Hash
	for len(all) < n {
		for _, body := range benchLife(edge) {
			raw, err := event.Encode(body)
			if err != nil {
				b.Fatal(err)
			}
			e := link.Seal(prev, uint64(len(all)+1), link.Event{ID: id.New(), Kind: body.Kind(), At: time.Now(), Body: raw})
			all, prev = append(all, e), e.Hash
		}
	}
	return all[:n]
}

// stopwatch notes when events are committed.
type stopwatch struct {
	downlink.Store
	mu sync.Mutex
	at map[uint64]time.Time // by seq
}

func (s *stopwatch) Apply(ctx context.Context, batches []link.Batch) ([]link.Decision, string, error) {
	decisions, inc, err := s.Store.Apply(ctx, batches)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range decisions {
		if d.Verdict == link.Apply {
			for _, e := range d.Events {
				s.at[e.Seq] = time.Now()
			}
		}
	}
	return decisions, inc, err
}

func (s *stopwatch) seen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.at)
}

// rusher is what a node is in a rush: an event every moment, in a batch with those that wait, and all of it again from where it is asked to.
type rusher struct {
	edge     string
	events   []link.Event
	due      map[uint64]time.Time
	controls chan *nats.Msg
	next     int // of the events, to be sent
	gen      int
	sent     int
}

func (n *rusher) run(b *testing.B, conn *nats.Conn, watch *stopwatch) {
	b.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := conn.ChanSubscribe(link.ControlSubject(n.edge), n.controls); err != nil {
		b.Fatal(err)
	}
	tick := time.NewTicker(rushEvery)
	defer tick.Stop()
	for watch.seen() < len(n.events) {
		select {
		case m := <-n.controls:
			if c, err := link.Decode[link.Control](m.Data); err == nil && c.Kind == link.Rewind && c.Gen == strconv.Itoa(n.gen) {
				n.next = int(c.Seq) - 1
				n.gen++
			}
		case now := <-tick.C:
			if len(n.due) < len(n.events) {
				n.due[uint64(len(n.due)+1)] = now
			}
		}
		n.send(b, js)
	}
}

// send sends what has happened and is not on its way.
func (n *rusher) send(b *testing.B, js jetstream.JetStream) {
	b.Helper()
	for n.next < len(n.due) {
		to := min(len(n.due), n.next+link.MaxBatchEvents)
		events := n.events[n.next:to]
		batch := link.Batch{
			Edge: n.edge, Epoch: link.FirstEpoch, First: events[0].Seq, Last: events[len(events)-1].Seq, Gen: strconv.Itoa(n.gen),
			Schema: link.Schema, Events: events,
		}
		if n.next > 0 {
			batch.Prev = n.events[n.next-1].Hash
		}
		if _, err := js.PublishMsgAsync(benchMessage(b, batch)); err != nil {
			b.Fatal(err)
		}
		n.next, n.sent = to, n.sent+len(events)
	}
}
