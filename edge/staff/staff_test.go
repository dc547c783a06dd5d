package staff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/problem"
)

var (
	now  = time.Date(2026, 11, 28, 19, 0, 0, 0, time.UTC)
	salt = []byte("0123456789abcdef")
)

func code(err error) string {
	if p := problem.Of(err); p != nil {
		return p.Code
	}
	return fmt.Sprint(err)
}

func TestAPINIsFoundAmongThoseOfARestaurantAndStandsNowhere(t *testing.T) {
	t.Parallel()
	people := []staff.Person{{ID: "ada", PIN: staff.Hash("1111", salt)}, {ID: "robot"}, {ID: "carla", PIN: staff.Hash("33334444", salt)}}
	if p, ok := staff.Find(people, "33334444"); !ok || p.ID != "carla" {
		t.Errorf("%+v, %v", p, ok)
	}
	for _, wrong := range []string{"1112", "", "3333"} {
		if p, ok := staff.Find(people, wrong); ok {
			t.Errorf("%q is %s's", wrong, p.ID)
		}
	}
	if h := people[0].PIN; strings.Contains(h, "1111") || !strings.HasPrefix(h, "$argon2id$v=19$m=12288,t=3,p=1$") {
		t.Errorf("it is kept as %s", h)
	}
	if got, ok := staff.SaltOf(people[0].PIN); !ok || string(got) != string(salt) {
		t.Errorf("its salt is %q, %v", got, ok)
	}
	if _, ok := staff.SaltOf("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"); ok {
		t.Error("a hash that costs nothing is taken for ours")
	}
}

func TestAPINHasFourToEightDigits(t *testing.T) {
	t.Parallel()
	for pin, valid := range map[string]bool{"1234": true, "12345678": true, "123": false, "123456789": false, "12a4": false, "": false, "١٢٣٤": false} {
		if staff.ValidPIN(pin) != valid {
			t.Errorf("%q: %v", pin, !valid)
		}
	}
}

func TestWhoMayDoWhatIsOneTable(t *testing.T) {
	t.Parallel()
	for _, needed := range staff.Levels() {
		for _, role := range staff.Roles() {
			s := staff.Begin("token", "x", "s", now, now.Add(time.Hour))
			d := staff.Desk{
				People: []staff.Person{{ID: "x", Name: "X", Role: role, PIN: "p"}, {ID: "m", Role: staff.Manager}}, Sessions: map[string]staff.Session{s.Name: s}, Required: true,
			}
			may := slices.Index(staff.Roles(), role) >= slices.Index(staff.Roles(), needed.Role)
			p, err := d.Permit(needed.Action, staff.Caller{Session: s.Name}, now)
			if may != (err == nil) || may && p.Who != "x" || !may && code(err) != "role_needed" {
				t.Errorf("%s as %s: %+v, %v", needed.Action, role, p, err)
			}
			p, err = d.Permit(needed.Action, staff.Caller{Session: s.Name, Manager: "m", Reason: "busy"}, now)
			if err != nil || p.Who != "x" || p.Manager != "m" || p.Reason != "busy" {
				t.Errorf("%s as %s with a manager's word: %+v, %v", needed.Action, role, p, err)
			}
		}
		nobody := staff.Desk{People: []staff.Person{{ID: "ada", Role: staff.Cook}}, Required: true}
		if _, err := nobody.Permit(needed.Action, staff.Caller{}, now); code(err) != "sign_in_needed" {
			t.Errorf("%s by nobody: %v", needed.Action, err)
		}
		if _, err := nobody.Permit(needed.Action, staff.Caller{Manager: "ada"}, now); code(err) != "sign_in_needed" {
			t.Errorf("%s with a cook's word: %v", needed.Action, err)
		}
		nobody.Required = false
		if p, err := nobody.Permit(needed.Action, staff.Caller{}, now); err != nil || p != (staff.Permit{}) {
			t.Errorf("%s by nobody where PINs are optional: %+v, %v", needed.Action, p, err)
		}
	}
	if staff.LevelOf("something new").Role != staff.Manager {
		t.Error("what nobody thought of may be done by anybody")
	}
}

