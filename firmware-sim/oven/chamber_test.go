package oven_test

import (
	"math"
	"testing"

	"go.uber.org/goleak"

	"awesome.pizza/firmware-sim/oven"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAColdDeckHeatsSteadilyToItsSetPointInAboutAnHour(t *testing.T) {
	t.Parallel()
	c, before, seconds := oven.NewChamber(oven.DeckChamber(), oven.Room), oven.Room, 0.0
	for c.Celsius() < 310 {
		c.Advance(10, true, nil)
		if c.Celsius() <= before {
			t.Fatalf("after %.0f s of heating the air fell from %.2f to %.2f °C", seconds, before, c.Celsius())
		}
		before, seconds = c.Celsius(), seconds+10
		if seconds > 2*3600 {
			t.Fatalf("still at %.0f °C after two hours", c.Celsius())
		}
	}
	if minutes := seconds / 60; minutes < 25 || minutes > 75 {
		t.Errorf("preheating took %.0f minutes; makers promise about three quarters of an hour", minutes)
	}
}

func TestAnOvenThatIsOffFallsTowardsTheRoomAndNeverBelow(t *testing.T) {
	t.Parallel()
	c, before := oven.NewChamber(oven.DeckChamber(), 310), 310.0
	for range 48 * 6 {
		c.Advance(600, false, nil)
		if c.Celsius() >= before && before > oven.Room+1 || c.Celsius() < oven.Room {
			t.Fatalf("went from %.2f to %.2f °C in a room of %.0f °C", before, c.Celsius(), oven.Room)
		}
		before = c.Celsius()
	}
	if before > oven.Room+5 {
		t.Errorf("still at %.1f °C after two days", before)
	}
}

func TestAnOpenDoorCostsDegreesThatComeBack(t *testing.T) {
	t.Parallel()
	c := oven.NewChamber(oven.DeckChamber(), 310)
	c.SetDoor(true)
	c.Advance(8, true, nil)
	dip := c.Celsius()
	if dip > 300 || dip < 200 {
		t.Errorf("eight seconds of open door brought the air to %.1f °C", dip)
	}
	c.SetDoor(false)
	c.Advance(120, true, nil)
	if c.Celsius() < 305 {
		t.Errorf("two minutes later the air is at %.1f °C", c.Celsius())
	}
}

func TestNoJouleIsLostOrMade(t *testing.T) {
	t.Parallel()
	for name, build := range map[string]oven.Build{"deck": oven.DeckChamber(), "belt": oven.BeltChamber()} {
		c := oven.NewChamber(build, 280)
		start, pizzas := c.Stored(), []*oven.Pizza{new(oven.RawPizza(36)), new(oven.RawPizza(26))}
		for step := range 600 {
			c.SetDoor(step%60 < 5)
			c.Advance(1, step%3 > 0, pizzas)
		}
		b := c.Books()
		if difference := c.Stored() - start - (b.In - b.Lost - b.Baked); math.Abs(difference) > 1e-6*b.In {
			t.Errorf("%s: %.3f J of %.0f are unaccounted for", name, difference, b.In)
		}
		if b.Baked <= 0 || b.Lost <= 0 {
			t.Errorf("%s: pizzas took %.0f J, the kitchen %.0f J", name, b.Baked, b.Lost)
		}
	}
}

func TestSixMinutesBakeALargePizza(t *testing.T) {
	t.Parallel()
	c, p := oven.NewChamber(oven.DeckChamber(), 310), oven.RawPizza(36)
	c.Advance(360, true, []*oven.Pizza{&p})
	if p.Celsius < 95 || p.Celsius > 110 {
		t.Errorf("its crumb has %.0f °C; bread is baked at 94 to 99", p.Celsius)
	}
	if share := p.Vapour / p.Mass; share < 0.05 || share > 0.2 {
		t.Errorf("%.0f %% of it went up as steam; bakers count on a tenth", 100*share)
	}
}

func TestAFullDeckPullsTheTemperatureDown(t *testing.T) {
	t.Parallel()
	empty, full := oven.NewChamber(oven.DeckChamber(), 310), oven.NewChamber(oven.DeckChamber(), 310)
	var load []*oven.Pizza
	for range 4 {
		load = append(load, new(oven.RawPizza(36)))
	}
	empty.Advance(90, true, nil)
	full.Advance(90, true, load)
	if drop := empty.Celsius() - full.Celsius(); drop < 5 || drop > 80 {
		t.Errorf("four raw pizzas cost %.1f K in a minute and a half", drop)
	}
}
