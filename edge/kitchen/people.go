package kitchen

import (
	"cmp"
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Hire is somebody who works here, with their PIN as the device file has it. The kitchen forgets it for its hash.
type Hire struct {
	ID, Name string
	Role     staff.Role
	PIN      string
}

// staffed brings the people in line with the settings. A PIN gets its hash later: see hire.
func (d *draft) staffed(hires []Hire) {
	people := make([]staff.Person, 0, len(hires))
	for _, h := range hires {
		p := staff.Person{ID: h.ID, Name: h.Name, Role: cmp.Or(h.Role, staff.Cook)}
		if was, ok := d.desk().Person(h.ID); ok && h.PIN != "" {
			p.PIN = was.PIN
		}
		people = append(people, p)
	}
	slices.SortFunc(people, func(x, y staff.Person) int { return cmp.Compare(x.ID, y.ID) })
	if !slices.Equal(people, d.board.shift.people) {
		d.commit.Shift.People = people
	}
	for _, name := range slices.Sorted(maps.Keys(d.board.shift.sessions)) {
		s := d.board.shift.sessions[name]
		if p, ok := d.desk().Person(s.Who); !ok || p.PIN == "" || !d.now.Before(s.Until) {
			d.endSession(name)
		}
	}
	d.forgetScreens(func(k staff.Known) bool {
		p, ok := d.desk().Person(k.Who)
		return !ok || p.PIN == "" || !k.Live(d.now)
	})
}

func (d *draft) signOutAll(id string) {
	for name, s := range d.board.shift.sessions {
		if s.Who == id {
			d.endSession(name)
		}
	}
}

// SignedIn is a session with whose it is.
type SignedIn struct {
	Person  staff.Person
	Session staff.Session
	Known   string // the token by which this screen is known from now on; told once, empty when it was known
}

// Expires is when it ends if nothing is done in it.
func (s SignedIn) Expires() time.Time { return s.Session.Expires(s.Person.Role) }

// OpenSession signs somebody in with their PIN at the caller's screen; cook is whose PIN it should be, empty for anybody's. A cook is put to
// work with that. token is told once and kept nowhere.
func (k *Kitchen) OpenSession(ctx context.Context, pin, cook string) (in SignedIn, token string, err error) {
	if in.Person, err = k.identify(ctx, pin, cook); err != nil {
		return in, "", err
	}
	token = rand.Text()
	caller := staff.CallerOf(ctx)
	err = k.change(ctx, func(d *draft) error {
		in.Session = staff.Begin(token, in.Person.ID, caller.Screen, d.now, d.settings.DayEnds(d.now))
		d.commit.Shift.Sessions = []staff.Session{in.Session}
		d.endOver()
		d.makeRoomForSession()
		if _, was := d.board.shift.sessions[caller.Session]; was && !slices.Contains(d.commit.Shift.Ended, caller.Session) {
			d.commit.Shift.Ended = append(d.commit.Shift.Ended, caller.Session) // this screen's is replaced: that sends no cook home
		}
		in.Known = d.know(in)
		d.record(staff.Record{Who: in.Person.ID, Action: staff.SignedIn})
		if in.Person.Role == staff.Cook {
			d.work(in.Person.ID, true)
		}
		return nil
	})
	return in, token, err
}

// endSession signs somebody out of a session. A cook whose last one it was goes home.
func (d *draft) endSession(name string) {
	s, was := d.board.shift.sessions[name]
	if !was || slices.Contains(d.commit.Shift.Ended, name) {
		return
	}
	d.commit.Shift.Ended = append(d.commit.Shift.Ended, name)
	desk := d.desk()
	p, known := desk.Person(s.Who)
	if known && p.Role != staff.Cook {
		return
	}
	for _, other := range desk.Sessions {
		if other.Who == s.Who && known && other.Live(p.Role, d.now) {
			return
		}
	}
	d.work(s.Who, false)
}

// endOver ends the sessions whose time is over.
func (d *draft) endOver() {
	for _, name := range slices.Sorted(maps.Keys(d.board.shift.sessions)) {
		s := d.board.shift.sessions[name]
		if p, ok := d.desk().Person(s.Who); !ok || !s.Live(p.Role, d.now) {
			d.endSession(name)
		}
	}
}

// makeRoomForSession ends the oldest sessions beyond SessionsMost.
func (d *draft) makeRoomForSession() {
	var live []staff.Session
	for name, s := range d.board.shift.sessions {
		if !slices.Contains(d.commit.Shift.Ended, name) {
			live = append(live, s)
		}
	}
	slices.SortFunc(live, func(x, y staff.Session) int { return x.Began.Compare(y.Began) })
	for n := 0; n < len(live)-staff.SessionsMost+1; n++ {
		d.endSession(live[n].Name)
	}
}

// work puts a cook to work, or lets them go: what they had goes to others.
func (d *draft) work(cook string, in bool) {
	n := slices.IndexFunc(d.cooksNow(), func(c Cook) bool { return c.ID == cook })
	if n < 0 || d.cooksNow()[n].SignedIn == in {
		return
	}
	d.cooks = slices.Clone(d.cooksNow())
	d.cooks[n].SignedIn = in
	if !in {
		d.dismiss(cook)
		d.giveOut()
		return
	}
	d.listen(cook, d.now, d.settings.Silent)
	d.giveOut()
	d.deal(cook)
}

// Session is the caller's, if somebody is signed in.
func (k *Kitchen) Session(ctx context.Context) (SignedIn, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	p, s, ok := k.board.desk(k.settings).Who(staff.CallerOf(ctx), k.now())
	return SignedIn{Person: p, Session: s}, ok
}

// CloseSession signs the caller out. A cook who is signed in nowhere else goes home, and what they had goes to others.
func (k *Kitchen) CloseSession(ctx context.Context) error {
	return k.change(ctx, func(d *draft) error {
		name := d.caller.Session
		s, ok := d.board.shift.sessions[name]
		if !ok {
			return nil
		}
		d.endSession(name)
		d.record(staff.Record{Who: s.Who, Action: staff.SignedOut})
		return nil
	})
}

// Seen says that something is done in the caller's session. It is written down now and then.
func (k *Kitchen) Seen(ctx context.Context) error {
	in, ok := k.Session(ctx)
	if !ok || !in.Session.Stale(k.now()) {
		return nil
	}
	return k.change(ctx, func(d *draft) error {
		s, ok := d.board.shift.sessions[in.Session.Name]
		if ok {
			s.Seen = d.now
			d.commit.Shift.Sessions = []staff.Session{s}
		}
		return nil
	})
}

// Vouch takes a shift manager's PIN and reason for the one thing that the caller is about to do.
func (k *Kitchen) Vouch(ctx context.Context, pin, reason string) (context.Context, error) {
	if reason == "" || len(reason) > maxText {
		return ctx, problem.New(problem.Invalid, "reason_missing", "an override needs a reason of 1 to %d bytes", maxText).With("path", "override.reason")
	}
	if !order.Plain(reason) {
		return ctx, problem.New(problem.Invalid, "bad_text", "there are control characters in the reason").With("path", "override.reason")
	}
	p, err := k.identify(ctx, pin, "")
	if err != nil {
		return ctx, err
	}
	if !p.Role.Covers(staff.Manager) {
		return ctx, problem.New(problem.Refused, "role_needed", "%s cannot give that word: it takes a shift manager's PIN.", p.Name).With("needs", staff.Manager)
	}
	c := staff.CallerOf(ctx)
	c.Manager, c.Reason = p.ID, reason
	return staff.With(ctx, c), nil
}

// SignInWith puts a cook to work. While PINs are required, one who has a PIN says it, or is signed in at the screen, or a shift manager is.
func (k *Kitchen) SignInWith(ctx context.Context, cook, pin string) error {
	if pin != "" {
		if _, err := k.identify(ctx, pin, cook); err != nil {
			return err
		}
	} else if err := k.mayPutToWork(ctx, cook); err != nil {
		return err
	}
	return k.SignIn(ctx, cook)
}

func (k *Kitchen) mayPutToWork(ctx context.Context, cook string) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if p, may := k.speaksFor(staff.CallerOf(ctx), cook, k.board.desk(k.settings), k.now()); !may {
		return problem.New(problem.Refused, "sign_in_needed", "%s signs in with a PIN: send it as pin.", p.Name).With("path", "pin")
	}
	return nil
}

