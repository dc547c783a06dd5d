package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// tripOf opens offers of one trip, and returns its id and theirs, in the sequence of the doors. What did not stand is not among them.
func (c *chain) tripOf(t testing.TB, did string, now time.Time, orders ...order.ID) (trip string, offers []string) {
	t.Helper()
	trip = id.New()
	stood, err := c.CreateOffers(t.Context(), c.doors(trip, did, now, 0, orders...))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range stood {
		offers = append(offers, f.ID)
	}
	return trip, offers
}

// doors are offers of a trip, from a stop on.
func (c *chain) doors(trip, did string, now time.Time, from int, orders ...order.ID) (out []dispatch.Offer) {
	for i, oid := range orders {
		f := offerOf(oid, did, now)
		f.Trip, f.Stop = trip, from+i
		out = append(out, f)
	}
	return out
}

// answers says yes or no to a trip.
func (c *chain) answers(t testing.TB, did string, a dispatch.TripAnswer, now time.Time) ([]dispatch.Offer, error) {
	t.Helper()
	taken, _, err := c.AnswerTrip(t.Context(), did, a, now)
	return taken, err
}

func yes(trip, act string, offers ...string) dispatch.TripAnswer {
	return dispatch.TripAnswer{Trip: trip, Act: act, Offers: offers, Answer: dispatch.Accept}
}

func no(trip, act string, offers ...string) dispatch.TripAnswer {
	return dispatch.TripAnswer{Trip: trip, Act: act, Offers: offers, Answer: dispatch.Decline}
}

func refusedAs(t testing.TB, err error, code string) {
	t.Helper()
	if p := problem.Of(err); p == nil || p.Code != code {
		t.Errorf("%v, want %s", err, code)
	}
}

func TestATripIsTakenWithAllItsDoorsAndOnce(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 3, 1)
	now := time.Now()
	trip, offers := c.tripOf(t, "d1", now, ids...)
	said := now.Add(-2 * time.Second).UTC().Truncate(time.Millisecond) // before it was asked, by a phone whose clock is late
	a := yes(trip, "act-1", offers...)
	a.At = said
	for i := range 2 {
		taken, err := c.answers(t, "d1", a, now.Add(time.Second))
		if err != nil || len(taken) != 3 {
			t.Fatalf("time %d: %+v, %v", i, taken, err)
		}
		for k, f := range taken {
			if f.State != dispatch.Accepted || f.Stop != k || f.Act != "act-1" || f.Answered.Before(f.Created) {
				t.Errorf("%+v", f)
			}
		}
		for k, oid := range ids {
			r := c.order(t, oid)
			if r.Driver == nil || *r.Driver != (ordering.Driver{ID: "d1", Name: "Grace d1", Trip: trip, Stop: k}) || r.Steps[len(r.Steps)-1].By != "driver:d1" || len(r.Hands) != 1 {
				t.Errorf("door %d: %+v, %+v", k, r.Driver, r.Hands)
			}
		}
	}
	_, err := c.answers(t, "d1", no(trip, "act-1", offers...), now.Add(time.Second))
	refusedAs(t, err, "idempotency_mismatch")
	_, err = c.answers(t, "d1", no(trip, "act-2", offers...), now.Add(time.Second))
	refusedAs(t, err, "offer_over")
	_, err = c.answers(t, "d9", yes(trip, ""), now)
	refusedAs(t, err, "no_such_trip")
	_, err = c.answers(t, "d1", yes("x'; DROP", ""), now)
	refusedAs(t, err, "no_such_trip")
	if taken, err := c.answers(t, "d1", yes(trip, ""), now.Add(time.Hour)); err != nil || len(taken) != 3 {
		t.Errorf("a phone that names nothing repeats itself: %v, %v", taken, err)
	}
}

