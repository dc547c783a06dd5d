package till

import (
	"cmp"
	"maps"
	"slices"

	"awesome.pizza/shared/order"
)

// Report is what the ledger of a day says.
type Report struct {
	Day      string `json:"day"`
	Currency string `json:"currency"`
	Tills    []Till `json:"-"`

	Methods  []Line `json:"by_method"`
	Channels []Line `json:"by_channel"`
	People   []Line `json:"by_person"`
	Drivers  []Line `json:"by_driver"`
	Bags     []Bag  `json:"bags"` // of the cloud's drivers, in the order in which they came in

	Taken     int64 `json:"taken"` // payments
	Refunds   int64 `json:"refunds"`
	Discounts int64 `json:"discounts"`
	Drops     int64 `json:"drops"`
	PayOuts   int64 `json:"pay_outs"`
	PayIns    int64 `json:"pay_ins"`
	NoSales   int   `json:"no_sales"`
}

// Line is what one method, channel, person or driver took and gave back.
type Line struct {
	Name     string `json:"name"`
	Payments int    `json:"payments"`
	Taken    int64  `json:"taken"`
	Refunds  int64  `json:"refunds"`
	Net      int64  `json:"net"`
	Short    int64  `json:"short,omitempty"` // drivers: what they have not brought yet
}

// Sum makes the report of a day's ledger.
func Sum(day, currency string, tills []Till, entries []Entry) Report {
	r := Report{Day: day, Currency: currency, Tills: tills}
	methods, channels, people, drivers := lines{}, lines{}, lines{}, lines{}
	missing, carried := shorts{}, bags{}
	for _, e := range entries {
		switch e.Kind {
		case Payment, Refund:
			methods.add(string(e.Method), e)
			channels.add(string(e.Channel), e)
			people.add(e.Who, e)
			if e.Driver != "" {
				drivers.add(e.Driver, e)
			}
			if e.Kind == Payment {
				missing.settle(e)
				r.Taken += e.Amount
			} else {
				r.Refunds += e.Amount
			}
		case Discount:
			missing.settle(e)
			r.Discounts += e.Amount
		case Drop:
			r.Drops += e.Amount
		case PayOut:
			r.PayOuts += e.Amount
		case PayIn:
			r.PayIns += e.Amount
		case NoSale:
			r.NoSales++
		case Short:
			missing[e.Order] = short{e.Driver, e.Amount}
		case BagOut, BagIn:
			carried.add(e)
		case Opened, Closed:
		}
	}
	missing.into(drivers)
	r.Bags = carried.sorted()
	r.Methods, r.Channels, r.People, r.Drivers = methods.sorted(), channels.sorted(), people.sorted(), drivers.sorted()
	return r
}

// shorts are what own drivers have not brought for orders.
type shorts map[order.ID]short

type short struct {
	driver string
	amount int64
}

// settle takes off what was paid or let go afterwards. What the driver handed in when they came back is not in what is missing.
func (s shorts) settle(e Entry) {
	if m, known := s[e.Order]; known && e.Driver == "" {
		m.amount = max(0, m.amount-e.Amount)
		s[e.Order] = m
	}
}

func (s shorts) into(drivers lines) {
	for _, m := range s {
		if m.amount > 0 {
			line := drivers[m.driver]
			line.Name, line.Short = m.driver, line.Short+m.amount
			drivers[m.driver] = line
		}
	}
}

type lines map[string]Line

func (l lines) add(name string, e Entry) {
	line := l[name]
	line.Name = name
	if e.Kind == Payment {
		line.Payments++
		line.Taken += e.Amount
	} else {
		line.Refunds += e.Amount
	}
	line.Net = line.Taken - line.Refunds
	l[name] = line
}

func (l lines) sorted() []Line {
	out := make([]Line, 0, len(l))
	return append(out, slices.SortedFunc(maps.Values(l), func(x, y Line) int { return cmp.Compare(x.Name, y.Name) })...)
}
