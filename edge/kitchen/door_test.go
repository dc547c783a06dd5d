package kitchen_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// tries enters a PIN somewhere and says how that was answered.
func (h *house) tries(ctx context.Context, pin string) string {
	h.t.Helper()
	if _, _, err := h.OpenSession(ctx, pin, ""); err != nil {
		return codeOf(err)
	}
	return "in"
}

// known signs somebody in at an address and returns what the screen asks with afterwards, when nobody is signed in.
func (h *house) known(address, pin string) context.Context {
	h.t.Helper()
	in, token, err := h.OpenSession(at(address), pin, "")
	if err != nil || in.Known == "" {
		h.t.Fatalf("sign in at %s: known as %q, %v", address, in.Known, err)
	}
	c := staff.Caller{Screen: address, Address: address, Known: staff.NameOf(in.Known), Session: staff.NameOf(token)}
	if err := h.CloseSession(staff.With(background(), c)); err != nil {
		h.t.Fatalf("sign out: %v", err)
	}
	c.Session = ""
	return staff.With(background(), c)
}

// guesses lets a stranger guess from so many addresses, and returns how many guesses were looked at.
func (h *house) guesses(addresses int) (looked int) {
	h.t.Helper()
	for n := range addresses {
		if h.tries(at(fmt.Sprint("10.0.0.", n)), fmt.Sprint(9000+n)) == "wrong_pin" {
			looked++
		}
	}
	return looked
}

func TestARestartBetweenTriesBuysNoMoreOfThem(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	for n := range 3 {
		if got := h.tries(at("a"), fmt.Sprint(9000+n)); got != "wrong_pin" {
			t.Fatal(got)
		}
		h.restart()
	}
	if got := h.tries(at("a"), "9003"); got != "pin_locked" {
		t.Errorf("after three restarts a fourth is answered %s", got)
	}
	h.clock.pass(time.Second)
	if got := h.tries(at("a"), "9003"); got != "wrong_pin" {
		t.Errorf("after a second it is answered %s", got)
	}
	h.restart()
	h.clock.pass(time.Second)
	if got := h.tries(at("a"), "1111"); got != "pin_locked" {
		t.Errorf("the wait does not grow over a restart: %s", got)
	}
	h.clock.pass(24 * time.Hour)
	if got := h.tries(at("a"), "1111"); got != "in" {
		t.Errorf("the next day: %s", got)
	}
}

func TestAStrangerWithManyAddressesSlowsDownStrangersAndNoScreenOfTheHouse(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	tablet, signedIn := h.known("10.0.0.7", "1111"), h.as("3333")
	if looked := h.guesses(200); looked != 20 {
		t.Errorf("%d guesses from 200 addresses were looked at in one moment", looked)
	}
	if a := h.alerts(); !slices.Equal(a, []string{"pin_guessing"}) {
		t.Errorf("the board says %v", a)
	}
	h.restart()
	if looked := h.guesses(200); looked != 0 {
		t.Errorf("a restart buys %d more", looked)
	}
	if got := h.tries(at("10.0.0.250"), "1111"); got != "pin_locked" {
		t.Errorf("a machine that nobody knows: %s", got)
	}
	if got := h.tries(tablet, "2222"); got != "in" {
		t.Errorf("the kitchen's tablet, which has the address of somebody who guesses: %s", got)
	}
	if _, err := h.Vouch(tablet, "3333", "a hurry"); err != nil {
		t.Errorf("a manager's word at the kitchen's tablet: %v", err)
	}
	if _, err := h.Vouch(signedIn, "3333", "a hurry"); err != nil {
		t.Errorf("a manager's word where a manager is signed in: %v", err)
	}
	h.did(h.Bump(at("10.0.0.1"), h.place(pizza).Order.ID, tapAt("")))
	h.clock.pass(8 * time.Hour)
	if err := h.Mind(background()); err != nil {
		t.Fatal(err)
	}
	if a := h.alerts(); slices.Contains(a, "pin_guessing") {
		t.Errorf("nobody guesses any more, and the board says %v", a)
	}
	if state, err := h.store.Load(background()); err != nil || len(state.Shift.Strikes) > 1 {
		t.Errorf("what is made good for is kept: %+v, %v", state.Shift.Strikes, err)
	}
}