func TestATripOfWhichOneDoorIsGoneIsNotTaken(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 3, 2)
	now := time.Now()
	trip, offers := c.tripOf(t, "d1", now, ids...)
	c.give(t, ids[1], "d2")
	for range 2 { // before the offer is revoked, and after it
		_, err := c.answers(t, "d1", yes(trip, "act-1", offers...), now)
		refusedAs(t, err, "trip_changed")
		if p := problem.Of(err); p != nil && p.Facts["offer"] != offers[1] {
			t.Errorf("%+v", p.Facts)
		}
		if c.order(t, ids[0]).Driver != nil || c.order(t, ids[2]).Driver != nil {
			t.Fatal("half a trip is taken")
		}
		if _, err := c.EndOffers(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	open, err := c.OpenOffers(t.Context(), "d1")
	if err != nil || len(open) != 2 || open[0].Doors != 2 || open[0].Wire().Doors != 2 {
		t.Fatalf("%+v, %v", open, err)
	}
	if taken, err := c.answers(t, "d1", yes(trip, "act-2", offers[0], offers[2]), now); err != nil || len(taken) != 2 {
		t.Errorf("what is left of the trip: %+v, %v", taken, err)
	}
	_, err = c.answers(t, "d1", yes(trip, "act-3", id.New()), now)
	refusedAs(t, err, "no_such_offer")
}

func TestWhatJoinsATripWasNotAnsweredWithIt(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 3, 1)
	now := time.Now()
	trip, offers := c.tripOf(t, "d1", now, ids[:2]...)
	if _, err := c.answers(t, "d1", yes(trip, "act-1"), now); err != nil {
		t.Fatal(err)
	}
	joined, err := c.CreateOffers(t.Context(), c.doors(trip, "d1", now, 2, ids[2]))
	if err != nil || len(joined) != 1 {
		t.Fatalf("%v, %v", joined, err)
	}
	if taken, err := c.answers(t, "d1", yes(trip, "act-1"), now); err != nil || len(taken) != 2 || c.order(t, ids[2]).Driver != nil {
		t.Errorf("an answer that got lost is said again, and takes what nobody saw: %+v, %v", taken, err)
	}
	if taken, err := c.answers(t, "d1", yes(trip, "act-2", offers...), now); err != nil || len(taken) != 2 || c.order(t, ids[2]).Driver != nil {
		t.Errorf("%+v, %v", taken, err)
	}
	if taken, err := c.answers(t, "d1", no(trip, "act-3"), now); err != nil || len(taken) != 1 || taken[0].ID != joined[0].ID {
		t.Errorf("one more door is too much, and what was agreed to stays: %+v, %v", taken, err)
	}
	if c.order(t, ids[0]).Driver == nil || c.order(t, ids[1]).Driver == nil || c.order(t, ids[2]).Driver != nil {
		t.Error("somebody has what he did not want")
	}
}

func TestATripIsNotTakenWithFewerDoorsThanWereAskedFor(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 3, 1)
	now := time.Now()
	trip, offers := c.tripOf(t, "d1", now, ids[:2]...)
	_, err := c.answers(t, "d1", yes(trip, "act-1", offers[0]), now)
	refusedAs(t, err, "trip_changed")
	if p := problem.Of(err); p == nil || p.Facts["offer"] != offers[1] || c.order(t, ids[0]).Driver != nil {
		t.Errorf("%v", err)
	}
	if _, err := c.CreateOffers(t.Context(), c.doors(trip, "d1", now.Add(time.Second), 2, ids[2])); err != nil {
		t.Fatal(err)
	}
	if taken, err := c.answers(t, "d1", yes(trip, "act-2", offers...), now.Add(2*time.Second)); err != nil || len(taken) != 2 || c.order(t, ids[2]).Driver != nil {
		t.Errorf("what he was shown, before one more joined: %+v, %v", taken, err)
	}
}

func TestPhonesThatAnswerDoorByDoorGoOn(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 3, 1)
	now := time.Now()
	trip, offers := c.tripOf(t, "d1", now, ids...)
	if _, err := c.AcceptOffer(t.Context(), "d1", offers[0], now); err != nil {
		t.Fatal(err)
	}
	if taken, err := c.answers(t, "d1", yes(trip, "act-1", offers...), now); err != nil || len(taken) != 3 {
		t.Errorf("the rest of a trip is taken with what was: %+v, %v", taken, err)
	}
	if _, err := c.AcceptOffer(t.Context(), "d1", offers[2], now); err != nil {
		t.Error(err)
	}
	for k, oid := range ids {
		if r := c.order(t, oid); r.Driver == nil || r.Driver.Trip != trip || r.Driver.Stop != k {
			t.Errorf("%+v", r.Driver)
		}
	}
}

