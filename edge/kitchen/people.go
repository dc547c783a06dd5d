package kitchen

import (
	"cmp"
	"context"
	"crypto/rand"
	"maps"
	"runtime/debug"
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

// door is where PINs are looked at, one after the other: each takes a while, on purpose.
type door struct {
	turn    chan struct{} // held by whoever looks at a PIN
	hires   []Hire        // whose PINs have no hash yet; guarded by turn, as strikes
	strikes staff.Strikes
}

// newDoor is a door that knows the PINs, and the people without them: all that is said is whether they have one.
func newDoor(hires []Hire) (door, []Hire) {
	d, without := door{turn: make(chan struct{}, 1), hires: slices.Clone(hires)}, slices.Clone(hires)
	for n := range without {
		if without[n].PIN != "" {
			without[n].PIN = "set"
		}
	}
	return d, without
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
}

// hire makes hashes of the PINs, if that has not been done. Who has another PIN than before is signed out everywhere. Its caller has the
// door's turn; swept is called behind each hash.
func (k *Kitchen) hire(ctx context.Context, swept func()) error {
	if len(k.door.hires) == 0 {
		return nil
	}
	k.mu.RLock()
	people := slices.Clone(k.board.shift.people)
	k.mu.RUnlock()
	salt := make([]byte, staff.SaltBytes)
	if _, err := rand.Read(salt); err != nil {
		return err
	}
	for _, p := range people {
		if known, ok := staff.SaltOf(p.PIN); ok {
			salt = known
		}
	}
	changed := map[string]string{}
	for _, h := range k.door.hires {
		n := slices.IndexFunc(people, func(p staff.Person) bool { return p.ID == h.ID })
		if n < 0 || h.PIN == "" {
			continue
		}
		if hash := staff.Hash(h.PIN, salt); people[n].PIN != hash {
			changed[h.ID], people[n].PIN = people[n].PIN, hash
		}
		swept()
	}
	err := k.change(ctx, func(d *draft) error {
		if len(changed) == 0 {
			return nil
		}
		d.commit.Shift.People = people
		for _, id := range slices.Sorted(maps.Keys(changed)) {
			d.record(staff.Record{Who: id, Action: staff.PINChanged})
			d.signOutAll(id)
		}
		return nil
	})
	if err == nil {
		k.door.hires = nil
	}
	return err
}

func (d *draft) signOutAll(id string) {
	for name, s := range d.board.shift.sessions {
		if s.Who == id {
			d.endSession(name)
		}
	}
}

// leisure is how long after its start a kitchen makes hashes of the PINs that it was given, if nobody has come with one before: a node that
// starts again has orders to show first.
const leisure = 3 * time.Second

// hireAtLeisure makes the hashes beside the first orders, so that the first PIN need not wait for it. Each takes twelve megabytes for a
// moment, and a collection that runs just then lets the heap grow to twice as much: if they were not collected at once, a small node would
// have twice the memory that it needs for minutes after its start.
func (k *Kitchen) hireAtLeisure(ctx context.Context) {
	wait := time.NewTimer(leisure)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return
	}
	select {
	case k.door.turn <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-k.door.turn }()
	if err := k.hire(ctx, debug.FreeOSMemory); err != nil && ctx.Err() == nil {
		k.settings.Log.ErrorContext(ctx, "PINs cannot be kept yet; the next sign-in tries again", "restaurant", k.settings.Restaurant, "err", err)
	}
}

// identify is whose PIN it is; want is whose it should be, empty for anybody's. It reports problem.Invalid "invalid_pin", problem.Refused
// "wrong_pin", and "pin_locked" with the fact "retry_after" in seconds.
func (k *Kitchen) identify(ctx context.Context, pin, want string) (p staff.Person, err error) {
	if !staff.ValidPIN(pin) {
		return p, problem.New(problem.Invalid, "invalid_pin", "A PIN has 4 to 8 digits.").With("path", "pin")
	}
	select {
	case k.door.turn <- struct{}{}:
	case <-ctx.Done():
		return p, ctx.Err()
	}
	defer func() { <-k.door.turn }()
	screen := staff.CallerOf(ctx).Address
	if wait := k.door.strikes.Wait(screen, k.now()); wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		return p, problem.New(problem.Refused, "pin_locked", "Too many wrong PINs at this screen: try again in %d s. Cooking goes on without.", seconds).
			With("retry_after", seconds)
	}
	if err := k.hire(ctx, func() {}); err != nil { // with somebody waiting
		return p, err
	}
	k.mu.RLock()
	people := k.board.shift.people
	k.mu.RUnlock()
	p, ok := staff.Find(people, pin)
	if ok && (want == "" || p.ID == want) {
		return p, nil // what was guessed before stays counted: one's own PIN buys no more guesses at another's
	}
	k.door.strikes.Wrong(screen, k.now())
	err = k.change(ctx, func(d *draft) error {
		d.record(staff.Record{Action: staff.WrongPIN, Subject: want})
		return nil
	})
	if err != nil {
		return p, err
	}
	return staff.Person{}, problem.New(problem.Refused, "wrong_pin", "That is not the PIN of anybody who may do this here: try again.")
}

// SignedIn is a session with whose it is.
type SignedIn struct {
	Person  staff.Person
	Session staff.Session
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
	if in {
		d.listen(cook, d.now, d.settings.Silent)
	} else {
		d.dismiss(cook)
	}
	d.giveOut()
}

// Session is the caller's, if somebody is signed in.
func (k *Kitchen) Session(ctx context.Context) (SignedIn, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	p, s, ok := k.board.desk(k.settings).Who(staff.CallerOf(ctx), k.now())
	return SignedIn{p, s}, ok
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
	desk := k.board.desk(k.settings)
	p, known := desk.Person(cook)
	who, _, signed := desk.Who(staff.CallerOf(ctx), k.now())
	hasPIN := known && slices.ContainsFunc(k.settings.Staff, func(h Hire) bool { return h.ID == cook && h.PIN != "" })
	if !desk.Required || !hasPIN || signed && (who.ID == cook || who.Role.Covers(staff.Manager)) {
		return nil
	}
	return problem.New(problem.Refused, "sign_in_needed", "%s signs in with a PIN: send it as pin.", p.Name).With("path", "pin")
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
