package ordering_test

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// withDee is a delivery on its shelf, which Dee was given at noon.
func withDee(t *testing.T, s *scene) ordering.Record {
	t.Helper()
	oid := s.admitted(t, order.ByDelivery).Order.ID
	s.kitchen(t, oid, readySteps()...)
	r, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1", Name: "Dee"}, nil, "cloud")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// byDee is what Dee did at an instant.
func byDee(at time.Time) ordering.Deed {
	d := by("d1")
	d.At = at
	return d
}

func TestADeedIsShownWhenItWasDoneIfThatCanBe(t *testing.T) {
	t.Parallel()
	tokyo := time.FixedZone("JST", 9*60*60)
	after := noon.Add
	for name, c := range map[string]struct {
		heard time.Duration // all since noon, when the step before was taken
		done  time.Time
		shows time.Duration
	}{
		"nobody says when":                  {heard: 10 * time.Minute, shows: 10 * time.Minute},
		"half an hour late":                 {40 * time.Minute, after(10 * time.Minute), 10 * time.Minute},
		"by a clock of another zone":        {40 * time.Minute, after(10 * time.Minute).In(tokyo), 10 * time.Minute},
		"finer than the timeline":           {40 * time.Minute, after(10*time.Minute + 300*time.Microsecond), 10 * time.Minute},
		"at once":                           {10 * time.Minute, after(10 * time.Minute), 10 * time.Minute},
		"in the moment of the step before":  {10 * time.Minute, noon, 0},
		"before the step before":            {40 * time.Minute, after(-10 * time.Minute), 0},
		"a little ahead":                    {10 * time.Minute, after(12 * time.Minute), 10 * time.Minute},
		"as far ahead as clocks may be":     {10 * time.Minute, after(10*time.Minute + clock.MaxAhead), 10 * time.Minute},
		"farther ahead than clocks may be":  {10 * time.Minute, after(11*time.Minute + clock.MaxAhead), 10 * time.Minute},
		"ten years ahead":                   {10 * time.Minute, noon.AddDate(10, 0, 0), 10 * time.Minute},
		"a day late":                        {30 * time.Hour, after(6 * time.Hour), 6 * time.Hour},
		"more than a day late":              {30 * time.Hour, after(6*time.Hour - time.Millisecond), 30 * time.Hour},
		"before the step and a day late":    {23 * time.Hour, after(-2 * time.Hour), 23 * time.Hour},
		"of the year 1970":                  {10 * time.Minute, time.Unix(0, 0), 10 * time.Minute},
		"the step before was heard ahead":   {-time.Second, after(-time.Minute), -time.Second},
		"nobody says and it is still ahead": {heard: -time.Second, shows: -time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			before := withDee(t, s)
			s.at = after(c.heard)
			r, err := s.PickUp(t.Context(), before.Order.ID, before.Version, byDee(c.done))
			if err != nil {
				t.Fatal(err)
			}
			want := ordering.Step{Version: before.Version + 1, Status: order.StatusPickedUp, At: after(c.shows), By: "driver:d1"}
			if got := r.Steps[len(r.Steps)-1]; got != want {
				t.Errorf("%+v, not %+v", got, want)
			}
		})
	}
}

// doing is a way to say that a step of a delivery was taken.
type doing func(s *scene, r ordering.Record, d ordering.Deed) (ordering.Record, error)

func setting(t *testing.T, to order.StatusName) doing {
	t.Helper()
	return func(s *scene, r ordering.Record, d ordering.Deed) (ordering.Record, error) {
		got, wished, err := s.SetStatus(t.Context(), r.Order.ID, r.Version, to, d)
		if wished {
			t.Errorf("%s is wished of the restaurant", to)
		}
		return got, err
	}
}

