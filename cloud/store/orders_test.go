package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

var same = cmp.Options{cmpopts.IgnoreUnexported(ordering.Record{}), cmpopts.EquateEmpty()}

func TestWhatWasPlacedIsReadAsItWas(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	placed, replayed, err := c.service.Place(t.Context(), basket(order.ByDelivery), "")
	if err != nil || replayed || placed.Version != 1 || placed.Status() != order.StatusCreated || placed.Arrival == 0 {
		t.Fatalf("%+v, %v, %v", placed, replayed, err)
	}
	if diff := cmp.Diff(placed, c.order(t, placed.Order.ID), same); diff != "" {
		t.Errorf("read differently than placed (-placed +read):\n%s", diff)
	}
	byToken, err := c.ByToken(t.Context(), placed.Token)
	if err != nil || byToken.Order.ID != placed.Order.ID {
		t.Errorf("by its token: %v, %v", byToken.Order.ID, err)
	}
	for _, err := range []error{second(c.ByToken(t.Context(), "guess\x00")), second(c.Order(t.Context(), "1")), second(c.Order(t.Context(), order.ID(id.New())))} {
		if !problem.Is(err, problem.NotFound) {
			t.Errorf("what nobody placed: %v", err)
		}
	}
}

func second[A any](_ A, err error) error { return err }

func TestOfTwoWhoStepAnOrderAtOnceOneWins(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.ByDelivery)
	for _, name := range []string{"conflict", "stale"} {
		ifVersion := 0
		if name == "stale" {
			ifVersion = r.Version
		}
		errs := make([]error, 8)
		var wait sync.WaitGroup
		for i := range errs {
			wait.Go(func() {
				_, errs[i] = c.service.Assign(t.Context(), r.Order.ID, ifVersion, ordering.Driver{ID: "d" + string(rune('0'+i))}, nil, ordering.ByCloud)
			})
		}
		wait.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case string(problem.Of(err).Kind) != name:
				t.Errorf("a loser gets %v, want %s", err, name)
			}
		}
		if won != 1 {
			t.Errorf("%s: %d won", name, won)
		}
		after, err := c.service.Drop(t.Context(), r.Order.ID, 0, "", ordering.ByCloud)
		if err != nil || after.Version != r.Version+2 {
			t.Fatalf("version %d after an assignment and a drop from %d, %v", after.Version, r.Version, err)
		}
		r = after
	}
}

func TestAFailingCallerFailsAlone(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	var ids []order.ID
	for range 20 {
		ids = append(ids, c.place(t, order.ByDelivery).Order.ID)
	}
	oops := errors.New("not with me")
	errs := make([]error, len(ids))
	var wait sync.WaitGroup
	for i, oid := range ids {
		wait.Go(func() {
			_, errs[i] = c.Change(t.Context(), oid, 0, func(r *ordering.Record) error {
				r.Number = i + 1
				switch i {
				case 3:
					return oops
				case 4:
					panic("a bug")
				case 5:
					r.Order.Restaurant = "nowhere" // whose commands have no row
					r.Tell(event.OrderRevoked{Order: oid})
				case 6:
					r.Tell(event.OrderRevoked{Order: oid, Reason: string(make([]byte, 1<<20))}) // too large for the link
				}
				return nil
			})
		})
	}
	wait.Wait()
	for i, oid := range ids {
		want := i + 1
		if i >= 3 && i <= 6 {
			want = 0
		}
		if got := c.order(t, oid); (errs[i] == nil) != (want > 0) || got.Number != want {
			t.Errorf("caller %d: number %d, %v", i, got.Number, errs[i])
		}
	}
	if !errors.Is(errs[3], oops) {
		t.Errorf("the caller's own error became %v", errs[3])
	}
}

func TestAChangeThatChangesNothingKeepsItsVersion(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	again, err := c.Change(t.Context(), r.Order.ID, r.Version, func(*ordering.Record) error { return nil })
	if err != nil || again.Version != r.Version {
		t.Errorf("version %d became %d, %v", r.Version, again.Version, err)
	}
	if _, err := c.Change(t.Context(), r.Order.ID, r.Version+1, nil); problem.Of(err) == nil || problem.Of(err).Facts["version"] != r.Version {
		t.Errorf("a version of tomorrow: %v", err)
	}
	if _, err := c.Change(t.Context(), order.ID(id.New()), 0, nil); !problem.Is(err, problem.NotFound) {
		t.Errorf("an order nobody placed: %v", err)
	}
}

