package wire

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"awesome.pizza/shared/problem"
)

// Ages beyond which a message is refused. Readings are worth nothing when old; facts may have waited in a device for days.
const (
	MaxAhead      = 5 * time.Minute    // a clock further ahead is wrong
	MaxReadingAge = 24 * time.Hour     // telemetry, positions, probes, scales
	MaxFactAge    = 7 * 24 * time.Hour // events, alerts, presses, statuses
)

const idRule = "1 to 64 letters, digits, '.', '_' or '-'"

// SafeID reports whether s can stand in a topic, a log line and a file name: 1 to 64 letters, digits, '.', '_' or '-'.
func SafeID(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// first is the first error of a list of checks.
func first(checks ...error) error {
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}

// when makes checks that hold only under a condition.
func when(condition bool, checks ...error) error {
	if !condition {
		return nil
	}
	return first(checks...)
}

func refuse(code, field, format string, args ...any) error {
	return problem.New(problem.Invalid, code, format, args...).With("field", field)
}

func id(field, s string) error {
	if !SafeID(s) {
		return refuse("bad_id", field, "%s must be %s, not %q", field, idRule, clip(s))
	}
	return nil
}

func optionalID(field, s string) error { return when(s != "", id(field, s)) }

// text checks a short line for people: printable, at most n characters, and not empty unless it may be.
func text(field, s string, least, most int) error {
	n := utf8.RuneCountInString(s)
	printable := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
	if n < least || n > most || !printable {
		return refuse("bad_text", field, "%s must be %d to %d printable characters", field, least, most)
	}
	return nil
}

func oneOf[S ~string](field string, s S, allowed ...S) error {
	names := make([]string, len(allowed))
	for i, a := range allowed {
		if a == s {
			return nil
		}
		names[i] = string(a)
	}
	return refuse("unknown_value", field, "%s must be one of %s, not %q", field, strings.Join(names, ", "), clip(string(s)))
}

// between checks a quantity; unit is what stands after the numbers, like " °C". A NaN lies nowhere.
func between(field string, x, least, most float64, unit string) error {
	if math.IsNaN(x) || x < least || x > most {
		return refuse("out_of_range", field, "%s must be between %s and %s%s, not %s", field, number(least), number(most), unit, number(x))
	}
	return nil
}

func optionalBetween(field string, x *float64, least, most float64, unit string) error {
	if x == nil {
		return nil
	}
	return between(field, *x, least, most, unit)
}

func number(x float64) string { return fmt.Sprintf("%.6g", x) }

// recent checks that an instant lies neither more than MaxAhead in the future nor more than age in the past.
func recent(field string, at Instant, now time.Time, age time.Duration) error {
	switch {
	case at.After(now.Add(MaxAhead)):
		return refuse("bad_time", field, "%s lies more than %s ahead of now: set the device's clock", field, "5 minutes")
	case at.Before(now.Add(-age)):
		return refuse("bad_time", field, "%s lies more than %d hours back: set the device's clock", field, int(age.Hours()))
	}
	return nil
}

func atMost(field string, n, most int) error {
	if n > most {
		return refuse("too_many", field, "%s may have %d entries, not %d", field, most, n)
	}
	return nil
}

// clip keeps a stranger's words short in our sentences.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
