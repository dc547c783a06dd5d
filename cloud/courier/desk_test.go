package courier_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

type up struct{}

func (up) Up(string, time.Time) bool { return true }

// office is a desk at work inside a synctest bubble.
type office struct {
	*courier.Desk
	*book
	t     *testing.T
	stop  func()
	count map[string]int
	mu    sync.Mutex
}

const secret = "the-firms-own-secret"

func openDesk(t *testing.T, b *book, firms map[string]courier.Company) *office {
	t.Helper()
	o := &office{Desk: courier.New(b, firms, up{}, clock.System{}, slog.New(slog.DiscardHandler)), book: b, t: t, count: map[string]int{}}
	o.Rules, o.Secrets = courier.Rules{FeeLimit: 1500, Margin: 5 * time.Minute}, map[string][]string{}
	for name := range firms {
		o.Secrets[name] = []string{secret}
	}
	o.Count = func(_, what string) { o.mu.Lock(); defer o.mu.Unlock(); o.count[what]++ }
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() { _ = o.Run(ctx) })
	o.stop = sync.OnceFunc(func() { cancel(); wait.Wait() })
	t.Cleanup(o.stop)
	return o
}

// wants has dispatch call for a courier.
func (o *office) wants() {
	r, _ := o.book.now()
	o.Wanted([]dispatch.Need{{Order: "o1", Promise: r.Order.Promise.To, Because: "nobody is there"}})
	pass(time.Second)
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// hears a signed message of a company about the last run.
func (o *office) hears(company, id string, s courier.State) (courier.Verdict, error) {
	_, runs := o.book.now()
	stamp, body := strconv.FormatInt(time.Now().Unix(), 10), []byte(id)
	v, err := o.Hear(o.t.Context(), courier.Message{
		Courier: company, Timestamp: stamp, Signature: courier.Sign(secret, stamp, body), Body: body, ID: id, Run: runs[len(runs)-1].ID,
		Update: courier.Update{State: s, At: time.Now(), Rider: "Mila", Code: "4711"},
	})
	return v, err
}

func TestAnOrderThatNobodyCanBringIsBroughtByACourier(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, dear, cheap := newBook(t), newFirm(900, 20*time.Minute), newFirm(800, 25*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"dear": dear, "cheap": cheap})
		o.wants()
		r, runs := b.now()
		if len(runs) != 1 || runs[0].Quote.Courier != "cheap" || runs[0].State != courier.Accepted || r.Courier == nil || r.Courier.State != "accepted" {
			t.Fatalf("%+v, %+v", r.Courier, runs)
		}
		if r.Progress.Delivery != order.Unassigned || r.Driver != nil {
			t.Errorf("nobody comes yet, and the guest is told of %+v", r.Driver)
		}
		o.wants() // dispatch says it again in every round
		if dear.riders() != 0 || cheap.riders() != 1 || cheap.count("quote") != 1 {
			t.Errorf("%d and %d riders", dear.riders(), cheap.riders())
		}
		for i, s := range []courier.State{courier.Assigned, courier.AtRestaurant} {
			if v, err := o.hears("cheap", "m"+strconv.Itoa(i), s); v != courier.Taken || err != nil {
				t.Fatalf("%s: %s, %v", s, v, err)
			}
		}
		r, _ = b.now()
		if r.Status() != order.StatusQueued && r.Status() != order.StatusDriverAssigned || r.Driver == nil || r.Driver.ID != "courier.cheap" || r.Driver.Name != "Mila (The Firm)" || r.Courier.Code != "4711" {
			t.Errorf("%s, %+v, %+v", r.Status(), r.Driver, r.Courier)
		}
		b.do(func(r *ordering.Record) { kitchen(t, r, time.Now(), shelve...) })
		for i, s := range []courier.State{courier.PickedUp, courier.AtDoor, courier.Delivered} {
			if v, err := o.hears("cheap", "n"+strconv.Itoa(i), s); v != courier.Taken || err != nil {
				t.Fatalf("%s: %s, %v", s, v, err)
			}
		}
		r, runs = b.now()
		if r.Status() != order.StatusDelivered || runs[0].Open() || r.Steps[len(r.Steps)-1].By != "courier:cheap" {
			t.Errorf("%s, %+v", r.Status(), runs[0])
		}
	})
}