func TestThreeDeedsSentLateInOrderAreShownWhenTheyWereDone(t *testing.T) {
	t.Parallel()
	pickUp := func(s *scene, r ordering.Record, d ordering.Deed) (ordering.Record, error) {
		return s.PickUp(t.Context(), r.Order.ID, r.Version, d)
	}
	depart := func(s *scene, r ordering.Record, d ordering.Deed) (ordering.Record, error) {
		return s.Depart(t.Context(), r.Order.ID, r.Version, d, nil)
	}
	deliver := func(s *scene, r ordering.Record, d ordering.Deed) (ordering.Record, error) {
		return s.Deliver(t.Context(), r.Order.ID, r.Version, d)
	}
	giveUp := func(s *scene, r ordering.Record, d ordering.Deed) (ordering.Record, error) {
		return s.GiveUp(t.Context(), r.Order.ID, r.Version, d, "nobody opened")
	}
	for name, does := range map[string]struct {
		all []doing
		end order.StatusName
	}{
		"delivered":                 {[]doing{pickUp, depart, deliver}, order.StatusDelivered},
		"given up":                  {[]doing{pickUp, depart, giveUp}, order.StatusFailed},
		"delivered, by status name": {[]doing{setting(t, order.StatusPickedUp), setting(t, order.StatusOutForDelivery), setting(t, order.StatusDelivered)}, order.StatusDelivered},
		"given up, by status name":  {[]doing{setting(t, order.StatusPickedUp), setting(t, order.StatusOutForDelivery), setting(t, order.StatusFailed)}, order.StatusFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			r := withDee(t, s)
			from := r.Version
			s.at = noon.Add(40 * time.Minute) // the phone has found its signal again
			var want []ordering.Step
			for i, do := range does.all {
				status := []order.StatusName{order.StatusPickedUp, order.StatusOutForDelivery, does.end}[i]
				done := noon.Add(time.Duration(i+1) * 7 * time.Minute)
				var err error
				if r, err = do(s, r, byDee(done)); err != nil {
					t.Fatalf("deed %d: %v", i, err)
				}
				want = append(want, ordering.Step{Version: from + 1 + i, Status: status, At: done, By: "driver:d1"})
				if told, ok := s.book.lastTold(t).(event.DeliveryStepped); !ok || told.Delivery != r.Progress.Delivery {
					t.Errorf("deed %d: the restaurant is told %+v", i, s.book.lastTold(t))
				}
			}
			if got := r.Steps[len(r.Steps)-3:]; !slices.Equal(got, want) || r.Version != from+3 {
				t.Errorf("in version %d:\n%+v, not\n%+v", r.Version, got, want)
			}
		})
	}
}

func TestATimeDoesNotChangeWhoMayTakeWhichStep(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := withDee(t, s)
	oid := r.Order.ID
	s.at = noon.Add(40 * time.Minute)
	if _, err := s.Deliver(t.Context(), oid, 0, byDee(noon.Add(20*time.Minute))); code(err) != "illegal_step" {
		t.Errorf("delivered before it was picked up: %v", err)
	}
	if _, err := s.PickUp(t.Context(), oid, r.Version-1, byDee(noon.Add(time.Minute))); code(err) != "stale_version" {
		t.Errorf("an old version: %v", err)
	}
	eve := ordering.Deed{Driver: "d2", By: ordering.ByDriver("d2"), At: noon.Add(time.Minute)}
	if _, err := s.PickUp(t.Context(), oid, 0, eve); code(err) != "not_your_order" {
		t.Errorf("another driver picks up: %v", err)
	}
	if _, _, err := s.SetStatus(t.Context(), oid, 0, order.StatusPickedUp, eve); code(err) != "not_your_order" {
		t.Errorf("another driver sets the status: %v", err)
	}
	if got := s.book.order(oid); got.Version != r.Version || len(got.Steps) != len(r.Steps) {
		t.Errorf("what was refused left a trace: %+v", got.Steps)
	}
}

func TestOnlyDeedsCanBeOfThePast(t *testing.T) {
	t.Parallel()
	for _, to := range []order.StatusName{order.StatusValidated, order.StatusCancelled, order.StatusFailed} {
		s := newScene(t)
		oid := s.place(t, order.ByDelivery).Order.ID
		s.at = noon.Add(40 * time.Minute)
		r, _, err := s.SetStatus(t.Context(), oid, 0, to, ordering.Deed{By: ordering.ByStaff, At: noon.Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Steps[len(r.Steps)-1]; got.Status != to || !got.At.Equal(s.at) {
			t.Errorf("%+v", got)
		}
	}
}

// cutUntil is a link that comes up at an instant.
type cutUntil time.Time

func (c cutUntil) Up(_ string, now time.Time) bool { return !now.Before(time.Time(c)) }

func TestWhetherTheLinkIsUpIsAQuestionOfNow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.Links = cutUntil(noon.Add(20 * time.Minute))
	oid := s.admitted(t, order.ByDelivery).Order.ID
	if _, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1"}, nil, "cloud"); err != nil {
		t.Fatal(err)
	}
	inTheCut := byDee(noon.Add(10 * time.Minute))
	s.at = noon.Add(40 * time.Minute)
	if _, err := s.PickUp(t.Context(), oid, 0, inTheCut); code(err) != "illegal_step" {
		t.Errorf("the kitchen is connected and says it is not ready: %v", err)
	}
	s.at = noon.Add(19 * time.Minute)
	if r, err := s.PickUp(t.Context(), oid, 0, inTheCut); err != nil || r.Status() != order.StatusPickedUp {
		t.Errorf("while it is cut, the driver's word counts: %s, %v", r.Status(), err)
	}
}
