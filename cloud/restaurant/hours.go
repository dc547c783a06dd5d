package restaurant

import (
	"fmt"
	"strings"
	"time"
)

// Hours are the opening hours of a week, in the restaurant's own zone: spans like "11:00-23:00", by the day they begin on. A span that
// ends at or before its beginning goes past midnight: fri ["18:00-02:00"] ends on Saturday. "00:00-24:00" is all day. Hours without any span
// are open at all times.
type Hours struct {
	Mon []string `json:"mon,omitempty" toml:"mon"`
	Tue []string `json:"tue,omitempty" toml:"tue"`
	Wed []string `json:"wed,omitempty" toml:"wed"`
	Thu []string `json:"thu,omitempty" toml:"thu"`
	Fri []string `json:"fri,omitempty" toml:"fri"`
	Sat []string `json:"sat,omitempty" toml:"sat"`
	Sun []string `json:"sun,omitempty" toml:"sun"`
}

// Daily are the same hours on every day.
func Daily(spans ...string) Hours {
	return Hours{Mon: spans, Tue: spans, Wed: spans, Thu: spans, Fri: spans, Sat: spans, Sun: spans}
}

// Timetable is a restaurant's hours with its zone looked up, for whoever asks often.
type Timetable struct {
	hours Hours
	zone  *time.Location
}

// Timetable looks the zone up.
func (r *Restaurant) Timetable() Timetable { return Timetable{r.Hours, r.zone()} }

// OpenAt reports whether the restaurant is open at an instant.
func (r *Restaurant) OpenAt(t time.Time) bool { return r.Timetable().OpenAt(t) }

// Opens is the next instant, from t on, at which the restaurant is open; ok is false if there is none within eight days.
func (r *Restaurant) Opens(t time.Time) (opens time.Time, ok bool) { return r.Timetable().Opens(t) }

// OpenAt is as for a Restaurant.
func (tt Timetable) OpenAt(t time.Time) bool {
	if tt.hours.always() {
		return true
	}
	for back := range 2 { // a span that began yesterday may still run
		for _, s := range tt.hours.on(t.In(tt.zone), -back, tt.zone) {
			if !t.Before(s.from) && t.Before(s.to) {
				return true
			}
		}
	}
	return false
}

// Opens is as for a Restaurant.
func (tt Timetable) Opens(t time.Time) (opens time.Time, ok bool) {
	if tt.OpenAt(t) {
		return t, true
	}
	for ahead := range 9 {
		for _, s := range tt.hours.on(t.In(tt.zone), ahead, tt.zone) {
			if s.to.After(s.from) && s.from.After(t) && (!ok || s.from.Before(opens)) {
				opens, ok = s.from, true
			}
		}
		if ok {
			return opens.UTC(), true
		}
	}
	return time.Time{}, false
}

// Location is the restaurant's time zone.
func (r *Restaurant) Location() *time.Location { return r.zone() }

func (r *Restaurant) zone() *time.Location {
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		return time.UTC // Check refuses such a row
	}
	return zone
}

// dayStarts is the hour at which a day begins: an order after midnight is of the evening before. Kitchens count so unless they are told otherwise.
const dayStarts = 4

// Day is a day at a restaurant, by its own clocks: from an instant until before another.
type Day struct {
	Restaurant string
	From, To   time.Time
}

// Day is when a date was, or will be, at the restaurant.
func (r *Restaurant) Day(date time.Time) Day {
	y, m, d := date.Date()
	at := func(d int) time.Time { return time.Date(y, m, d, dayStarts, 0, 0, 0, r.zone()).UTC() }
	return Day{Restaurant: r.ID, From: at(d), To: at(d + 1)}
}

type span struct{ from, to time.Time }

// on are the spans that begin days after the local day of t, as instants: a day with a change to or from summer time is shorter or longer.
func (h *Hours) on(t time.Time, days int, zone *time.Location) []span {
	y, m, d := t.Date()
	day := time.Date(y, m, d+days, 12, 0, 0, 0, zone) // noon: no clock changes there
	var out []span
	for _, text := range h.day(day.Weekday()) {
		from, to, err := minutesOf(text)
		if err != nil {
			continue // Check refuses such a row
		}
		at := func(minute int) time.Time { return time.Date(y, m, d+days, 0, minute, 0, 0, zone) }
		out = append(out, span{at(from), at(to)})
	}
	return out
}

func (h *Hours) day(d time.Weekday) []string {
	return [...][]string{h.Sun, h.Mon, h.Tue, h.Wed, h.Thu, h.Fri, h.Sat}[d]
}

func (h *Hours) always() bool {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(h.day(d)) > 0 {
			return false
		}
	}
	return true
}

func (h *Hours) check() error {
	for d := time.Sunday; d <= time.Saturday; d++ {
		for _, text := range h.day(d) {
			if _, _, err := minutesOf(text); err != nil {
				return fmt.Errorf("hours of %s: %w", d, err)
			}
		}
	}
	return nil
}

const dayMinutes = 24 * 60

// minutesOf reads "18:00-02:00" as minutes of the day it begins on: 1080 to 1560.
func minutesOf(text string) (from, to int, err error) {
	a, b, _ := strings.Cut(text, "-")
	from, okFrom := minuteOf(a)
	to, okTo := minuteOf(b)
	if !okFrom || !okTo || from == dayMinutes {
		return 0, 0, fmt.Errorf("%q is not a span like 11:00-23:00", text)
	}
	if to <= from {
		to += dayMinutes
	}
	return from, to, nil
}

func minuteOf(text string) (int, bool) {
	if text == "24:00" {
		return dayMinutes, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == len("15:04")
}