func TestAWrongPINCountsThoughItsCallerHasHungUp(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	h.as("2222") // the PINs have their hashes
	for n := range 3 {
		gone, hangUp := context.WithCancel(at("a"))
		if _, err := h.Vouch(hungUpLate{gone, hangUp}, fmt.Sprint(9000+n), "x"); codeOf(err) != "wrong_pin" {
			t.Errorf("%v", err)
		}
		hangUp()
	}
	if got := h.tries(at("a"), "1111"); got != "pin_locked" {
		t.Errorf("three wrong PINs of a caller who hangs up are answered %s", got)
	}
}

// hungUpLate is the context of a caller who hangs up as soon as a PIN of theirs is being looked at.
type hungUpLate struct {
	context.Context
	hangUp func()
}

// Value hangs up when it is asked who the caller is: that is behind the door.
func (c hungUpLate) Value(key any) any {
	v := c.Context.Value(key)
	if _, who := v.(staff.Caller); who {
		c.hangUp()
	}
	return v
}

func TestAScreenIsKnownByItsOwnTokenAndOnlyAsLongAsSomebodyWorksHereWhoUsedIt(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	adas, bobs := h.known("a", "1111"), h.known("b", "2222")
	stolen := staff.With(background(), staff.Caller{Address: "c", Known: staff.NameOf("guessed")})
	h.guesses(40)
	h.restart()
	for name, c := range map[string]struct {
		at   context.Context
		want string
	}{"Ada's": {adas, "wrong_pin"}, "Bob's": {bobs, "wrong_pin"}, "a token that nobody gave": {stolen, "pin_locked"}} {
		if got := h.tries(c.at, "9999"); got != c.want {
			t.Errorf("%s is answered %s", name, got)
		}
	}
	h.settings.Staff = slices.DeleteFunc(h.settings.Staff, func(p kitchen.Hire) bool { return p.ID == "ada" })
	h.restart()
	if a, b := h.tries(adas, "9999"), h.tries(bobs, "9999"); a != "pin_locked" || b != "wrong_pin" {
		t.Errorf("Ada works here no more: her screen is answered %s, Bob's %s", a, b)
	}
}

func TestANewPINMakesItsScreensStrangers(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	adas := h.known("a", "1111")
	h.settings.Staff[0].PIN = "4444"
	h.restart()
	h.as("2222") // the new PIN has its hash from now on
	h.guesses(40)
	if got := h.tries(adas, "4444"); got != "pin_locked" {
		t.Errorf("it is answered %s", got)
	}
}

func TestSomebodyWithAPINHasNoMoreGuessesThanScreens(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	looked := 0
	for range 30 { // each time a new browser
		screen := h.known("a", "1111")
		for n := range 5 {
			if h.tries(screen, fmt.Sprint(9000+n)) == "wrong_pin" {
				looked++
			}
		}
		h.clock.pass(2 * time.Second)
		if h.tries(at("a"), "1111") == "pin_locked" {
			break
		}
	}
	if looked > 8 {
		t.Errorf("%d guesses with one's own PIN between", looked)
	}
	h.clock.pass(24 * time.Hour)
	for range 25 {
		h.known("a", "1111")
	}
	if state, err := h.store.Load(background()); err != nil || len(state.Shift.Known) != staff.KnownEach {
		t.Errorf("%d screens are known by one PIN, %v", len(state.Shift.Known), err)
	}
}

func TestAClockThatIsPutRightLocksNobodyOutForLonger(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	screen := h.known("kitchen", "1111")
	for n := range 6 {
		h.clock.pass(10 * time.Second)
		h.tries(screen, fmt.Sprint(9000+n))
	}
	for _, by := range []time.Duration{-10 * time.Hour, 3 * time.Hour} {
		if err := h.Relabel(background(), h.clock.Now().Add(-time.Hour), by, func() { h.clock.pass(by) }); err != nil {
			t.Fatal(err)
		}
		_, _, err := h.OpenSession(screen, "1111", "")
		if p := problem.Of(err); codeOf(err) != "pin_locked" || p.Facts["retry_after"] != 8 {
			t.Errorf("a clock that was off by %s: %v", by, err)
		}
	}
	h.clock.pass(8 * time.Second)
	if got := h.tries(screen, "1111"); got != "in" {
		t.Errorf("it is answered %s", got)
	}
}

