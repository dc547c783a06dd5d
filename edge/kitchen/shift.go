package kitchen

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/order"
)

// Shift is what a commit changes of people and money.
type Shift struct {
	People    []staff.Person  // all of them, when one changed
	Sessions  []staff.Session // begun, or seen again
	Ended     []string        // names of sessions
	Strikes   []staff.Strike  // as they are now
	Forgiven  []string        // places of strikes that are over
	Known     []staff.Known   // screens at which somebody signed in
	Strangers []string        // names of screens that are known no more
	Audit     []staff.Record  // numbered and chained by the store
	Till      *till.Till      // opened, moved on, or closed
	Cash      []till.Entry
	Runs      []Run      // own drivers who left
	Back      []order.ID // of runs that are over
	Guests    []Guest    // who ordered
	Forget    []string   // a customer's phone number, as it was spelled
}

// ShiftState is what a kitchen has to know of people and money when it starts.
type ShiftState struct {
	People   []staff.Person
	Sessions []staff.Session
	Strikes  []staff.Strike
	Known    []staff.Known
	Till     till.Till // the one that is open
	Runs     []Run
}

// Books is what a kitchen looks up of people and money.
type Books interface {
	Audit(ctx context.Context, day string, after int64, most int) (lines []staff.Record, intact bool, err error)
	CashEntry(ctx context.Context, key string) (e till.Entry, ok bool, err error)
	CashOn(ctx context.Context, day string) ([]till.Entry, error) // of the tills of a day
	Tills(ctx context.Context, day string) ([]till.Till, error)
	LastTill(ctx context.Context, day string) (nth int, err error) // the highest that a day has had, also in the ledger
	SamePhone(ctx context.Context, phone string) (spelled []string, err error)
	Guest(ctx context.Context, phone string) (g Guest, ok bool, err error)
}

func (s Shift) empty() bool {
	return s.People == nil && len(s.Sessions) == 0 && len(s.Ended) == 0 && len(s.Audit) == 0 && s.Till == nil && len(s.Cash) == 0 &&
		len(s.Strikes) == 0 && len(s.Forgiven) == 0 && len(s.Known) == 0 && len(s.Strangers) == 0 && len(s.Runs) == 0 && len(s.Back) == 0 && len(s.Guests) == 0 && len(s.Forget) == 0
}

// shift is what the board has in mind of people and money.
type shift struct {
	people   []staff.Person
	sessions map[string]staff.Session
	strikes  staff.Strikes
	known    map[string]staff.Known
	till     till.Till // closed, or none, when it is not open
	runs     map[order.ID]Run
}

func shiftOf(s ShiftState) shift {
	out := shift{
		people: s.People, till: s.Till, sessions: map[string]staff.Session{}, runs: map[order.ID]Run{}, strikes: staff.Strikes{}, known: map[string]staff.Known{},
	}
	for _, x := range s.Strikes {
		out.strikes[x.Where] = x
	}
	for _, x := range s.Known {
		out.known[x.Name] = x
	}
	for _, x := range s.Sessions {
		out.sessions[x.Name] = x
	}
	for _, r := range s.Runs {
		out.runs[r.Order] = r
	}
	return out
}

// after takes over what a commit has changed.
func (s *shift) after(c Shift) {
	if c.People != nil {
		s.people = c.People
	}
	for _, x := range c.Sessions {
		s.sessions[x.Name] = x
	}
	for _, name := range c.Ended {
		delete(s.sessions, name)
	}
	for _, place := range c.Forgiven {
		delete(s.strikes, place)
	}
	for _, x := range c.Strikes {
		if !slices.Contains(c.Forgiven, x.Where) {
			s.strikes[x.Where] = x
		}
	}
	for _, name := range c.Strangers {
		delete(s.known, name)
	}
	for _, x := range c.Known {
		s.known[x.Name] = x
	}
	if c.Till != nil {
		s.till = *c.Till
	}
	for _, r := range c.Runs {
		s.runs[r.Order] = r
	}
	for _, id := range c.Back {
		delete(s.runs, id)
	}
}

// desk is who works here and who is signed in, as this draft leaves them.
func (d *draft) desk() staff.Desk {
	out := staff.Desk{People: d.board.shift.people, Sessions: d.board.shift.sessions, Required: d.settings.PINs}
	c := d.commit.Shift
	if c.People != nil {
		out.People = c.People
	}
	if len(c.Sessions) > 0 || len(c.Ended) > 0 {
		out.Sessions = maps.Clone(out.Sessions)
		for _, s := range c.Sessions {
			out.Sessions[s.Name] = s
		}
		maps.DeleteFunc(out.Sessions, func(name string, _ staff.Session) bool { return slices.Contains(c.Ended, name) })
	}
	return out
}

// who is the person who is signed in where this comes from; empty when nobody is.
func (d *draft) who() string {
	p, _, _ := d.desk().Who(d.caller, d.now)
	return p.ID
}

// answers is who answers for what is done: whoever is signed in, else the shift manager who gave their word.
func (d *draft) answers() string { return cmp.Or(d.who(), d.caller.Manager) }

// need refuses what the caller may not do, and writes down what they may: the line stands in the same commit as what was done. detail says
// what else somebody would want to know of it.
func (d *draft) need(a staff.Action, subject, reason, detail string) error {
	p, err := d.desk().Permit(a, d.caller, d.now)
	if err != nil {
		return err
	}
	if p.Reason != "" {
		reason = p.Reason
	}
	d.record(staff.Record{Who: p.Who, Action: a, Subject: subject, Manager: p.Manager, Reason: reason, Detail: detail})
	return nil
}

// record adds a line to the audit log.
func (d *draft) record(r staff.Record) {
	r.At, r.Day, r.Screen = d.now, d.settings.Day(d.now), d.caller.Screen
	d.commit.Shift.Audit = append(d.commit.Shift.Audit, r.Clipped())
}

// Guard does something under the eyes of the audit log that the kitchen itself has no part in: it refuses what the caller may not do.
func (k *Kitchen) Guard(ctx context.Context, a staff.Action, subject, detail string) error {
	return k.change(ctx, func(d *draft) error { return d.need(a, subject, "", detail) })
}

// May refuses what the caller may not look at. Looking is not written down.
func (k *Kitchen) May(ctx context.Context, a staff.Action) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	_, err := k.board.desk(k.settings).Permit(a, staff.CallerOf(ctx), k.now())
	return err
}

func (b *board) desk(s Settings) staff.Desk {
	return staff.Desk{People: b.shift.people, Sessions: b.shift.sessions, Required: s.PINs}
}

// AuditMost is how many lines of the audit log are read at once.
const AuditMost = 1000

// Audit is the log of a business day, from the line behind after. intact says that the lines follow each other as they were written.
func (k *Kitchen) Audit(ctx context.Context, day string, after int64) (lines []staff.Record, intact bool, err error) {
	if err := k.May(ctx, staff.ReadAudit); err != nil {
		return nil, false, err
	}
	if day == "" {
		day = k.settings.Day(k.now())
	}
	return k.store.Audit(ctx, day, after, AuditMost)
}

// needForFinished is for food that is made again although it was done: somebody answers for it.
func (d *draft) needForFinished(t Ticket, items []string, reason string) error {
	for _, id := range items {
		if i, ok := t.Progress.Item(id); ok && i.State == order.ItemDone {
			return d.need(staff.RemakeFinished, string(t.Order.ID), reason, i.Name)
		}
	}
	return nil
}
