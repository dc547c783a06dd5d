package edge

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
)

// fetchPINs takes the PINs that stand outside the file from the environment.
func (h House) fetchPINs() error {
	var missing []error
	for i := range h.Cooks {
		h.Cooks[i].PIN = os.Expand(h.Cooks[i].PIN, func(name string) string {
			value, ok := os.LookupEnv(name)
			if !ok {
				missing = append(missing, fmt.Errorf("the PIN of %s is to come from the environment: set %s", h.Cooks[i].ID, name))
			}
			return value
		})
	}
	return errors.Join(missing...)
}

// checkStaff says what is wrong with roles and PINs, without saying a PIN.
func (h House) checkStaff() error {
	var wrong []error
	whose := map[string]string{}
	for i, c := range h.Cooks {
		if c.Role != "" && !slices.Contains(staff.Roles(), c.Role) {
			wrong = append(wrong, fmt.Errorf("cook %d (%s): role is %q; write one of %v", i+1, c.ID, c.Role, staff.Roles()))
		}
		if c.PIN == "" {
			continue
		}
		if !staff.ValidPIN(c.PIN) {
			wrong = append(wrong, fmt.Errorf("cook %d (%s): a PIN has 4 to 8 digits", i+1, c.ID))
		}
		if other, taken := whose[c.PIN]; taken {
			wrong = append(wrong, fmt.Errorf("%s and %s have the same PIN: give one of them another", other, c.ID))
		}
		whose[c.PIN] = c.ID
	}
	return errors.Join(wrong...)
}

// staff are the people with their roles and PINs.
func (h House) staff() (hires []kitchen.Hire) {
	for _, c := range h.Cooks {
		hires = append(hires, kitchen.Hire{ID: c.ID, Name: c.Name, Role: c.Role, PIN: c.PIN})
	}
	return hires
}

// needsPINs is what "auto" stands for: PINs are required as soon as a shift manager has one, for without one nobody could let others do what
// they may not.
func (h House) needsPINs(pins string) bool {
	switch pins {
	case pinsRequired:
		return true
	case pinsOptional:
		return false
	}
	return slices.ContainsFunc(h.Cooks, func(c Cook) bool { return c.Role == staff.Manager && c.PIN != "" })
}

// What --pins can be.
const (
	pinsAuto     = "auto"
	pinsOptional = "optional"
	pinsRequired = "required"
)