func TestNobodySendsACookHomeWhoHasAPIN(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	works := func(cook string) bool { in, _ := h.working(); return slices.Contains(in, cook) }
	adas := h.as("1111")
	for name, c := range map[string]struct {
		by   context.Context
		pin  string
		want string
	}{
		"nobody": {at("x"), "", "pin_needed"}, "the counter": {h.as("2222"), "", "pin_needed"}, "Bob's PIN": {at("x"), "2222", "wrong_pin"},
		"a guess": {at("y"), "9999", "wrong_pin"}, "half a PIN": {at("z"), "11", "invalid_pin"},
	} {
		if err := h.SignOutWith(c.by, "ada", c.pin); codeOf(err) != c.want || !works("ada") {
			t.Errorf("%s: %v", name, err)
		}
	}
	word, err := h.Vouch(at("v"), "3333", "she left without a word")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by  context.Context
		pin string
	}{"herself": {adas, ""}, "her PIN": {at("w"), "1111"}, "a manager": {h.as("3333"), ""}, "a manager's word": {word, ""}} {
		if err := h.SignInWith(at("w"), "ada", "1111"); err != nil {
			t.Fatal(err)
		}
		for range 2 { // again is no harm
			if err := h.SignOutWith(c.by, "ada", c.pin); err != nil || works("ada") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if log := h.logged(); !slices.Contains(log, "signed_out carla") || !slices.Contains(log, "carla signed_out") {
		t.Errorf("who sent her home is not in the log: %q", log)
	}
	h.settings.PINs = true
	if err := h.SignIn(background(), "cleo"); err != nil {
		t.Fatal(err)
	}
	if err := h.SignOutWith(at("x"), "cleo", ""); err != nil || works("cleo") {
		t.Errorf("a cook without a PIN: %v", err)
	}
	if err := h.SignOutWith(at("x"), "nobody", ""); codeOf(err) != "no_such_cook" {
		t.Errorf("a cook who is none: %v", err)
	}
}

func TestWhereNobodyNeedsAPINAnybodySendsACookHome(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]*house{
		"no staff": newHouse(t), "optional PINs": newStaffedHouse(t, func(s *kitchen.Settings) { s.PINs = false }),
	} {
		if err := h.SignInWith(at("x"), "ada", ""); err != nil {
			t.Fatal(err)
		}
		if err := h.SignOutWith(at("x"), "ada", ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if in, _ := h.working(); len(in) != 0 {
			t.Errorf("%s: %v still work", name, in)
		}
	}
}

func TestWhoOrdersWithoutEndIsStoppedAndTheKitchenGoesOn(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t, func(s *kitchen.Settings) { s.OpenMost = 5 })
	var all []kitchen.Ticket
	for range 5 {
		all = append(all, h.place(cola))
	}
	one := counter(cola)
	for range 2 {
		if _, _, err := h.Place(background(), one); codeOf(err) != "too_many_open" {
			t.Errorf("one more: %v", err)
		}
	}
	if _, _, err := h.Place(h.known("counter", "2222"), counter(cola)); err != nil {
		t.Errorf("at the counter, where somebody has signed in: %v", err)
	}
	web := h.offer(order.Carryout, cola) // the cloud has sold it
	h.release(h.commands)
	if got := h.ticket(web).Progress.Whole; got != order.Queued {
		t.Errorf("the web order is %s", got)
	}
	manager := h.as("3333")
	for _, ticket := range all[:3] {
		h.did(h.Void(manager, ticket.Order.ID, voiding("nobody wants it")))
	}
	if _, _, err := h.Place(background(), one); err != nil {
		t.Errorf("the same order, when there is room again: %v", err)
	}
}
