package staff

import (
	"slices"
	"time"

	"awesome.pizza/shared/problem"
)

// Desk is what is known when somebody asks: who works here, who is signed in where, and whether anybody has to be.
type Desk struct {
	People   []Person
	Sessions map[string]Session
	Required bool // what has a level needs a person; otherwise it is only written down who did it
}

// Permit is who does something: Who is empty when nobody is signed in, Manager when nobody else had to give their word.
type Permit struct {
	Who     string
	Manager string
	Reason  string
}

// Person finds somebody.
func (d Desk) Person(id string) (Person, bool) {
	n := slices.IndexFunc(d.People, func(p Person) bool { return p.ID == id })
	if n < 0 {
		return Person{}, false
	}
	return d.People[n], true
}

// Who is the person whose session a caller has, and the session; ok is false when there is none or it is over.
func (d Desk) Who(c Caller, now time.Time) (p Person, s Session, ok bool) {
	if c.Session == "" {
		return p, s, false
	}
	if s, ok = d.Sessions[c.Session]; !ok {
		return p, s, false
	}
	p, ok = d.Person(s.Who)
	return p, s, ok && p.PIN != "" && s.Live(p.Role, now)
}

// Permit judges whether a caller may do something. It reports problem.Refused "sign_in_needed" or "role_needed", with the facts "action" and
// "needs".
func (d Desk) Permit(a Action, c Caller, now time.Time) (Permit, error) {
	level := LevelOf(a)
	p, _, signed := d.Who(c, now)
	out := Permit{Manager: c.Manager, Reason: c.Reason}
	if signed {
		out.Who = p.ID
	}
	if signed && p.Role.Covers(level.Role) || !d.Required {
		return out, nil
	}
	if m, ok := d.Person(c.Manager); ok && m.Role.Covers(Manager) {
		return out, nil
	}
	if !signed {
		return out, problem.New(problem.Refused, "sign_in_needed", "Sign in with your PIN to %s, or let a shift manager enter theirs with a reason.", level.Words).
			With("action", a).With("needs", level.Role)
	}
	return out, problem.New(problem.Refused, "role_needed", "%s cannot %s: it takes a %s. A shift manager can enter their PIN with a reason.",
		p.Name, level.Words, level.Role.words()).With("action", a).With("needs", level.Role)
}

func (r Role) words() string {
	if r == Manager {
		return "shift manager"
	}
	if r == Counter {
		return "person of the counter"
	}
	return string(r)
}
