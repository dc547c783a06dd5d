package kitchen_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// staffed are the settings of a house whose people have PINs, and need them.
func staffed() kitchen.Settings {
	s := settings()
	s.PINs = true
	s.Staff = []kitchen.Hire{
		{ID: "ada", Name: "Ada", Role: staff.Cook, PIN: "1111"},
		{ID: "bob", Name: "Bob", Role: staff.Counter, PIN: "2222"},
		{ID: "carla", Name: "Carla", Role: staff.Manager, PIN: "3333"},
		{ID: "cleo", Name: "Cleo"},
	}
	return s
}

func newStaffedHouse(t *testing.T, change ...func(*kitchen.Settings)) *house {
	t.Helper()
	s := staffed()
	for _, c := range change {
		c(&s)
	}
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), s)
	t.Cleanup(h.close)
	return h
}

// at is what a screen asks with, without a session.
func at(screen string) context.Context {
	return staff.With(background(), staff.Caller{Screen: screen, Address: screen})
}

// as signs somebody in at a screen.
func (h *house) as(pin string) context.Context {
	h.t.Helper()
	_, token, err := h.OpenSession(at("till-1"), pin, "")
	if err != nil {
		h.t.Fatalf("sign in: %v", err)
	}
	return staff.With(background(), staff.Caller{Session: staff.NameOf(token), Screen: "till-1", Address: "till-1"})
}

func codeOf(err error) string {
	if p := problem.Of(err); p != nil {
		return p.Code
	}
	return fmt.Sprint(err)
}

// logged is the audit log in one word a line.
func (h *house) logged() (words []string) {
	h.t.Helper()
	h.settings.PINs = false
	lines, intact, err := h.store.Audit(background(), "2026-07-03", 0, 1000)
	if err != nil || !intact {
		h.t.Fatalf("the audit log: intact %v, %v", intact, err)
	}
	for _, l := range lines {
		words = append(words, strings.Trim(fmt.Sprintf("%s %s %s", l.Who, l.Action, l.Manager), " "))
	}
	return words
}

func voiding(reason string) kitchen.Tap { return kitchen.Tap{ID: id.New(), Reason: reason} }

func TestWhatHasALevelNeedsAPersonOrTheirManagersWordAndStandsInTheLog(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	first, second := h.place(pizza), h.place(pizza)
	if _, err := h.Void(at("kds-1"), first.Order.ID, voiding("wrong")); codeOf(err) != "sign_in_needed" {
		t.Errorf("voided by nobody: %v", err)
	}
	cook := h.as("1111")
	if _, err := h.Void(cook, first.Order.ID, voiding("wrong")); codeOf(err) != "role_needed" {
		t.Errorf("voided by a cook: %v", err)
	}
	if h.ticket(first.Order.ID).Progress.Whole == order.Voided {
		t.Fatal("it was voided all the same")
	}
	if _, err := h.Vouch(cook, "2222", "a hurry"); codeOf(err) != "role_needed" {
		t.Errorf("the counter's word counts: %v", err)
	}
	if _, err := h.Vouch(cook, "3333", ""); codeOf(err) != "reason_missing" {
		t.Errorf("a word without a reason: %v", err)
	}
	vouched, err := h.Vouch(cook, "3333", "guest left")
	if err != nil {
		t.Fatal(err)
	}
	tap := voiding("wrong")
	h.did(h.Void(vouched, first.Order.ID, tap))
	h.did(h.Void(vouched, first.Order.ID, tap)) // repeated: one line in the log
	manager := h.as("3333")
	voided := h.did(h.Void(manager, second.Order.ID, voiding("twice")))
	if s := h.steps(voided.Order.ID); s[len(s)-1].Who != "carla" {
		t.Errorf("the cloud hears that %q voided it", s[len(s)-1].Who)
	}
	want := []string{"ada pin_changed", "bob pin_changed", "carla pin_changed", "ada signed_in", "ada void carla", "carla signed_in", "carla void"}
	if got := h.logged(); !slices.Equal(got, want) {
		t.Errorf("the log says %q", got)
	}
}

