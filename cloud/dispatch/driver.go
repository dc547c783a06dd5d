package dispatch

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// Check reports the first thing that is wrong with a driver who is to be registered, as problem.Invalid "invalid_driver" with the fact "path", and fills in
// what may be left out.
func (d *Driver) Check() error {
	if d.Vehicle == "" {
		d.Vehicle = Car
	}
	d.Name, d.Phone = strings.TrimSpace(d.Name), strings.TrimSpace(d.Phone)
	switch {
	case d.ID != "" && !wire.SafeID(d.ID):
		return invalid("id", "an id is 1 to 64 letters, digits, '.', '_' or '-'")
	case strings.HasPrefix(d.ID, "courier."):
		return invalid("id", "ids that begin with courier. are those of delivery companies")
	case !line(d.Name, 1, 100):
		return invalid("name", "the name has 1 to 100 printable characters")
	case len(d.Phone) > 32 || d.Phone != "" && (strings.Trim(d.Phone, "+0123456789 ()-./*#") != "" || !strings.ContainsAny(d.Phone, "0123456789")):
		return invalid("phone", "a phone number is up to 32 digits, with + - / . ( ) * # and blanks between them")
	case !d.Vehicle.Known():
		return invalid("vehicle", "vehicle is %q; it can be car, scooter, bicycle or foot", d.Vehicle)
	case !(d.SpeedKMH >= 0 && d.SpeedKMH <= 200):
		return invalid("speed_kmh", "the speed is between 0 and 200 km/h; 0 is the vehicle's usual one")
	}
	return nil
}

func line(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && n >= least && n <= most && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

func invalid(path, format string, args ...any) error {
	return problem.New(problem.Invalid, "invalid_driver", format, args...).With("path", path)
}