func TestARequestThatWasNotAnsweredIsNotASecondCourier(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		f.deafen(func(what string) error {
			if what == "dispatch" {
				return errLost // they have it, and we do not know
			}
			return nil
		})
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		if _, runs := b.now(); runs[0].State != courier.Asked {
			t.Fatalf("%+v", runs)
		}
		pass(time.Minute)
		r, runs := b.now()
		if f.riders() != 1 || f.count("dispatch") != 1 || runs[0].State != courier.Accepted || r.Courier == nil {
			t.Errorf("%d riders, asked %q, %+v", f.riders(), f.asked, runs)
		}
	})
}

func TestADeskThatDiesInTheMiddleGoesOnWithTheSameCourier(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		first := openDesk(t, b, map[string]courier.Company{"firm": f})
		died := make(chan struct{})
		f.deafen(func(what string) error {
			if what == "dispatch" {
				close(died)
				return errLost
			}
			return nil
		})
		first.wants()
		<-died
		first.stop()
		f.deafen(nil)
		openDesk(t, b, map[string]courier.Company{"firm": f})
		pass(2 * time.Minute)
		if _, runs := b.now(); f.riders() != 1 || len(runs) != 1 || runs[0].State != courier.Accepted {
			t.Errorf("%d riders, %+v", f.riders(), runs)
		}
	})
}

func TestACompanyThatStaysSilentLosesTheOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		f.deafen(func(what string) error {
			if what == "quote" {
				return nil
			}
			return errors.New("no answer")
		})
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		pass(4 * time.Minute)
		r, runs := b.now()
		if r.Courier != nil || !runs[0].Open() {
			t.Fatalf("the order still waits: %+v, %+v", r.Courier, runs)
		}
		o.wants() // as long as the company may have sent somebody, nobody else is sent
		if _, runs := b.now(); len(runs) != 1 {
			t.Errorf("%d runs", len(runs))
		}
		f.deafen(nil) // it never knew
		pass(20 * time.Minute)
		if _, runs = b.now(); runs[0].Open() || runs[0].State != courier.Cancelled || f.riders() != 0 {
			t.Errorf("%+v, %d riders", runs, f.riders())
		}
	})
}

func TestAnOrderThatTheCourierDropsGoesBackToThePlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		for i, s := range []courier.State{courier.Assigned, courier.Cancelled} {
			if v, err := o.hears("firm", strconv.Itoa(i), s); v != courier.Taken || err != nil {
				t.Fatalf("%s: %s, %v", s, v, err)
			}
		}
		r, runs := b.now()
		if r.Courier != nil || r.Driver != nil || r.Progress.Delivery != order.Unassigned || runs[0].Open() {
			t.Errorf("%+v %+v %s", r.Courier, r.Driver, r.Progress.Delivery)
		}
		pass(time.Minute)
		o.wants()
		if _, runs := b.now(); len(runs) != 1 {
			t.Error("the company that has just dropped the order is sent again")
		}
		pass(10 * time.Minute)
		o.wants()
		if _, runs := b.now(); len(runs) != 2 {
			t.Error("it is never asked again")
		}
	})
}

func TestACourierWhoLosesTheFoodHasFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		b.do(func(r *ordering.Record) { kitchen(t, r, time.Now(), shelve...) })
		for i, s := range []courier.State{courier.PickedUp, courier.Failed} {
			if v, err := o.hears("firm", strconv.Itoa(i), s); v != courier.Taken || err != nil {
				t.Fatalf("%s: %s, %v", s, v, err)
			}
		}
		if r, _ := b.now(); r.Status() != order.StatusFailed || r.Reason == "" {
			t.Errorf("%s, %q", r.Status(), r.Reason)
		}
	})
}

// The courier says that he has it, and the kitchen says that it bakes: the kitchen owns that step, and what follows waits for it.
func TestTheOrderCatchesUpWhenTheKitchenHas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		if _, err := o.hears("firm", "1", courier.PickedUp); err != nil {
			t.Fatal(err)
		}
		f.says(courier.PickedUp)
		r, runs := b.now()
		if r.Status().Terminal() || r.Progress.Delivery != order.Assigned || !runs[0].Open() || !runs[0].Behind || runs[0].Doubted() {
			t.Fatalf("%s, %+v", r.Status(), runs[0])
		}
		b.do(func(r *ordering.Record) { kitchen(t, r, time.Now(), shelve...) })
		pass(10 * time.Second)
		if r, runs = b.now(); r.Status() != order.StatusOutForDelivery || runs[0].Behind {
			t.Errorf("%s, %+v", r.Status(), runs[0])
		}
	})
}