func TestAnOrderAndItsCommandAreCommittedTogether(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r, _, err := c.service.Place(t.Context(), basket(order.Carryout), "")
	if err != nil {
		t.Fatal(err)
	}
	c.sql(t, `ALTER TABLE edge_commands ADD CONSTRAINT closed CHECK (kind <> 'order.offered.v1') NOT VALID`)
	if _, _, err := c.service.SetStatus(t.Context(), r.Order.ID, 0, order.StatusValidated, ordering.Deed{By: ordering.ByCloud}); err == nil {
		t.Fatal("the command cannot be stored, yet the step was taken")
	}
	if got := c.order(t, r.Order.ID); got.Status() != order.StatusCreated || got.Version != 1 {
		t.Errorf("without its command the order is %s in version %d", got.Status(), got.Version)
	}
	if _, high, _ := c.Link(t.Context(), "r1"); high != 0 {
		t.Errorf("a number was given away: %d", high)
	}
	c.sql(t, `ALTER TABLE edge_commands DROP CONSTRAINT closed`)
	c.admit(t, r.Order.ID)
	commands, _, err := c.Commands(t.Context(), "r1", 1, 10)
	if err != nil || len(commands) != 1 || commands[0].Kind != "order.offered.v1" || commands[0].Check() != nil {
		t.Fatalf("%+v, %v", commands, err)
	}
	b, err := event.Decode(commands[0].Kind, commands[0].Body)
	if err != nil || b.(event.OrderOffered).Order.ID != r.Order.ID || len(b.(event.OrderOffered).Items) != 2 {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestCommandNumbersHaveNoGapsUnderFiftyWriters(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			at := []*chain{c, other}[i%2]
			for range 4 {
				b := basket(order.Carryout)
				b.Restaurant = []string{"r1", "r2"}[i/2%2]
				r, _, err := at.service.Place(t.Context(), b, "")
				if err != nil {
					t.Error(err)
					return
				}
				if _, _, err := at.service.SetStatus(t.Context(), r.Order.ID, 0, order.StatusValidated, ordering.Deed{By: ordering.ByCloud}); err != nil {
					t.Error(err)
				}
				if i%10 == 0 { // some fail, and must not take a number with them
					_, _ = at.Change(t.Context(), r.Order.ID, 0, func(r *ordering.Record) error {
						r.Tell(event.OrderRevoked{Order: r.Order.ID})
						return errors.New("changed my mind")
					})
				}
			}
		})
	}
	wait.Wait()
	sum := 0
	for _, edge := range []string{"r1", "r2"} {
		_, high, err := c.Link(t.Context(), edge)
		if err != nil {
			t.Fatal(err)
		}
		commands, _, err := c.Commands(t.Context(), edge, 1, 1<<62)
		if err != nil || uint64(len(commands)) != high {
			t.Fatalf("%d commands up to %d, %v", len(commands), high, err)
		}
		for i, cmd := range commands {
			if cmd.Seq != uint64(i+1) {
				t.Fatalf("command %d has the number %d", i+1, cmd.Seq)
			}
		}
		sum += len(commands)
	}
	if sum != 200 {
		t.Errorf("%d commands for 200 orders", sum)
	}
}

func TestListsHavePagesAndFilters(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	var ids []order.ID
	for range 7 {
		ids = append(ids, c.place(t, order.ByDelivery).Order.ID)
	}
	if _, _, err := c.service.Cancel(t.Context(), c.placeOnly(t), 0, ordering.ByGuest, ""); err != nil {
		t.Fatal(err)
	}
	var got []order.ID
	cursor := ""
	for {
		page, next, err := c.Orders(t.Context(), store.Query{Restaurant: "r1", Open: true, Limit: 3, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			got = append(got, r.Order.ID)
		}
		if cursor = next; next == "" {
			break
		}
	}
	slices.Reverse(got)
	if !slices.Equal(got, ids) {
		t.Errorf("paged %v, placed %v", got, ids)
	}
	cancelled, _, err := c.Orders(t.Context(), store.Query{Restaurant: "r1", Statuses: []order.StatusName{order.StatusCancelled}})
	if err != nil || len(cancelled) != 1 {
		t.Errorf("%d cancelled, %v", len(cancelled), err)
	}
	if none, _, err := c.Orders(t.Context(), store.Query{Restaurant: "r2"}); err != nil || len(none) != 0 {
		t.Errorf("%d at another restaurant, %v", len(none), err)
	}
	if _, _, err := c.Orders(t.Context(), store.Query{Restaurant: "r1", Cursor: "!"}); !problem.Is(err, problem.Invalid) {
		t.Errorf("a made-up cursor: %v", err)
	}
	queue, err := c.KitchenQueue(t.Context(), "r1")
	if err != nil || len(queue) != 7 {
		t.Errorf("%d in the kitchen, %v", len(queue), err)
	}
	if _, err := c.service.Assign(t.Context(), ids[0], 0, ordering.Driver{ID: "d1"}, nil, "cloud"); err != nil {
		t.Fatal(err)
	}
	if mine, err := c.OfDriver(t.Context(), "d1"); err != nil || len(mine) != 1 || mine[0].Order.ID != ids[0] {
		t.Errorf("the driver has %v, %v", mine, err)
	}
}

func (c *chain) placeOnly(t testing.TB) order.ID {
	t.Helper()
	r, _, err := c.service.Place(t.Context(), basket(order.Carryout), "")
	if err != nil {
		t.Fatal(err)
	}
	return r.Order.ID
}

func TestOrdersThatNobodyLooksAfterAreFound(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	left := c.placeOnly(t)
	now := time.Now()
	if ids, err := c.StillCreated(t.Context(), now.Add(-time.Minute), 10); err != nil || len(ids) != 0 {
		t.Errorf("too early: %v, %v", ids, err)
	}
	ids, err := c.StillCreated(t.Context(), now.Add(time.Minute), 10)
	if err != nil || !slices.Equal(ids, []order.ID{left}) {
		t.Errorf("left behind: %v, %v", ids, err)
	}
	due := now.Add(ordering.DefaultAcceptWithin + time.Second)
	ids, err = c.Unaccepted(t.Context(), due, 10)
	if err != nil || !slices.Equal(ids, []order.ID{left}) {
		t.Errorf("unaccepted: %v, %v", ids, err)
	}
	c.admit(t, left)
	n := &node{edge: "r1"}
	n.steps(t, left, order.Queue)
	if _, _, err := c.Apply(t.Context(), append(none, n.all())); err != nil {
		t.Fatal(err)
	}
	if ids, err = c.Unaccepted(t.Context(), due, 10); err != nil || len(ids) != 0 {
		t.Errorf("accepted by the kitchen, and still: %v, %v", ids, err)
	}
}
