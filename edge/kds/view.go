package kds

import (
	"time"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// moment is a time as everybody writes it: RFC 3339, UTC, milliseconds.
type moment time.Time

// MarshalText writes it.
func (i moment) MarshalText() ([]byte, error) { return []byte(clock.Format(time.Time(i))), nil }

// UnmarshalText reads it.
func (i *moment) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	*i = moment(t)
	return err
}

// Time is the instant; of none, the zero time.
func (i *moment) Time() time.Time {
	if i == nil {
		return time.Time{}
	}
	return time.Time(*i)
}

// Moment is a time as the LAN writes it.
type Moment = moment

// At is a moment, or nil for the zero time.
func At(t time.Time) *Moment { return at(t) }

// at is a moment, or nil for the zero time and for none.
func at(t time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	i := moment(t)
	return &i
}

func atMaybe(t *time.Time) *moment {
	if t == nil {
		return nil
	}
	return at(*t)
}

// OvenView is an oven as the displays draw it.
type OvenView struct {
	ID           string        `json:"id"`
	Kind         string        `json:"kind"`  // "deck" or "belt"
	State        string        `json:"state"` // "ok", "warming", "cold", "hot", "silent" or "fault"; of several decks the worst
	Slots        int           `json:"slots"` // places, numbered from 1; on a belt: lanes
	Chambers     []ChamberView `json:"chambers"`
	Band         *BandView     `json:"band,omitempty"` // where the temperature should be
	BeltCMPerMin *float64      `json:"belt_cm_per_min,omitempty"`
	Items        []OvenItem    `json:"items"`
	Heard        *Moment       `json:"heard,omitempty"`  // when the oven last spoke
	HotAt        *Moment       `json:"hot_at,omitempty"` // warming: when it will be in its band
	Decks        []DeckView    `json:"decks,omitempty"`  // where it has several
	Broken       []int         `json:"broken_slots,omitempty"`
}

// DeckView is how one deck of several is.
type DeckView struct {
	Deck  int     `json:"deck"` // from 1
	State string  `json:"state"`
	HotAt *Moment `json:"hot_at,omitempty"`
}

// ChamberView is a place in an oven with an air temperature of its own, in degrees Celsius.
type ChamberView struct {
	Name    string  `json:"name"`
	Celsius float64 `json:"celsius"`
}

// BandView is the band in which an oven's air should be, in degrees Celsius.
type BandView struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// OvenItem says that a slot is taken since an instant, and by which item if that is known.
type OvenItem struct {
	Slot  int      `json:"slot"`
	Since *Moment  `json:"since"`
	Order order.ID `json:"order_id,omitempty"`
	Item  string   `json:"item,omitempty"`
}

// LinkView is the line to the cloud.
type LinkView struct {
	State   string  `json:"state"`            // "up" or "down"
	Cause   string  `json:"cause"`            // of down: one of Causes
	Detail  string  `json:"detail,omitempty"` // a sentence about it, when the node has more to say than the word
	Device  string  `json:"device,omitempty"` // whom the node speaks as: its public key
	Since   *Moment `json:"since"`
	Backlog int     `json:"backlog"` // facts the cloud has not acknowledged
	Oldest  *Moment `json:"oldest_unsent,omitempty"`
}

// Causes are the words for why the line is down: where it ends, or what is wrong with it.
func Causes() []string {
	return []string{
		"lan",        // the node has no network
		"internet",   // the chain's hub cannot be reached
		"cloud",      // the hub is there, the cloud does not answer
		"fenced",     // this box was replaced by another
		"healing",    // node and cloud hold different histories and are putting them together
		"credential", // the node's credential has run out, or is refused
		"schema",     // the cloud and this node's program are too far apart in age
		"alone",      // the restaurant belongs to no chain: there is no line
		"disk",       // what the node has to send cannot be read from its disk
	}
}

// boardView is GET /api/board and the first event of its stream.
type boardView struct {
	Seq        uint64       `json:"seq"`
	Now        *moment      `json:"now"`
	Restaurant string       `json:"restaurant"`
	UI         string       `json:"ui"`    // changes when the pages do: an open page loads itself anew
	Clock      string       `json:"clock"` // "trusted" or "doubtful"
	Link       LinkView     `json:"link"`
	Tickets    []ticketView `json:"tickets"`
	Cooks      []cookView   `json:"cooks"`
	Alerts     []alertView  `json:"alerts"`
	Ovens      []OvenView   `json:"ovens"`
	Intake     intakeView   `json:"intake"`

	Printers []PrinterView `json:"printers"`
	Sensors  []SensorView  `json:"sensors"`

	SoldOut stock.SoldOut `json:"sold_out"` // what of the menu cannot be had
}

// changeView is one commit on the stream.
type changeView struct {
	Seq     uint64       `json:"seq"`
	Now     *moment      `json:"now"`
	Tickets []ticketView `json:"tickets"`
	Gone    []order.ID   `json:"gone"`
	Cooks   []cookView   `json:"cooks"`
	Alerts  []alertView  `json:"alerts"`
	Cleared []string     `json:"cleared"`
	Intake  *intakeView  `json:"intake,omitempty"` // when it changed

	SoldOut *stock.SoldOut `json:"sold_out,omitempty"` // all of it, when it is not as before
}