// What is not made is at no door, whatever a courier says: the order stays open until somebody gives it out of the house.
func TestWhatTheKitchenHasNotMadeIsNotDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		for _, id := range []string{"1", "1", "2"} {
			if _, err := o.hears("firm", id, courier.Delivered); err != nil {
				t.Fatal(err)
			}
		}
		b.do(func(r *ordering.Record) { kitchen(t, r, time.Now(), shelve...) })
		pass(time.Minute)
		r, runs := b.now()
		if r.Progress.Delivery != order.Assigned || !runs[0].Doubted() || r.Courier.State != "assigned" || o.count["said_unready"] != 1 {
			t.Fatalf("it is ready, nobody has given it away, and it is %s: %+v, %v", r.Status(), runs[0], o.count)
		}
		if said := r.Hands[1]; len(r.Hands) != 3 || said.Act != ordering.SaidUnready || said.By != "courier:firm" {
			t.Errorf("%+v", r.Hands)
		}
		b.do(func(r *ordering.Record) { kitchen(t, r, time.Now(), order.HandOver) })
		pass(10 * time.Second)
		if r, runs = b.now(); r.Status() != order.StatusDelivered || runs[0].Open() || runs[0].Doubted() || len(r.Hands) > 3 {
			t.Errorf("%s, %+v, %+v", r.Status(), runs[0], r.Hands)
		}
	})
}

// The company cannot be reached when the order ends: it is told when it can, and once.
func TestACompanyThatCannotBeReachedHearsOfTheEndWhenItCan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		if _, err := o.hears("firm", "1", courier.Assigned); err != nil {
			t.Fatal(err)
		}
		f.says(courier.Assigned)
		f.deafen(func(string) error { return errors.New("no way leads there") })
		b.do(func(r *ordering.Record) { kitchen(t, r, time.Now(), order.Void) })
		b.mu.Lock()
		b.runs[0].Next = time.Now() // as the store has it
		b.mu.Unlock()
		pass(10 * time.Minute)
		if tries := f.count("cancel"); tries < 5 || tries > 20 {
			t.Errorf("it was tried %d times in ten minutes", tries)
		}
		o.stop() // and the core dies
		f.deafen(nil)
		heard := f.count("cancel")
		openDesk(t, b, map[string]courier.Company{"firm": f})
		pass(2 * time.Minute)
		if _, runs := b.now(); runs[0].State != courier.Cancelled || f.count("cancel") != heard+1 {
			t.Errorf("told %d times, and it is %s", f.count("cancel")-heard, runs[0].State)
		}
		pass(time.Hour)
		if f.count("cancel") != heard+1 {
			t.Error("it is told again and again")
		}
	})
}

func TestNobodyComesForWhatSomebodyElseBrings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		b.do(func(r *ordering.Record) {
			if err := ordering.ToDriver(ordering.Driver{ID: "d1", Name: "Grace"}, nil, "driver:d1", time.Now())(r); !problem.Is(err, problem.Conflict) {
				t.Errorf("a driver takes what a courier was asked for: %v", err)
			}
			if err := ordering.ToDriver(ordering.Driver{ID: "d1", Name: "Grace", ByHand: true}, nil, ordering.ByStaff, time.Now())(r); err != nil {
				t.Error(err)
			}
		})
		if v, err := o.hears("firm", "1", courier.PickedUp); err != nil || v != courier.Taken {
			t.Fatalf("%s, %v", v, err)
		}
		if r, _ := b.now(); r.Driver.ID != "d1" || r.Courier != nil || r.Progress.Delivery != order.Assigned {
			t.Errorf("the courier moved another's order: %+v", r)
		}
		f.says(courier.Accepted)
		b.mu.Lock()
		b.runs[0].State, b.runs[0].Next = courier.Accepted, time.Now()
		b.mu.Unlock()
		pass(5 * time.Second)
		if _, runs := b.now(); runs[0].State != courier.Cancelled || f.count("cancel") != 1 {
			t.Errorf("nobody called the courier back: %+v", runs)
		}
	})
}

