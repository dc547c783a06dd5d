package oven

import "math"

// Build is what a chamber is made of. All units are SI.
type Build struct {
	Heater   float64 // W, electric input of the elements
	Share    float64 // of the heater's power that goes straight into the air; the rest goes into stone and walls
	Air      float64 // J/K, heat capacity of what follows the air at once: air, thermocouple, thin sheet metal
	Stone    float64 // J/K, heat capacity of stone and inner walls
	Coupling float64 // W/K between stone and air
	Loss     float64 // W/K through insulation and flue
	Door     float64 // W/K more while the door is open (a belt oven's tunnel is never shut: that is in its Loss)
}

// DeckChamber is one chamber of an electric stone deck oven for four pizzas of 36 cm. Makers' sheets give 5 to 6 kW per
// chamber of 70 × 70 cm and a preheat of three quarters of an hour to an hour to 300 °C; an idle rate (as ASTM F1965 measures it for
// deck ovens) of about 1.5 kW over a kitchen at 24 °C makes a loss of 5.4 W/K. 40 kg of cordierite and steel at 1.0 kJ/(kg·K) make the stone.
func DeckChamber() Build {
	return Build{Heater: 5600, Share: 0.3, Air: 1500, Stone: 40_000, Coupling: 60, Loss: 5.4, Door: 20}
}

// BeltChamber is the tunnel of an electric conveyor oven with a belt of about 80 cm width: 15 kW and impinging air, so that little
// mass has to follow; its open ends lose about 4 kW at 280 °C.
func BeltChamber() Build {
	return Build{Heater: 15_000, Share: 0.8, Air: 6000, Stone: 12_000, Coupling: 120, Loss: 15.6}
}

// Room is how warm a kitchen is, in °C.
const Room = 24.0

// Pizza is what a pizza is to an oven: cold, wet mass. Heat reaches a face at 40 W/(m²·K): radiation of walls at 300 °C onto a cool
// body, 4σεT³ at a mean of 500 K, is 28, natural convection about 10. A crust of nearly 200 °C stands between that and the wet
// inside, so that 16 are left; they steam off about a tenth of a pizza in six minutes, which is what bakers count on. Its specific heat is that of dough and cheese
// with half their mass in water (2.8 kJ/(kg·K); ASHRAE Handbook, Refrigeration, "Thermal Properties of Foods"). Close to 100 °C
// the heat boils water off instead (2,257 kJ/kg, steam tables).
type Pizza struct {
	Mass      float64 // kg
	Area      float64 // m², both faces
	Celsius   float64
	Vapour    float64 // kg of water that has left
	Remaining float64 // kg of water that can leave
}

const (
	heatTransfer = 16.0   // W/(m²·K)
	specificHeat = 2800.0 // J/(kg·K)
	latentHeat   = 2.257e6
	boiling      = 98.0 // °C: pressure of a kitchen a little above the sea
)

// RawPizza is a topped pizza of this diameter in cm as it comes from the make line: 5.5 kg/m², at 12 °C.
func RawPizza(diameterCM int) Pizza {
	face := math.Pi * math.Pow(float64(diameterCM)/200, 2)
	mass := 5.5 * face
	return Pizza{Mass: mass, Area: 2 * face, Celsius: 12, Remaining: 0.4 * mass}
}

// Chamber is the heat balance of one chamber: two bodies, air and stone, each of first order, and the pizzas in it.
type Chamber struct {
	build    Build
	air      float64 // °C
	stone    float64 // °C
	doorOpen bool
	books    Books
}

// Books are the joules that went in and out since the beginning. In - Lost - Baked is what is stored.
type Books struct{ In, Lost, Baked float64 }

// NewChamber is a chamber that has been at this temperature for long.
func NewChamber(b Build, celsius float64) *Chamber {
	return &Chamber{build: b, air: celsius, stone: celsius}
}

// Celsius is the true temperature of the air.
func (c *Chamber) Celsius() float64 { return c.air }

// Stored is the heat in air and stone above 0 °C, in joules.
func (c *Chamber) Stored() float64 { return c.air*c.build.Air + c.stone*c.build.Stone }

// Books are its joules so far.
func (c *Chamber) Books() Books { return c.books }

// SetDoor opens or shuts the door.
func (c *Chamber) SetDoor(open bool) { c.doorOpen = open }

// longestStep keeps the explicit integration far inside its stable range: the quickest time constant, air, is about 17 s.
const longestStep = 0.5

// Advance lets seconds pass with the elements on or off and these pizzas inside.
func (c *Chamber) Advance(seconds float64, heat bool, inside []*Pizza) {
	for seconds > 0 {
		dt := min(seconds, longestStep)
		c.step(dt, heat, inside)
		seconds -= dt
	}
}

func (c *Chamber) step(dt float64, heat bool, inside []*Pizza) {
	var power float64
	if heat {
		power = c.build.Heater
	}
	loss := c.build.Loss
	if c.doorOpen {
		loss += c.build.Door
	}
	lost := loss * (c.air - Room) * dt
	exchanged := c.build.Coupling * (c.stone - c.air) * dt
	fromAir, fromStone := 0.0, 0.0
	for _, p := range inside {
		top, bottom := p.takes(c.air, dt), p.takes(c.stone, dt)
		fromAir, fromStone = fromAir+top, fromStone+bottom
		p.absorb(top + bottom)
	}
	c.air += (power*dt*c.build.Share + exchanged - lost - fromAir) / c.build.Air
	c.stone += (power*dt*(1-c.build.Share) - exchanged - fromStone) / c.build.Stone
	c.books.In += power * dt
	c.books.Lost += lost
	c.books.Baked += fromAir + fromStone
}

// takes is the heat in joules that one face takes from surroundings of this temperature.
func (p *Pizza) takes(celsius, dt float64) float64 {
	return heatTransfer * p.Area / 2 * (celsius - p.Celsius) * dt
}

func (p *Pizza) absorb(joules float64) {
	if p.Celsius >= boiling && joules > 0 && p.Remaining > 0 {
		gone := min(joules/latentHeat, p.Remaining)
		p.Vapour, p.Remaining = p.Vapour+gone, p.Remaining-gone
		joules -= gone * latentHeat
	}
	p.Celsius += joules / (p.Mass * specificHeat)
}