func TestHandsNeedNoSession(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	ticket := h.place(pizza)
	ticket = h.did(h.Start(at("kds-1"), ticket.Order.ID, tapAt(menu.StationMake)))
	for range 4 {
		ticket = h.did(h.Bump(at("kds-1"), ticket.Order.ID, tapAt("")))
	}
	if ticket.Progress.Kitchen() != order.Ready {
		t.Fatalf("it is %s", ticket.Progress.Kitchen())
	}
	if _, err := h.Remake(at("kds-1"), ticket.Order.ID, voiding("dropped")); codeOf(err) != "sign_in_needed" {
		t.Errorf("finished food made again by nobody: %v", err)
	}
	h.did(h.Remake(h.as("1111"), ticket.Order.ID, voiding("dropped")))
	other := h.place(pizza)
	for range 2 {
		other = h.did(h.Bump(at("kds-1"), other.Order.ID, tapAt("")))
	}
	h.did(h.Remake(at("kds-1"), other.Order.ID, voiding("burned"))) // in the oven
	h.did(h.Bump(at("kds-1"), h.place(cola).Order.ID, tapAt("")))
}

func TestWherePINsAreOptionalNothingNeedsOneAndTheLogSaysThatNobodyWasSignedIn(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t, func(s *kitchen.Settings) { s.PINs = false })
	h.did(h.Void(at("kds-1"), h.place(pizza).Order.ID, voiding("wrong")))
	if err := h.SignInWith(at("kds-1"), "ada", ""); err != nil {
		t.Errorf("a cook with a PIN, where it is optional: %v", err)
	}
	h.did(h.Void(h.as("1111"), h.place(pizza).Order.ID, voiding("wrong")))
	lines, _, err := h.Audit(background(), "", 0)
	if err != nil || lines[0].Action != staff.Void || lines[0].Who != "" || lines[0].Screen != "kds-1" || lines[0].Reason != "wrong" {
		t.Errorf("%+v, %v", lines, err)
	}
	if last := lines[len(lines)-1]; last.Who != "ada" || last.Action != staff.Void {
		t.Errorf("%+v", last)
	}
}

func TestACookWithAPINIsPutToWorkByThemselvesOrAManager(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	works := func(cook string) bool {
		return slices.ContainsFunc(h.snapshot().Cooks, func(c kitchen.Cook) bool { return c.ID == cook && c.SignedIn })
	}
	if err := h.SignInWith(at("kds-1"), "ada", ""); codeOf(err) != "sign_in_needed" || works("ada") {
		t.Errorf("without a PIN: %v", err)
	}
	if err := h.SignInWith(at("kds-1"), "ada", "2222"); codeOf(err) != "wrong_pin" || works("ada") {
		t.Errorf("with Bob's PIN: %v", err)
	}
	if err := h.SignInWith(at("kds-1"), "cleo", ""); err != nil || !works("cleo") {
		t.Errorf("who has no PIN: %v", err)
	}
	if err := h.SignInWith(at("kds-1"), "ada", "1111"); err != nil || !works("ada") {
		t.Errorf("with the right PIN: %v", err)
	}
	if err := h.SignInWith(h.as("3333"), "bob", ""); err != nil || !works("bob") {
		t.Errorf("by a manager: %v", err)
	}
	ada := h.as("1111") // a second screen of hers
	if err := h.CloseSession(ada); err != nil || works("ada") {
		t.Errorf("she went home: %v", err)
	}
}