// The order is given to a driver while the company is being asked how far it is: the answer must not put off calling the courier back.
func TestACourierNobodyNeedsIsCalledBackWithinSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		b.do(func(r *ordering.Record) {
			if err := ordering.ToDriver(ordering.Driver{ID: "d1", Name: "Grace", ByHand: true}, nil, ordering.ByStaff, time.Now())(r); err != nil {
				t.Error(err)
			}
		})
		if _, err := o.hears("firm", "1", courier.Assigned); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Second)
		if _, runs := b.now(); runs[0].State != courier.Cancelled || f.count("cancel") != 1 {
			t.Errorf("%+v", runs)
		}
	})
}

func TestWebhooksThatGotLostAreAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(800, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		o.wants()
		b.do(func(r *ordering.Record) { kitchen(t, r, time.Now(), shelve...) })
		f.says(courier.Delivered)
		pass(2 * time.Minute)
		if r, _ := b.now(); r.Status() != order.StatusDelivered {
			t.Error(r.Status())
		}
	})
}

func TestHostileMessagesChangeNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBook(t)
		o := openDesk(t, b, map[string]courier.Company{"firm": newFirm(800, 20*time.Minute)})
		o.Secrets["rival"] = []string{secret}
		o.wants()
		if v, err := o.hears("firm", "once", courier.Assigned); err != nil || v != courier.Taken {
			t.Fatal(v, err)
		}
		before, runs := b.now()
		stamp, body := strconv.FormatInt(time.Now().Unix(), 10), []byte("{}")
		good := courier.Message{
			Courier: "firm", Timestamp: stamp, Signature: courier.Sign(secret, stamp, body), Body: body, ID: "m", Run: runs[0].ID,
			Update: courier.Update{State: courier.Cancelled},
		}
		with := func(change func(*courier.Message)) courier.Message { m := good; change(&m); return m }
		for code, m := range map[string]courier.Message{
			"bad_signature":    with(func(m *courier.Message) { m.Signature = courier.Sign("another-secret-000", stamp, body) }),
			"stale_signature":  with(func(m *courier.Message) { m.Timestamp = "1"; m.Signature = courier.Sign(secret, "1", body) }),
			"no_such_courier":  with(func(m *courier.Message) { m.Courier = "nobody" }),
			"no_such_delivery": with(func(m *courier.Message) { m.Courier = "rival" }),
		} {
			if v, err := o.Hear(t.Context(), m); problem.Of(err) == nil || problem.Of(err).Code != code {
				t.Errorf("%s: %s, %v", code, v, err)
			}
		}
		for _, run := range []string{"", "x", "0198c0de-0000-7000-8000-000000000001"} {
			if _, err := o.Hear(t.Context(), with(func(m *courier.Message) { m.Run = run })); !problem.Is(err, problem.NotFound) {
				t.Errorf("run %q: %v", run, err)
			}
		}
		if v, err := o.hears("firm", "once", courier.Cancelled); err != nil || v != courier.Repeated {
			t.Errorf("a replay: %s, %v", v, err)
		}
		if v, err := o.hears("firm", "other", "teleported"); err != nil || v != courier.Unknown {
			t.Errorf("an unknown state: %s, %v", v, err)
		}
		after, now := b.now()
		if after.Progress.Delivery != before.Progress.Delivery || now[0].State != courier.Assigned || len(after.Steps) != len(before.Steps) {
			t.Errorf("%+v", now)
		}
		for _, what := range []string{"bad_signature", "stale_signature", "no_such_delivery", "heard_repeated", "heard_unknown"} {
			if o.count[what] == 0 {
				t.Errorf("%s is not counted: %v", what, o.count)
			}
		}
	})
}

func TestWhatNobodyBringsForTheFeeIsLeftToThePlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, f := newBook(t), newFirm(1501, 20*time.Minute)
		o := openDesk(t, b, map[string]courier.Company{"firm": f})
		for range 10 {
			o.wants()
		}
		r, runs := b.now()
		if r.Courier != nil || len(runs) > 0 || f.count("quote") != 1 {
			t.Errorf("%+v, %d quotes within ten seconds", runs, f.count("quote"))
		}
		pass(20 * time.Second)
		o.wants()
		if n := f.count("quote"); n != 2 {
			t.Errorf("%d quotes", n)
		}
		if slices.Contains(f.asked, "dispatch") {
			t.Error("somebody was sent")
		}
	})
}