// cutOff ends the process that waits for a lock, as a power cut would, and reports whether there was one.
func (c *chain) cutOff(t testing.TB) bool {
	t.Helper()
	n, _ := c.sql(t, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).(int64)
	return n > 0
}

func TestACutInTheMiddleLeavesNothingOfATrip(t *testing.T) {
	t.Parallel()
	for where, sql := range map[string]string{
		"between two doors":     `SELECT FROM orders WHERE id = (SELECT max(id::text)::uuid FROM orders) FOR UPDATE`,
		"before the last write": `SELECT FROM edge_heads FOR UPDATE`,
	} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			c, ids := menuOf(t, 2, 1)
			now := time.Now()
			trip, offers := c.tripOf(t, "d1", now, ids...)
			hold, err := pgx.Connect(t.Context(), c.url)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = hold.Close(context.WithoutCancel(t.Context())) }()
			tx, err := hold.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			lost := make(chan error)
			go func() { _, err := c.answers(t, "d1", yes(trip, "act-1", offers...), now); lost <- err }()
			within(t, "the answer to be on its way", func() bool { return c.cutOff(t) })
			if err := <-lost; err == nil || problem.Of(err) != nil {
				t.Errorf("nobody knows what became of it, and it says %v", err)
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, oid := range ids {
				if r := c.order(t, oid); r.Driver != nil || len(c.offersOf(t, oid)) != 1 || c.offersOf(t, oid)[0].Over() {
					t.Errorf("%+v is left", r.Driver)
				}
			}
			other := openChain(t, c.url) // and another core hears it again
			if taken, err := other.answers(t, "d1", yes(trip, "act-1", offers...), now); err != nil || len(taken) != 2 {
				t.Errorf("%+v, %v", taken, err)
			}
		})
	}
}

// Two cores take snapshots of one database: which is the later one says no clock.
func TestTheLaterOfTwoSnapshotsIsToldByTheDatabase(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 1)
	other := openChain(t, c.url)
	mine, theirs := c.ForDispatch(), other.ForDispatch()
	now := time.Now()
	look := func(d *store.Dispatch, ahead time.Duration) (string, int64) {
		t.Helper()
		s, err := d.DispatchSnapshot(t.Context(), now.Add(ahead), all)
		if err != nil {
			t.Fatal(err)
		}
		return s.Base, s.Rev
	}
	base, last := look(mine, 5*time.Minute)
	for i, change := range []func(){
		func() { c.give(t, ids[0], "d1") },
		func() { _ = other.GiveBack(t.Context(), ids[0], "d1", ordering.ByStaff, "") },
		func() { c.give(t, ids[1], "d1") },
	} {
		change()
		b, rev := look([]*store.Dispatch{theirs, mine}[i%2], time.Duration(i-1)*5*time.Minute)
		if b != base || rev <= last {
			t.Errorf("change %d: %s %d after %s %d", i, b, rev, base, last)
		}
		last = rev
	}
	// A transaction that is open hides nothing, and does not count until it has ended.
	tx, err := pgx.Connect(t.Context(), c.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Close(context.WithoutCancel(t.Context())) }()
	for _, sql := range []string{`BEGIN`, `UPDATE restaurants SET doc = doc`} {
		if _, err := tx.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	c.says(t, "d1", wire.OnBreak)
	_, during := look(theirs, 0)
	if _, err := tx.Exec(t.Context(), `COMMIT`); err != nil {
		t.Fatal(err)
	}
	if _, after := look(mine, -time.Hour); during < last || after <= during {
		t.Errorf("%d, %d while it was open, %d after it", last, during, after)
	}
}

// ride is a trip that was asked for, and which answers were heard.
type ride struct {
	trip, driver string
	offers       []string

	mu    sync.Mutex
	heard map[dispatch.Answer]int
	not   int
}

// calls is a phone that says something until it hears what became of it, and sometimes once more.
func (r *ride) calls(t *testing.T, c *chain, a dispatch.TripAnswer, times int, now time.Time) {
	for times > 0 {
		taken, _, err := c.AnswerTrip(context.WithoutCancel(t.Context()), r.driver, a, now)
		if err != nil && problem.Of(err) == nil {
			continue // nobody knows: it is said again
		}
		times--
		r.mu.Lock()
		if err == nil {
			r.heard[a.Answer]++
		} else {
			r.not++
		}
		r.mu.Unlock()
		if err == nil && len(taken) != len(r.offers) {
			t.Errorf("%d of %d doors were answered", len(taken), len(r.offers))
		}
	}
}

