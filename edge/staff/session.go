package staff

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// How long a session lasts, besides the end of the business day.
const (
	SessionMost  = 12 * time.Hour
	ManagerIdle  = 30 * time.Minute // a shift manager's, without anything done
	SeenEvery    = 5 * time.Minute  // how often it is written down that a session is in use
	SessionsMost = 200              // of a restaurant; the oldest make room
)

// Session is somebody signed in at a screen.
type Session struct {
	Name   string // of its token, which nobody keeps: see NameOf
	Who    string
	Screen string
	Began  time.Time
	Seen   time.Time // when something was last done in it, to SeenEvery
	Until  time.Time
}

// NameOf is the name of the session with a token.
func NameOf(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Begin is a session that begins now and lasts at most until the business day ends.
func Begin(token, who, screen string, now, dayEnds time.Time) Session {
	until := now.Add(SessionMost)
	if dayEnds.After(now) && dayEnds.Before(until) {
		until = dayEnds
	}
	return Session{Name: NameOf(token), Who: who, Screen: screen, Began: now, Seen: now, Until: until}
}

// Live reports whether the session of somebody with a role is not over.
func (s Session) Live(r Role, now time.Time) bool {
	return now.Before(s.Until) && (r != Manager || now.Sub(s.Seen) < ManagerIdle)
}

// Expires is when it will be over if nothing is done in it.
func (s Session) Expires(r Role) time.Time {
	if idle := s.Seen.Add(ManagerIdle); r == Manager && idle.Before(s.Until) {
		return idle
	}
	return s.Until
}

// Stale reports whether it is time to write down that it is in use.
func (s Session) Stale(now time.Time) bool { return now.Sub(s.Seen) >= SeenEvery }