// working are the cooks who are at work, and those whom somebody listens to.
func (h *house) working() (in, heard []string) {
	h.t.Helper()
	for _, c := range h.snapshot().Cooks {
		if c.SignedIn {
			in = append(in, c.ID)
		}
	}
	state, err := h.store.Load(background())
	if err != nil {
		h.t.Fatalf("load: %v", err)
	}
	for _, timer := range state.Timers {
		if timer.Kind == kitchen.SilentCook {
			heard = append(heard, timer.Item)
		}
	}
	slices.Sort(heard)
	return in, heard
}

func TestASessionPutsACookToWorkAndItsEndLetsThemGo(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*house, context.Context) error{
		"signed out":             func(h *house, ctx context.Context) error { return h.CloseSession(ctx) },
		"the business day ended": func(h *house, _ context.Context) error { h.clock.pass(13 * time.Hour); return h.Mind(background()) },
		"the day ended while the node was off": func(h *house, _ context.Context) error {
			h.clock.pass(13 * time.Hour)
			h.restart()
			return nil
		},
		"another PIN": func(h *house, _ context.Context) error {
			h.settings.Staff[0].PIN = "4444"
			h.restart()
			_, _, err := h.OpenSession(at("x"), "2222", "")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newStaffedHouse(t)
			here := h.as("1111")
			there := h.as("1111")
			ticket := h.place(pizza)
			if in, heard := h.working(); !slices.Equal(in, []string{"ada"}) || !slices.Equal(heard, in) || h.cookOf(ticket) != "ada" {
				t.Fatalf("%v work, %v are listened to, %q has the ticket", in, heard, h.cookOf(ticket))
			}
			if err := h.CloseSession(there); err != nil {
				t.Fatal(err)
			}
			if in, _ := h.working(); len(in) != 1 {
				t.Fatal("she is signed in elsewhere, and was sent home")
			}
			if err := h.Alert(t.Context(), kitchen.Alert{ID: "cook_away/ada", Device: "ada", What: "cook_away", Level: "warning"}); err != nil {
				t.Fatal(err)
			}
			if err := end(h, here); err != nil {
				t.Fatal(err)
			}
			if in, heard := h.working(); len(in)+len(heard) != 0 || h.cookOf(ticket) != "" {
				t.Errorf("%v still work, %v are listened to, %q has the ticket", in, heard, h.cookOf(ticket))
			}
			for _, a := range h.snapshot().Alerts {
				if a.What == "cook_away" {
					t.Errorf("who is gone is still missed: %+v", a)
				}
			}
		})
	}
}

func TestWhoSignsInAtAScreenSendsNoCookHome(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	adas := h.as("1111")
	ticket := h.place(pizza)
	if _, _, err := h.OpenSession(adas, "3333", ""); err != nil { // a manager, for one thing that needs them
		t.Fatal(err)
	}
	if _, ok := h.Session(adas); ok {
		t.Error("two are signed in at one screen")
	}
	if in, heard := h.working(); !slices.Equal(in, []string{"ada"}) || !slices.Equal(heard, in) || h.cookOf(ticket) != "ada" {
		t.Errorf("%v work, %v are listened to, %q has her ticket", in, heard, h.cookOf(ticket))
	}
}

func TestASessionOutlivesARestartAndNotTheDayTheIdleHourOrANewPIN(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	cook, counter, manager := h.as("1111"), h.as("2222"), h.as("3333")
	is := func(ctx context.Context) bool { _, ok := h.Session(ctx); return ok }
	h.restart()
	if !is(cook) || !is(counter) || !is(manager) {
		t.Fatal("a restart signed somebody out")
	}
	h.clock.pass(20 * time.Minute)
	if err := h.Seen(manager); err != nil {
		t.Fatal(err)
	}
	h.clock.pass(20 * time.Minute)
	h.restart()
	if !is(manager) {
		t.Error("a manager who works is signed out")
	}
	h.clock.pass(11 * time.Minute)
	if is(manager) || !is(counter) {
		t.Error("an idle manager stays signed in")
	}
	h.settings.Staff[0].PIN = "4444"
	h.restart()
	if _, _, err := h.OpenSession(at("x"), "1111", ""); codeOf(err) != "wrong_pin" {
		t.Errorf("the old PIN: %v", err)
	}
	if is(cook) || !is(counter) {
		t.Error("who has another PIN is still signed in with the old one, or others are not")
	}
	h.as("4444")
	h.clock.set(time.Date(2026, 7, 4, 4, 0, 0, 0, time.UTC))
	if is(counter) {
		t.Error("signed in on the next business day")
	}
	h.settings.Staff = h.settings.Staff[1:]
	h.restart()
	if _, _, err := h.OpenSession(at("y"), "4444", ""); codeOf(err) != "wrong_pin" {
		t.Errorf("who works here no more: %v", err)
	}
}