func TestSessionsEndWithTheDayAfterTwelveHoursAndWhenAManagerIsIdle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		role staff.Role
		ends time.Time
		seen time.Duration
		live map[time.Duration]bool
	}{
		"a cook's, at the day's end":    {staff.Cook, now.Add(9 * time.Hour), 0, map[time.Duration]bool{9*time.Hour - 1: true, 9 * time.Hour: false}},
		"a cook's, after twelve hours":  {staff.Cook, now.Add(20 * time.Hour), 0, map[time.Duration]bool{12*time.Hour - 1: true, 12 * time.Hour: false}},
		"a manager's, idle":             {staff.Manager, now.Add(9 * time.Hour), 0, map[time.Duration]bool{30*time.Minute - 1: true, 30 * time.Minute: false}},
		"a manager's who did something": {staff.Manager, now.Add(9 * time.Hour), 20 * time.Minute, map[time.Duration]bool{50*time.Minute - 1: true, 50 * time.Minute: false}},
	} {
		s := staff.Begin("t", "x", "s", now, c.ends)
		s.Seen = s.Seen.Add(c.seen)
		for after, live := range c.live {
			if s.Live(c.role, now.Add(after)) != live {
				t.Errorf("%s: after %s live is %v", name, after, !live)
			}
		}
	}
}

func TestWrongPINsSlowOneScreenDownAndNoneForLong(t *testing.T) {
	t.Parallel()
	var s staff.Strikes
	at := now
	var waits []time.Duration
	for range 10 {
		waits = append(waits, s.Wait("a", at))
		at = at.Add(s.Wait("a", at))
		s.Wrong("a", at)
	}
	want := []time.Duration{0, 0, 0, 1, 2, 4, 8, 16, 30, 30}
	for n := range want {
		if waits[n] != want[n]*time.Second {
			t.Fatalf("%v", waits)
		}
	}
	if s.Wait("b", at) != 0 {
		t.Error("another screen waits too")
	}
	if w := s.Wait("a", at.Add(-time.Hour)); w > 30*time.Second {
		t.Errorf("a clock that was put back makes it wait for %s", w)
	}
	s.Wrong("a", at.Add(time.Hour))
	if w := s.Wait("a", at.Add(time.Hour)); w != 0 {
		t.Errorf("after an hour one wrong PIN costs %s", w)
	}
	for n := range 5000 {
		s.Wrong(fmt.Sprint("screen ", n), at)
	}
	if s.Wait("screen 0", at) != 0 {
		t.Error("remembered for ever")
	}
}

func TestALineOfTheAuditLogThatWasChangedOrTakenOutIsNoticed(t *testing.T) {
	t.Parallel()
	lines := make([]staff.Record, 5)
	before := [32]byte{}
	for n := range lines {
		r := staff.Record{N: int64(n + 1), At: now, Day: "2026-11-28", Who: "carla", Action: staff.Void, Subject: fmt.Sprint("order ", n), Reason: "wrong"}
		r.Hash = r.Chain(before)
		before, lines[n] = r.Hash, r
	}
	if !staff.Intact(nil, lines) || !staff.Intact(&[32]byte{}, lines) || !staff.Intact(nil, lines[2:]) || !staff.Intact(nil, nil) {
		t.Error("what was written is not believed")
	}
	for name, spoil := range map[string]func([]staff.Record) []staff.Record{
		"another person": func(l []staff.Record) []staff.Record { l[2].Who = "ada"; return l },
		"a text moved":   func(l []staff.Record) []staff.Record { l[2].Who, l[2].Screen = "", "carla"; return l },
		"a line gone":    func(l []staff.Record) []staff.Record { return slices.Delete(l, 2, 3) },
		"two swapped":    func(l []staff.Record) []staff.Record { l[1], l[2] = l[2], l[1]; return l },
	} {
		if staff.Intact(nil, spoil(slices.Clone(lines))) {
			t.Errorf("%s: nobody notices", name)
		}
	}
	long := staff.Record{Reason: strings.Repeat("é", 400)}.Clipped()
	if len(long.Reason) > staff.AuditBytes || !strings.HasPrefix(strings.Repeat("é", 400), long.Reason) {
		t.Errorf("clipped to %d bytes: %q", len(long.Reason), long.Reason)
	}
}
