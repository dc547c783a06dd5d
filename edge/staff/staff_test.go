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

// book keeps strikes as a kitchen does.
type book struct{ staff.Strikes }

func (b book) wrong(p staff.Post, at time.Time) {
	for _, s := range b.Wrong(p, at) {
		b.Strikes[s.Where] = s
	}
}

// waits is how long each of so many PINs waits that come as soon as they may, all of them wrong.
func (b book) waits(p staff.Post, at time.Time, tries int) (all []time.Duration) {
	for range tries {
		wait := b.Wait(p, at)
		all = append(all, wait/time.Second)
		at = at.Add(wait)
		b.wrong(p, at)
	}
	return all
}

func TestWrongPINsSlowAStrangerDownMoreThanAScreenThatIsKnown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   staff.Post
		want []time.Duration
	}{
		"a known screen": {staff.Post{Address: "a", Screen: "s"}, []time.Duration{0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60}},
		"somebody's own": {staff.Post{Address: "a", Person: "ada"}, []time.Duration{0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60}},
		"a stranger":     {staff.Post{Address: "a"}, []time.Duration{0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}},
	} {
		b := book{staff.Strikes{}}
		if got := b.waits(c.at, now, len(c.want)); !slices.Equal(got, c.want) {
			t.Errorf("%s waits %v", name, got)
		}
		if w := b.Wait(c.at, now.Add(-time.Hour)); w > 15*time.Minute {
			t.Errorf("%s: a clock that was put back makes it wait for %s", name, w)
		}
		if w := b.Wait(c.at, now.Add(12*time.Hour)); w != 0 {
			t.Errorf("%s: wrong PINs of yesterday cost %s", name, w)
		}
	}
}

func TestManyAddressesBuyAStrangerNothingAndCostAKnownScreenNothing(t *testing.T) {
	t.Parallel()
	b, at, looked := book{staff.Strikes{}}, now, 0
	for n := range 24 * 3600 { // each second from another machine, for a day
		p := staff.Post{Address: fmt.Sprint("10.0.0.", n)}
		if b.Wait(p, at) == 0 {
			b.wrong(p, at)
			looked++
		}
		at = at.Add(time.Second)
	}
	if looked < 20 || looked > 150 {
		t.Errorf("in a day %d PINs of a stranger's were looked at", looked)
	}
	if !b.Guessed(at) || b.Calm(at) || b.Guessed(at.Add(6*time.Hour)) || !b.Calm(at.Add(6*time.Hour)) {
		t.Error("it is not noticed that somebody guesses, or that nobody does any more")
	}
	for _, p := range []staff.Post{{Address: "10.0.0.1", Screen: "kitchen"}, {Address: "10.0.0.1", Person: "carla"}} {
		if w := b.Wait(p, at); w != 0 {
			t.Errorf("%+v waits for %s because of a stranger", p, w)
		}
	}
	if over := b.Over(at, func(string) bool { return true }); len(over) == 0 || slices.Contains(over, "house") {
		t.Errorf("it forgets %v", over)
	}
}

func TestWhatIsKnownOfAScreenBuysNoMoreGuesses(t *testing.T) {
	t.Parallel()
	b := book{staff.Strikes{}}
	stranger := staff.Post{Address: "a"}
	for range 5 {
		b.wrong(staff.Post{Address: "a", Screen: "mine"}, now)
	}
	if b.Wait(stranger, now) == 0 {
		t.Error("guesses at a known screen are free at its address")
	}
	s, any := b.Inherited(stranger, "another", now)
	if !any || s.Where != "screen/another" || s.Wrong != 5 {
		t.Errorf("a screen that becomes known begins with %+v", s)
	}
	if _, any := b.Inherited(stranger, "another", now.Add(24*time.Hour)); any {
		t.Error("what is made good for is inherited")
	}
}

func TestStrikesAreForgottenWhenTheyAreOverOrTooMany(t *testing.T) {
	t.Parallel()
	b := book{staff.Strikes{}}
	for n := range 1500 {
		b.wrong(staff.Post{Address: fmt.Sprint(n)}, now.Add(time.Duration(n)*time.Millisecond))
	}
	b.wrong(staff.Post{Address: "1499", Screen: "dead"}, now.Add(time.Minute))
	at := now.Add(time.Minute)
	for _, place := range b.Over(at, func(string) bool { return false }) {
		delete(b.Strikes, place)
	}
	_, first := b.Strikes["address/0"]
	_, last := b.Strikes["address/1499"]
	_, dead := b.Strikes["screen/dead"]
	if _, house := b.Strikes["house"]; len(b.Strikes) != 1001 || !house || first || !last || dead {
		t.Errorf("%d are remembered; house %v, the first %v, the last %v, of a screen that is not known %v", len(b.Strikes), house, first, last, dead)
	}
	if over := b.Over(at.Add(24*time.Hour), func(string) bool { return true }); len(over) != len(b.Strikes) {
		t.Errorf("after a day %d of %d are over", len(over), len(b.Strikes))
	}
	if all := b.All(); len(all) != len(b.Strikes) || all[0].Where > all[1].Where {
		t.Errorf("%d of them are listed", len(all))
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