func TestWrongPINsAreLoggedAndSlowTheirScreenDown(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	for range 3 {
		if _, _, err := h.OpenSession(at("a"), "9999", ""); codeOf(err) != "wrong_pin" {
			t.Fatal(err)
		}
	}
	_, _, err := h.OpenSession(at("a"), "1111", "")
	if p := problem.Of(err); codeOf(err) != "pin_locked" || p.Facts["retry_after"] != 1 {
		t.Errorf("the right PIN at a locked screen: %v", err)
	}
	if _, _, err := h.OpenSession(at("b"), "1111", ""); err != nil {
		t.Errorf("another screen: %v", err)
	}
	h.clock.pass(time.Second)
	if _, _, err := h.OpenSession(at("a"), "1111", "bob"); codeOf(err) != "wrong_pin" {
		t.Errorf("Ada's PIN for Bob: %v", err)
	}
	if _, _, err := h.OpenSession(at("a"), "12", ""); codeOf(err) != "invalid_pin" {
		t.Errorf("no PIN at all: %v", err)
	}
	wrong := 0
	for _, l := range h.logged() {
		if l == "wrong_pin" {
			wrong++
		}
	}
	if wrong != 4 {
		t.Errorf("%d wrong PINs in the log", wrong)
	}
}

func TestOnesOwnPINBuysNoMoreGuessesAtAnothers(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	tried := 0
	for guess := range 60 {
		if _, _, err := h.OpenSession(at("a"), fmt.Sprint(9000+guess), ""); codeOf(err) == "wrong_pin" {
			tried++
		}
		if guess%2 == 1 {
			_, _, _ = h.OpenSession(at("a"), "1111", "")
		}
	}
	if tried != 3 {
		t.Errorf("%d wrong PINs were looked at in one moment", tried)
	}
	h.clock.pass(time.Minute)
	if _, _, err := h.OpenSession(at("a"), "1111", ""); err != nil {
		t.Errorf("after a minute: %v", err)
	}
}

func TestAnybodyAskingForTheLogIsItsManager(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	if _, _, err := h.Audit(h.as("2222"), "", 0); codeOf(err) != "role_needed" {
		t.Errorf("the counter reads it: %v", err)
	}
	lines, intact, err := h.Audit(h.as("3333"), "", 3)
	if err != nil || !intact || len(lines) != 2 || lines[0].N != 4 {
		t.Errorf("%+v, %v, %v", lines, intact, err)
	}
}

func TestAClockThatIsPutRightSignsNobodyOut(t *testing.T) {
	t.Parallel()
	h := newStaffedHouse(t)
	h.clock.set(time.Date(1970, 1, 1, 12, 0, 0, 0, time.UTC))
	manager := h.as("3333")
	by := evening.Sub(h.clock.Now())
	if err := h.Relabel(background(), h.clock.Now().Add(-time.Minute), by, func() { h.clock.pass(by) }); err != nil {
		t.Fatal(err)
	}
	h.restart()
	in, ok := h.Session(manager)
	if !ok || !in.Session.Began.Equal(evening) || in.Session.Until.Sub(evening) > staff.SessionMost {
		t.Errorf("%v: %+v", ok, in.Session)
	}
}