type cookView struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Skills   []string `json:"skills"`
	SignedIn bool     `json:"signed_in"`
	Load     int      `json:"load"`
	Away     bool     `json:"away,omitempty"` // silent for so long that nobody gives them tickets
}

type alertView struct {
	ID     string   `json:"id"`
	Device string   `json:"device"`
	What   string   `json:"what"`
	Level  string   `json:"level"`
	Order  order.ID `json:"order_id,omitempty"`
	Since  *moment  `json:"since"`
}

// ticketView is an order as displays show it.
type ticketView struct {
	ID         order.ID         `json:"order_id"`
	Number     int              `json:"number"`
	Rank       string           `json:"rank"` // tickets sort by it as the kitchen works
	Channel    order.Channel    `json:"channel"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	Customer   string           `json:"customer"`
	State      order.Kitchen    `json:"state"`
	Status     order.StatusName `json:"status"`
	Version    int              `json:"version"`
	Cook       string           `json:"cook,omitempty"`
	AgeSeconds int              `json:"age_s"` // without the time on hold
	Since      *moment          `json:"since"`
	PlacedAt   *moment          `json:"placed_at"`
	QueuedAt   *moment          `json:"queued_at,omitempty"`
	Rendered   *moment          `json:"rendered_at,omitempty"` // when a screen said first that it shows the ticket
	Promise    promiseView      `json:"promise"`
	Ready      *moment          `json:"ready,omitempty"`
	Wanted     *moment          `json:"wanted_at,omitempty"` // scheduled: when the guest wants it
	FireAt     *moment          `json:"fire_at,omitempty"`   // hold: started now, it would wait for whoever fetches it
	Total      money.Amount     `json:"total"`
	Delivery   deliveryView     `json:"delivery"`
	Items      []itemView       `json:"items"`
	Recovered  bool             `json:"recovered,omitempty"` // the node had lost it: a cook has to confirm where it is
	Was        int              `json:"was,omitempty"`       // the number people may call it by

	lifeView
}

type promiseView struct {
	From    *moment  `json:"from"`
	To      *moment  `json:"to"`
	Because []string `json:"because,omitempty"`
}

type deliveryView struct {
	State  order.Delivery `json:"state"`
	Driver *driverView    `json:"driver,omitempty"`
}

type driverView struct {
	ID      string  `json:"id"`
	Name    string  `json:"name,omitempty"`
	Arrives *moment `json:"arrives,omitempty"`
	Courier string  `json:"courier,omitempty"` // the delivery company; empty: the chain's own driver
	Code    string  `json:"code,omitempty"`    // what a courier says at the counter
}

type itemView struct {
	ID          string          `json:"id"`
	Line        int             `json:"line"`
	Product     string          `json:"product"`
	Half        string          `json:"half,omitempty"`
	HalfName    string          `json:"half_name,omitempty"`
	Name        string          `json:"name"`
	Size        string          `json:"size,omitempty"`
	Crust       string          `json:"crust,omitempty"` // when it is not the usual one; so with sauce and cut
	CrustName   string          `json:"crust_name,omitempty"`
	Sauce       string          `json:"sauce,omitempty"`
	SauceName   string          `json:"sauce_name,omitempty"`
	Cut         string          `json:"cut,omitempty"`
	CutName     string          `json:"cut_name,omitempty"`
	Station     string          `json:"station"` // where it is now
	State       order.ItemState `json:"state"`
	Quantity    int             `json:"quantity_of_line"`
	Bakes       bool            `json:"bakes"`
	MakeSeconds int             `json:"make_seconds"`
	BakeSeconds int             `json:"bake_seconds"`
	Toppings    []toppingView   `json:"toppings,omitempty"`
	Note        string          `json:"note,omitempty"`
	Allergens   []string        `json:"allergens,omitempty"`
	Avoid       []string        `json:"avoid,omitempty"`    // allergens that must not get to who eats it
	Conflict    []string        `json:"conflict,omitempty"` // those of them that are in it all the same
	Remakes     int             `json:"remakes,omitempty"`
	Since       *moment         `json:"since,omitempty"` // when it came into its state
	Slot        *slotView       `json:"slot,omitempty"`  // in which oven it lies, as a sensor saw it
	Plan        *planView       `json:"plan,omitempty"`  // how the schedule sees it through the kitchen
}

type planView struct {
	Cook  string  `json:"cook,omitempty"`
	Start *moment `json:"start_at,omitempty"`
	Oven  string  `json:"oven,omitempty"`
	Deck  int     `json:"deck,omitempty"`
	In    *moment `json:"in_at,omitempty"`
	Out   *moment `json:"out_at,omitempty"`
	Ready *moment `json:"ready"`
}

type slotView struct {
	Oven string `json:"oven"`
	Slot int    `json:"slot"`
}

type toppingView struct {
	Topping   string          `json:"topping"`
	Name      string          `json:"name,omitempty"`
	Placement order.Placement `json:"placement,omitempty"`
	Amount    order.Amount    `json:"amount,omitempty"`
}