// SignOutWith lets a cook go. While PINs are required, one who has a PIN says it, or is signed in at the screen, or a shift manager is, or
// gives their word. It reports problem.Refused "pin_needed".
func (k *Kitchen) SignOutWith(ctx context.Context, cook, pin string) error {
	own := false
	if pin != "" {
		if _, err := k.identify(ctx, pin, cook); err != nil {
			return err
		}
		own = true
	}
	return k.change(ctx, func(d *draft) error {
		desk := d.desk()
		if p, may := k.speaksFor(d.caller, cook, desk, d.now); !own && !may {
			return problem.New(problem.Refused, "pin_needed", "%s signs out with a PIN: send it as pin, or let a shift manager do it.", p.Name).
				With("path", "pin").With("cook", cook)
		}
		if err := d.signCook(cook, false); err != nil {
			return err
		}
		if who := d.who(); !own && who != cook && (who != "" || d.caller.Manager != "") {
			d.record(staff.Record{Who: who, Action: staff.SignedOut, Subject: cook, Manager: d.caller.Manager, Reason: d.caller.Reason})
		}
		return nil
	})
}

// speaksFor reports whether a caller may say when a cook works: anybody for who has no PIN, or where none is required.
func (k *Kitchen) speaksFor(c staff.Caller, cook string, desk staff.Desk, now time.Time) (p staff.Person, may bool) {
	p, known := desk.Person(cook)
	hasPIN := known && slices.ContainsFunc(k.settings.Staff, func(h Hire) bool { return h.ID == cook && h.PIN != "" })
	if !desk.Required || !hasPIN {
		return p, true
	}
	if m, ok := desk.Person(c.Manager); ok && m.Role.Covers(staff.Manager) {
		return p, true
	}
	who, _, signed := desk.Who(c, now)
	return p, signed && (who.ID == cook || who.Role.Covers(staff.Manager))
}

// PINsNeeded reports whether what has a level needs somebody who is signed in.
func (k *Kitchen) PINsNeeded() bool { return k.settings.PINs }

// relabelSessions moves what sessions are labelled with: nobody is signed out because the clock was put right, or stays in for longer.
func (d *draft) relabelSessions(moved func(time.Time) time.Time) {
	for _, s := range d.board.shift.sessions {
		began, seen := moved(s.Began), moved(s.Seen)
		if began.Equal(s.Began) && seen.Equal(s.Seen) {
			continue
		}
		s.Until = s.Until.Add(began.Sub(s.Began))
		s.Began, s.Seen = began, seen
		d.commit.Shift.Sessions = append(d.commit.Shift.Sessions, s)
	}
}
