package kitchen_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/menu"
)

// fridge is a house with a fridge that has to be between 0 and 5 °C.
func fridge(t *testing.T) *house {
	t.Helper()
	s, low, high := settings(), 0.0, 5.0
	s.Probes = []kitchen.Probe{{ID: "fridge", Low: &low, High: &high, Back: 0.5}}
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), s)
	t.Cleanup(h.close)
	return h
}

func (h *house) measures(probe string, celsius float64) {
	h.t.Helper()
	if err := h.Probed(background(), probe, h.clock.Now(), celsius, nil); err != nil {
		h.t.Fatalf("%s at %g °C: %v", probe, celsius, err)
	}
}

// noted is what the log of the day says, in order.
func (h *house) noted() (said []kitchen.Noted) {
	h.t.Helper()
	lines, intact, err := h.store.FoodSafety(background(), "2026-07-03", 0, kitchen.ReadingsMost)
	if err != nil || !intact {
		h.t.Fatalf("the log: intact %t, %v", intact, err)
	}
	for _, l := range lines {
		said = append(said, l.What)
	}
	return said
}

func (h *house) openAlerts() (open []string) {
	for _, a := range h.snapshot().Alerts {
		open = append(open, a.ID)
	}
	return open
}

func TestAProbeIsWrittenDownNowAndThenAndWhenItLeavesItsLimits(t *testing.T) {
	t.Parallel()
	h := fridge(t)
	for range 31 * 60 { // a reading a second
		h.measures("fridge", 4)
		h.clock.pass(time.Second)
	}
	want := []kitchen.Noted{kitchen.NotedReading, kitchen.NotedReading, kitchen.NotedReading}
	if got := h.noted(); !slices.Equal(got, want) {
		t.Fatalf("half an hour of a good fridge is %v", got)
	}
	for _, celsius := range []float64{5, 5.1, 6, 4.9, 4.6, 5.2} { // it warms up, and wavers
		h.measures("fridge", celsius)
		h.clock.pass(time.Second)
	}
	if got := h.openAlerts(); !slices.Equal(got, []string{"probe_limit/fridge"}) {
		t.Errorf("open: %v", got)
	}
	h.restart()
	h.measures("fridge", 4.8)
	if got := h.openAlerts(); !slices.Equal(got, []string{"probe_limit/fridge"}) {
		t.Errorf("after a restart: %v", got)
	}
	h.clock.pass(time.Second)
	h.measures("fridge", 4.5)
	h.clock.pass(time.Second)
	h.measures("fridge", -0.1)
	if p := h.Probes(); len(p) != 1 || p[0].State != "too_cold" || p[0].Celsius != -0.1 {
		t.Errorf("it is %+v", p)
	}
	want = append(want, kitchen.NotedWarm, kitchen.NotedReading, kitchen.NotedBack, kitchen.NotedCold) // a reading again, because the node had been away
	if got := h.noted(); !slices.Equal(got, want) {
		t.Errorf("the log is %v", got)
	}
}

