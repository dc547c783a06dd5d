// Package restaurant is the chain's list of restaurants: where each is, when it is open, what it sells while it cannot be reached, and
// who is connected since when.
//
// Not in here: what is sold (shared/menu), rows (cloud/store), and the messages that say a node is there (cloud/downlink).
package restaurant

import (
	"fmt"
	"time"
	_ "time/tzdata" // zones, on machines that have none
)

// Policy says what a restaurant sells on the web while its link is down.
type Policy string

// The policies.
const (
	Pause Policy = "pause" // nothing: the default
	Queue Policy = "queue" // orders wait for the link, with a longer promise
)

// Restaurant is one row of the registry. The tags serve its JSON in the database and the TOML file that a new chain is seeded from.
type Restaurant struct {
	ID        string  `json:"id" toml:"id"` // also the name of its edge on the link
	Name      string  `json:"name" toml:"name"`
	Address   string  `json:"address" toml:"address"`
	Phone     string  `json:"phone,omitempty" toml:"phone"`
	Latitude  float64 `json:"latitude" toml:"latitude"` // WGS 84 degrees
	Longitude float64 `json:"longitude" toml:"longitude"`
	RadiusKM  float64 `json:"radius_km,omitempty" toml:"radius_km"` // how far it delivers; DefaultRadiusKM when 0
	TimeZone  string  `json:"time_zone" toml:"time_zone"`           // IANA
	Hours     Hours   `json:"hours" toml:"hours"`
	Offline   Policy  `json:"offline_policy,omitempty" toml:"offline_policy"` // empty: Pause
	Paused    bool    `json:"paused,omitempty" toml:"paused"`                 // a person has stopped web orders
	Cooks     int     `json:"cooks,omitempty" toml:"cooks"`                   // hands on the make line; DefaultCooks when 0

	Intake Intake `json:"-" toml:"-"` // what the restaurant itself says of its web orders: not part of the row
}

// Intake says that a restaurant has paused its web orders by itself. The zero value says that it has not.
type Intake struct {
	Since  time.Time
	Until  time.Time // then it takes them again, if it says nothing else
	By     string    // rule, or a person there
	Reason string
}

// Paused reports whether web orders for an instant are not taken.
func (i Intake) Paused(at time.Time) bool { return at.Before(i.Until) }

// What a restaurant has when its row does not say.
const (
	DefaultRadiusKM = 8.0
	DefaultCooks    = 2
)

// Check reports the first thing that is wrong with a row, and fills in what it may leave out.
func (r *Restaurant) Check() error {
	if !validID(r.ID) {
		return fmt.Errorf("restaurant id %q is not 1 to 64 letters, digits, hyphens or underscores", r.ID)
	}
	if r.Name == "" {
		return fmt.Errorf("restaurant %s has no name", r.ID)
	}
	if !(r.Latitude >= -90 && r.Latitude <= 90 && r.Longitude >= -180 && r.Longitude <= 180) {
		return fmt.Errorf("restaurant %s is not on this earth: %v, %v", r.ID, r.Latitude, r.Longitude)
	}
	if _, err := time.LoadLocation(r.TimeZone); err != nil || r.TimeZone == "" || r.TimeZone == "Local" {
		return fmt.Errorf("restaurant %s has the time zone %q, which is no IANA zone like Europe/Rome", r.ID, r.TimeZone)
	}
	if r.RadiusKM < 0 || r.RadiusKM > 200 || r.Cooks < 0 || r.Cooks > 100 {
		return fmt.Errorf("restaurant %s delivers up to %v km with %d cooks; that cannot be", r.ID, r.RadiusKM, r.Cooks)
	}
	switch r.Offline {
	case "", Pause:
		r.Offline = Pause
	case Queue:
	default:
		return fmt.Errorf("restaurant %s has the offline policy %q; it can be pause or queue", r.ID, r.Offline)
	}
	if r.RadiusKM == 0 {
		r.RadiusKM = DefaultRadiusKM
	}
	if r.Cooks == 0 {
		r.Cooks = DefaultCooks
	}
	if err := r.Hours.check(); err != nil {
		return fmt.Errorf("restaurant %s: %w", r.ID, err)
	}
	return nil
}

func validID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}
