package wire

import "time"

// Probe is a temperature of a fridge, a holding cabinet or a pizza's core.
type Probe struct {
	At             Instant  `json:"at"`
	Celsius        Celsius  `json:"celsius"`
	BatteryPercent *float64 `json:"battery_percent,omitempty"`
}

// Validate checks that a probe can survive what it says it measured.
func (p Probe) Validate(now time.Time) error {
	return first(
		recent("at", p.At, now, MaxReadingAge),
		between("celsius", float64(p.Celsius), -60, 350, " °C"),
		optionalBetween("battery_percent", p.BatteryPercent, 0, 100, " %"),
	)
}

// Scale is a weight on a dough or cheese scale.
type Scale struct {
	At     Instant `json:"at"`
	Grams  float64 `json:"grams"`
	Stable bool    `json:"stable,omitempty"` // the weight no longer moves
}

// Validate allows what a bench scale can carry, and a little below zero for a scale tared with its bowl.
func (s Scale) Validate(now time.Time) error {
	return first(
		recent("at", s.At, now, MaxReadingAge),
		between("grams", s.Grams, -5_000, 200_000, " g"),
	)
}

// Press is how a button was pressed.
type Press string

// Presses of a button.
const (
	Short  Press = "short"
	Long   Press = "long"
	Double Press = "double"
)

// Button is one press of a bump bar or a bell. A press sent again has the same id.
type Button struct {
	ID    string  `json:"id"`
	At    Instant `json:"at"`
	Key   string  `json:"key,omitempty"` // which key of a bar
	Press Press   `json:"press"`
}

// Validate checks ids, time and press.
func (b Button) Validate(now time.Time) error {
	return first(
		id("id", b.ID),
		recent("at", b.At, now, MaxFactAge),
		optionalID("key", b.Key),
		oneOf("press", b.Press, Short, Long, Double),
	)
}

// Lamp is what one lamp of a stack light does.
type Lamp string

// What a lamp can do.
const (
	Dark  Lamp = "off"
	Lit   Lamp = "on"
	Blink Lamp = "blink"
)

// Light is what a stack light shall show.
type Light struct {
	At     Instant `json:"at"`
	Red    Lamp    `json:"red"`
	Amber  Lamp    `json:"amber"`
	Green  Lamp    `json:"green"`
	Buzzer bool    `json:"buzzer,omitempty"`
}

// Validate checks the lamps.
func (l Light) Validate(now time.Time) error {
	return first(
		recent("at", l.At, now, MaxFactAge),
		oneOf("red", l.Red, Dark, Lit, Blink),
		oneOf("amber", l.Amber, Dark, Lit, Blink),
		oneOf("green", l.Green, Dark, Lit, Blink),
	)
}