// cuts ends up to so many connections that wait for a lock, until the phones are done.
func (c *chain) cuts(t *testing.T, most int, done <-chan struct{}) (n int) {
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, c.url)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer func() { _ = conn.Close(ctx) }()
	for n < most {
		select {
		case <-done:
			return n
		default:
		}
		var ended int
		err := conn.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1) x`).Scan(&ended)
		if err != nil {
			t.Error(err)
			return n
		}
		n += ended
	}
	<-done
	return n
}

// TestNoTripIsEverHalfTaken: two phones of each driver answer at once, staff takes back, connections are cut, and who heard no answer says it again.
func TestNoTripIsEverHalfTaken(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 8, 3)
	seed := rand.Uint64()
	dice := rand.New(rand.NewPCG(seed, 7))
	cuts, yeses, noes, refused := 0, 0, 0, 0
	for range 12 {
		now := time.Now()
		rides := c.rides(t, dice, ids, now)
		var phones, others sync.WaitGroup
		done := make(chan struct{})
		others.Go(func() { cuts += c.cuts(t, 4, done) })
		for _, r := range rides {
			for phone := range 2 {
				say := []func(string, string, ...string) dispatch.TripAnswer{yes, yes, no}[dice.IntN(3)]
				a, times := say(r.trip, fmt.Sprintf("act-%d", phone), r.offers...), 1+dice.IntN(2)
				phones.Go(func() { r.calls(t, c, a, times, now) })
			}
		}
		phones.Wait()
		close(done)
		others.Wait()
		for _, r := range rides {
			c.whole(t, r)
			yeses, noes, refused = yeses+r.heard[dispatch.Accept], noes+r.heard[dispatch.Decline], refused+r.not
		}
		c.sane(t, seed)
		for _, oid := range ids { // and all is as it began
			if r := c.order(t, oid); r.Driver != nil {
				if err := c.GiveBack(t.Context(), oid, r.Driver.ID, ordering.ByStaff, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d times yes, %d times no, %d refused, %d cut off", yeses, noes, refused, cuts)
	if yeses == 0 || noes == 0 || refused == 0 {
		t.Errorf("seed %d: %d times yes, %d times no, %d refused: nothing was tried", seed, yeses, noes, refused)
	}
}

// rides asks each driver for a trip of two or three doors.
func (c *chain) rides(t *testing.T, dice *rand.Rand, ids []order.ID, now time.Time) (out []*ride) {
	t.Helper()
	free := slices.Clone(ids)
	dice.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	for i := range 3 {
		n := min(2+dice.IntN(2), len(free))
		r := &ride{driver: fmt.Sprintf("d%d", i+1), heard: map[dispatch.Answer]int{}}
		if r.trip, r.offers = c.tripOf(t, r.driver, now, free[:n]...); len(r.offers) != n {
			t.Fatalf("%d of %d doors could be asked for", len(r.offers), n)
		}
		out, free = append(out, r), free[n:]
	}
	return out
}

// whole looks at the rows of a trip: one answer holds for all of its doors, and it is one that a phone was told of.
func (c *chain) whole(t *testing.T, r *ride) {
	t.Helper()
	states, _ := c.sql(t, `SELECT string_agg(DISTINCT state || ' ' || act, ', ') FROM offers WHERE trip = $1::text::uuid`, r.trip).(string)
	held, _ := c.sql(t, `SELECT count(*) FROM orders WHERE driver = $1 AND state->'driver'->>'trip' = $2`, r.driver, r.trip).(int64)
	want := map[string]int64{"accepted act-0": int64(len(r.offers)), "accepted act-1": int64(len(r.offers)), "declined act-0": 0, "declined act-1": 0}
	if n, whole := want[states]; !whole || held != n || r.heard[dispatch.Accept] > 0 && r.heard[dispatch.Decline] > 0 {
		t.Errorf("of a trip of %d doors the offers are %s, the driver has %d, and the phones were told %v", len(r.offers), states, held, r.heard)
	}
}
