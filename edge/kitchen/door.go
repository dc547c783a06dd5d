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
	"awesome.pizza/shared/problem"
)

// door is where PINs are looked at, one after the other: each takes a while, on purpose.
type door struct {
	turn  chan struct{} // held by whoever looks at a PIN
	hires []Hire        // whose PINs have no hash yet; guarded by turn
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
			d.forgetScreens(func(s staff.Known) bool { return s.Who == id })
		}
		return nil
	})
	if err == nil {
		k.door.hires = nil
	}
	return err
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
// "wrong_pin", and "pin_locked" with the fact "retry_after" in seconds. A wrong one is counted before anybody hears that it was, also for a
// caller who has hung up.
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
	if err := k.mayTry(staff.CallerOf(ctx)); err != nil {
		return p, err
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
	err = k.change(context.WithoutCancel(ctx), func(d *draft) error {
		d.record(staff.Record{Action: staff.WrongPIN, Subject: want})
		d.strike()
		return nil
	})
	if err != nil {
		return p, err
	}
	return staff.Person{}, problem.New(problem.Refused, "wrong_pin", "That is not the PIN of anybody who may do this here: try again.")
}

// mayTry refuses a PIN where too many were wrong.
func (k *Kitchen) mayTry(c staff.Caller) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	now := k.now()
	wait := k.board.shift.strikes.Wait(k.board.post(c, k.settings, now), now)
	if wait <= 0 {
		return nil
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	return problem.New(problem.Refused, "pin_locked", "Too many wrong PINs: try again in %d s. Cooking goes on without.", seconds).
		With("retry_after", seconds)
}

// post is where a caller enters a PIN.
func (b *board) post(c staff.Caller, s Settings, now time.Time) staff.Post {
	p := staff.Post{Address: c.Address}
	if known, ok := b.shift.known[c.Known]; ok && known.Live(now) {
		p.Screen = known.Name
	} else if who, _, ok := b.desk(s).Who(c, now); ok {
		p.Person = who.ID
	}
	return p
}

// Knows reports whether somebody has signed in at the caller's screen, or is signed in there.
func (k *Kitchen) Knows(ctx context.Context) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.board.knows(staff.CallerOf(ctx), k.settings, k.now())
}

func (b *board) knows(c staff.Caller, s Settings, now time.Time) bool {
	post := b.post(c, s, now)
	return post.Screen != "" || post.Person != ""
}

// pinGuessing is the alert about somebody who guesses at PINs.
const pinGuessing = "pin_guessing"

// strike counts a wrong PIN of the caller's.
func (d *draft) strike() {
	changed := d.board.shift.strikes.Wrong(d.board.post(d.caller, d.settings, d.now), d.now)
	d.commit.Shift.Strikes = append(d.commit.Shift.Strikes, changed...)
	after := maps.Clone(d.board.shift.strikes)
	for _, s := range changed {
		after[s.Where] = s
	}
	if after.Guessed(d.now) {
		d.raise(Alert{ID: pinGuessing, Device: "door", What: pinGuessing, Level: "warning"})
	}
	d.forgive(after)
}

// forgive forgets wrong PINs that are made good for.
func (d *draft) forgive(strikes staff.Strikes) {
	if _, rings := d.alert(pinGuessing); rings && strikes.Calm(d.now) {
		d.clear(pinGuessing)
	}
	d.commit.Shift.Forgiven = append(d.commit.Shift.Forgiven, strikes.Over(d.now, func(screen string) bool {
		known, is := d.board.shift.known[screen]
		return is && known.Live(d.now)
	})...)
}

// know makes the screen known at which somebody signs in. token is told once and kept nowhere; it is empty when the screen was known.
func (d *draft) know(in SignedIn) (token string) {
	screen, was := d.board.shift.known[d.caller.Known]
	if !was || !screen.Live(d.now) {
		token = rand.Text()
		screen = staff.Known{Name: staff.NameOf(token), Since: d.now}
		d.makeRoomForScreen(in.Person.ID)
		if s, any := d.board.shift.strikes.Inherited(d.board.post(d.caller, d.settings, d.now), screen.Name, d.now); any {
			d.commit.Shift.Strikes = append(d.commit.Shift.Strikes, s)
		}
	}
	screen.Who, screen.Seen = in.Person.ID, d.now
	d.commit.Shift.Known = append(d.commit.Shift.Known, screen)
	return token
}

// makeRoomForScreen forgets the screens that somebody has used longest ago.
func (d *draft) makeRoomForScreen(who string) {
	var theirs []staff.Known
	for _, s := range d.board.shift.known {
		if s.Who == who {
			theirs = append(theirs, s)
		}
	}
	slices.SortFunc(theirs, func(x, y staff.Known) int { return cmp.Or(x.Seen.Compare(y.Seen), cmp.Compare(x.Name, y.Name)) })
	for n := range len(theirs) - staff.KnownEach + 1 {
		d.commit.Shift.Strangers = append(d.commit.Shift.Strangers, theirs[n].Name)
	}
}

// forgetScreens forgets the known screens for which gone holds.
func (d *draft) forgetScreens(gone func(staff.Known) bool) {
	for _, name := range slices.Sorted(maps.Keys(d.board.shift.known)) {
		if gone(d.board.shift.known[name]) && !slices.Contains(d.commit.Shift.Strangers, name) {
			d.commit.Shift.Strangers = append(d.commit.Shift.Strangers, name)
		}
	}
}

// relabelDoor moves when PINs were wrong and screens used: nobody waits for longer, or less long, because the clock was put right.
func (d *draft) relabelDoor(moved func(time.Time) time.Time) {
	for _, s := range d.board.shift.strikes.All() {
		if at := moved(s.Last); !at.Equal(s.Last) {
			s.Last = at
			d.commit.Shift.Strikes = append(d.commit.Shift.Strikes, s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.board.shift.known)) {
		s := d.board.shift.known[name]
		if since, seen := moved(s.Since), moved(s.Seen); !since.Equal(s.Since) || !seen.Equal(s.Seen) {
			s.Since, s.Seen = since, seen
			d.commit.Shift.Known = append(d.commit.Shift.Known, s)
		}
	}
}
