package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/pgdev"
	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// durable is a chain on a private Postgres that keeps its promises to the disk, unlike that of the tests.
func durable(b *testing.B) *chain {
	b.Helper()
	dir, err := os.MkdirTemp("", "store-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // as root, Postgres runs as another account, which passes through
		b.Fatal(err)
	}
	s, err := pgdev.Start(b.Context(), pgdev.Config{Dir: filepath.Join(dir, "pg")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Stop(); err != nil {
			b.Error(err)
		}
	})
	c := openChain(b, s.URL())
	for i := range kitchens {
		r := restaurant.Restaurant{ID: kitchen(i), Name: "Pizzeria", Latitude: 40.74, Longitude: -73.99, TimeZone: "America/New_York"}
		if err := c.UpsertRestaurant(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		c.presence.Heard(r.ID, restaurant.Beat{}, time.Now().Add(time.Hour)) // no node beats in here
	}
	return c
}

const kitchens = 100

func kitchen(i int) string { return fmt.Sprint("r", 1+i%kitchens) }

func (c *chain) placeAt(b *testing.B, i int, key string) (order.ID, error) {
	ask := basket(order.ByDelivery)
	ask.Restaurant = kitchen(i)
	r, _, err := c.service.Place(b.Context(), ask, key)
	return r.Order.ID, err
}

// callers runs do from many callers at once, and reports calls per second and the 99th percentile of a call.
func callers(b *testing.B, n int, do func(i int) error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	next := make(chan int)
	var wait sync.WaitGroup
	b.ResetTimer()
	for range n {
		wait.Go(func() {
			for i := range next {
				start := time.Now()
				if err := do(i); err != nil {
					b.Error(err)
				}
				took[i] = time.Since(start)
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	wait.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func BenchmarkPlace(b *testing.B) {
	c := durable(b)
	for _, n := range []int{1, 16, 128, 512} {
		b.Run(fmt.Sprintf("callers=%d", n), func(b *testing.B) {
			callers(b, n, func(i int) error {
				return second(c.placeAt(b, i, fmt.Sprint("key-", n, "-", b.N, "-", i)))
			})
		})
	}
}

func BenchmarkStep(b *testing.B) {
	c := durable(b)
	ids := make([]order.ID, 1000)
	callers(b, 256, func(i int) error {
		if i < len(ids) {
			var err error
			ids[i], err = c.placeAt(b, i, "")
			return err
		}
		_, err := c.Change(b.Context(), ids[i%len(ids)], 0, func(r *ordering.Record) error { r.Number = i; return nil })
		return err
	})
}

func BenchmarkApply(b *testing.B) {
	c := durable(b)
	n := &node{edge: "r1"}
	for range (b.N + 6) / 7 {
		cooked(b, n, c.place(b, order.Carryout).Order.ID)
	}
	b.ResetTimer()
	for from := uint64(1); from <= uint64(b.N); from += link.MaxBatchEvents {
		c.apply(b, link.Apply, n.batch(from, min(from+link.MaxBatchEvents-1, uint64(len(n.events)))))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkReadAmongAMillion(b *testing.B) {
	c := openChain(b, pgtest.New(b, store.Migrate, store.MigrationsHash()))
	one := c.place(b, order.ByDelivery)
	c.sql(b, `
		INSERT INTO orders (id, restaurant, token, placed_at, delivers, make_seconds, version, status, open, intake, doc, state)
		SELECT gen_random_uuid(), 'r' || n % 20000, md5(n::text), now(), true, 200, 3, CASE WHEN n % 10 = 0 THEN 'Queued' ELSE 'Delivered' END, n % 10 = 0, false, doc, state
		FROM generate_series(1, 1000000) n, (SELECT doc, state FROM orders LIMIT 1) o`)
	c.sql(b, `ANALYZE orders`)
	for name, read := range map[string]func(i int) error{
		"order": func(int) error { return second(c.Order(b.Context(), one.Order.ID)) },
		"token": func(int) error { return second(c.ByToken(b.Context(), one.Token)) },
		"list": func(i int) error {
			return third(c.Orders(b.Context(), store.Query{Restaurant: fmt.Sprint("r", i%20000)}))
		},
		"queue": func(i int) error { return second(c.KitchenQueue(b.Context(), fmt.Sprint("r", i*10%20000))) },
		"sweep": func(int) error { return second(c.StillCreated(b.Context(), time.Now(), 100)) },
		"steps": func(int) error {
			return second(c.Change(b.Context(), one.Order.ID, 0, func(*ordering.Record) error { return nil }))
		},
	} {
		b.Run(name, func(b *testing.B) { callers(b, 8, read) })
	}
}