func TestAReadingThatComesLateChangesNothing(t *testing.T) {
	t.Parallel()
	h := fridge(t)
	before := h.clock.Now()
	h.clock.pass(time.Minute)
	h.measures("fridge", 4)
	if err := h.Probed(background(), "fridge", before, 50, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.Probed(background(), "fridge", h.clock.Now().Add(time.Hour), 3, nil); err != nil { // its clock is ahead
		t.Fatal(err)
	}
	h.clock.pass(time.Second)
	h.measures("fridge", 2)
	if p := h.Probes(); len(h.openAlerts()) != 0 || p[0].Celsius != 2 {
		t.Errorf("%v, %+v", h.openAlerts(), p)
	}
}

func TestAProbeThatSaysNothingIsAnAlertUntilItSpeaks(t *testing.T) {
	t.Parallel()
	h := fridge(t)
	mind := func() {
		t.Helper()
		if err := h.MindProbes(background()); err != nil {
			t.Fatal(err)
		}
	}
	mind()
	h.clock.pass(kitchen.ProbeSilent - time.Second)
	mind()
	if got := h.openAlerts(); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	h.clock.pass(time.Second)
	for range 3 {
		mind()
	}
	if got := h.openAlerts(); !slices.Equal(got, []string{"silent/fridge"}) || !slices.Equal(h.noted(), []kitchen.Noted{kitchen.NotedSilent}) {
		t.Errorf("%v, %v", got, h.noted())
	}
	h.measures("fridge", 9)
	if got := h.openAlerts(); !slices.Equal(got, []string{"probe_limit/fridge"}) {
		t.Errorf("it speaks: %v", got)
	}
	h.settings.Probes = nil // taken out of the device file
	h.restart()
	mind()
	if got := h.openAlerts(); len(got) != 0 {
		t.Errorf("of a probe that is not there any more: %v", got)
	}
}

// says is a reading with the time that the probe's own clock shows, so far behind the kitchen's.
func (h *house) says(behind time.Duration, celsius float64) {
	h.t.Helper()
	if err := h.Probed(background(), "fridge", h.clock.Now().Add(-behind), celsius, nil); err != nil {
		h.t.Fatalf("%g °C: %v", celsius, err)
	}
}

func (h *house) mindProbes() {
	h.t.Helper()
	if err := h.MindProbes(background()); err != nil {
		h.t.Fatalf("mind the probes: %v", err)
	}
}

func TestAProbeWhoseClockIsBehindIsNotSilent(t *testing.T) {
	t.Parallel()
	h := fridge(t)
	h.mindProbes()
	for range 40 {
		h.says(20*time.Minute, 4)
		h.clock.pass(time.Minute)
		h.mindProbes()
	}
	if got := h.noted(); slices.Contains(got, kitchen.NotedSilent) || len(h.openAlerts()) != 0 {
		t.Errorf("the log is %v, open: %v", got, h.openAlerts())
	}
	if p := h.Probes()[0]; !p.Heard.Equal(h.clock.Now().Add(-time.Minute)) {
		t.Errorf("it was heard at %v", p.Heard)
	}
	h.clock.pass(kitchen.ProbeSilent)
	h.mindProbes()
	if got := h.openAlerts(); !slices.Equal(got, []string{"silent/fridge"}) {
		t.Errorf("it says nothing any more: %v", got)
	}
}

func TestAProbeWhoseClockIsSetBackIsStillBelieved(t *testing.T) {
	t.Parallel()
	for _, back := range []time.Duration{20 * time.Second, 10 * time.Minute, 2 * time.Hour} {
		h := fridge(t)
		h.says(0, 4)
		for range 2 { // it starts again without having been told the time
			h.clock.pass(10 * time.Second)
			h.says(back, 15)
		}
		if got := h.openAlerts(); !slices.Equal(got, []string{"probe_limit/fridge"}) {
			t.Fatalf("set back by %s, open: %v", back, got)
		}
		if p := h.Probes()[0]; p.State != "too_warm" || !p.At.Equal(h.clock.Now()) {
			t.Errorf("set back by %s it is %+v", back, p)
		}
		h.clock.pass(10 * time.Second)
		h.says(back, 4)
		if p := h.Probes()[0]; len(h.openAlerts()) != 0 || !p.At.Equal(h.clock.Now()) {
			t.Errorf("cooled down it is %+v", p)
		}
		h.clock.pass(10 * time.Second)
		h.says(0, 15) // somebody has told it the time
		if p := h.Probes()[0]; len(h.openAlerts()) != 1 || !p.At.Equal(h.clock.Now()) {
			t.Errorf("put right it is %+v", p)
		}
	}
}

func TestReadingsThatWereKeptAndComeAtOnceSetNoClock(t *testing.T) {
	t.Parallel()
	h := fridge(t)
	h.clock.pass(time.Hour)
	h.says(0, 4)
	for _, late := range []time.Duration{50 * time.Minute, 40 * time.Minute, 40 * time.Minute, 30 * time.Minute} { // what it could not send before
		if err := h.Probed(background(), "fridge", evening.Add(time.Hour-late), 15, nil); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(100 * time.Millisecond)
	}
	if p := h.Probes()[0]; len(h.openAlerts()) != 0 || p.Celsius != 4 {
		t.Errorf("open: %v, %+v", h.openAlerts(), p)
	}
}

func TestANewMenuIsSoldAtOnceAndWhatWasTakenStaysAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	placed := h.place(pizza)
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	m.Version = 77
	m.Products = slices.DeleteFunc(m.Products, func(p menu.Product) bool { return p.ID == pizza.Product })
	if err := h.Sell(background(), m); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Place(background(), counter(pizza)); err == nil {
		t.Error("what is not on the menu any more was sold")
	}
	if sold := h.place(cola); sold.Order.MenuVersion != 77 {
		t.Errorf("it was priced with version %d", sold.Order.MenuVersion)
	}
	h.clock.pass(time.Minute)
	if now := h.bump(placed, menu.StationMake); now.Order.MenuVersion != placed.Order.MenuVersion || now.Order.Totals != placed.Order.Totals {
		t.Errorf("the order of before is %s", asJSON(now))
	}
}

func TestAButtonAtThePassHandsOverOnlyWhatIsReady(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	placed := h.place(cola)
	press := func(id, station string) {
		t.Helper()
		if err := h.Press(background(), "bell", id, station, "bump", h.clock.Now()); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(time.Second)
	}
	press("1", menu.StationPass)
	press("2", menu.StationSides)
	press("2", menu.StationSides)
	if now, err := h.Ticket(background(), placed.Order.ID); err != nil || now.Progress.Kitchen() != "ready" {
		t.Fatalf("it is %s, %v", now.Progress.Kitchen(), err)
	}
	press("3", menu.StationPass)
	if n := len(h.snapshot().Tickets); n != 0 {
		t.Errorf("%d tickets wait on", n)
	}
}
