package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// doc is what was ordered: it is written once, and again when a restaurant changes the lines of an order of its own.
type doc struct {
	Order order.Order  `json:"order"`
	Items []order.Item `json:"items"` // as they began
}

// state is how far an order has come: it is written with every change. What the edge sends can be in here as it is: json, unlike text,
// takes any character.
type state struct {
	Intake      order.Intake      `json:"intake"`
	Whole       order.Kitchen     `json:"whole"`
	Delivery    order.Delivery    `json:"delivery"`
	Items       []itemState       `json:"items"` // in the order of doc.Items
	Number      int               `json:"number,omitempty"`
	Driver      *ordering.Driver  `json:"driver,omitempty"`
	Courier     *ordering.Courier `json:"courier,omitempty"`
	Arrives     *time.Time        `json:"arrives,omitempty"`
	Expected    *time.Time        `json:"expected,omitempty"`
	Ready       *time.Time        `json:"ready,omitempty"`
	KitchenAsOf time.Time         `json:"as_of"`
	CancelAsked *time.Time        `json:"cancel_asked,omitempty"`
	Reason      string            `json:"reason,omitempty"`
	Overdue     bool              `json:"overdue,omitempty"`
	Steps       []ordering.Step   `json:"steps"`
	Hands       []ordering.Hand   `json:"hands,omitempty"`
}

type itemState struct {
	State   order.ItemState `json:"s"`
	Remakes int             `json:"r,omitempty"`
}

const recordColumns = `id::text, arrival, token, version, doc, state`

// recordRow is a record with its state as the database holds it.
type recordRow struct {
	ordering.Record
	state []byte
}

func scanRecord(row pgx.CollectableRow) (*recordRow, error) {
	var (
		r   recordRow
		d   doc
		raw []byte
		id  string
	)
	if err := row.Scan(&id, &r.Arrival, &r.Token, &r.Version, &raw, &r.state); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read order %s: %w", id, err)
	}
	var st state
	if err := json.Unmarshal(r.state, &st); err != nil {
		return nil, fmt.Errorf("read state of order %s: %w", id, err)
	}
	if len(st.Items) != len(d.Items) {
		return nil, fmt.Errorf("order %s has %d items and the state of %d", id, len(d.Items), len(st.Items))
	}
	for i, s := range st.Items {
		d.Items[i].State, d.Items[i].Remakes = s.State, s.Remakes
	}
	r.Order = d.Order
	r.Progress = order.Progress{Origin: d.Order.Origin, Intake: st.Intake, Whole: st.Whole, Delivery: st.Delivery, Items: d.Items}
	r.Number, r.Driver, r.Arrives, r.Ready, r.KitchenAsOf = st.Number, st.Driver, st.Arrives, st.Ready, st.KitchenAsOf
	r.Expected, r.CancelAsked, r.Reason, r.Overdue, r.Steps = st.Expected, st.CancelAsked, st.Reason, st.Overdue, st.Steps
	r.Courier, r.Hands = st.Courier, st.Hands
	return &r, nil
}

func scanPlain(row pgx.CollectableRow) (ordering.Record, error) {
	r, err := scanRecord(row)
	if err != nil {
		return ordering.Record{}, err
	}
	return r.Record, nil
}

func encodeDoc(r *ordering.Record) ([]byte, error) {
	d := doc{Order: r.Order, Items: slices.Clone(r.Progress.Items)}
	for i := range d.Items {
		d.Items[i].State, d.Items[i].Remakes = order.ItemQueued, 0
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write order %s: %w", r.Order.ID, err)
	}
	return raw, nil
}

func encodeState(r *ordering.Record) ([]byte, error) {
	p := &r.Progress
	st := state{
		Intake: p.Intake, Whole: p.Whole, Delivery: p.Delivery, Items: make([]itemState, len(p.Items)),
		Number: r.Number, Driver: r.Driver, Courier: r.Courier, Arrives: r.Arrives, Expected: r.Expected, Ready: r.Ready, KitchenAsOf: r.KitchenAsOf.UTC(),
		CancelAsked: r.CancelAsked, Reason: r.Reason, Overdue: r.Overdue, Steps: r.Steps, Hands: r.Hands,
	}
	for i, it := range p.Items {
		st.Items[i] = itemState{it.State, it.Remakes}
	}
	raw, err := json.Marshal(st)
	if err != nil {
		return nil, fmt.Errorf("write state of order %s: %w", r.Order.ID, err)
	}
	return raw, nil
}

// updates are the columns of changed orders, one slice each, for unnest.
type updates struct {
	ids, statuses, states []string
	versions              []int32
	opens, intakes        []bool
	dues                  []*time.Time
	drivers, couriers     []*string
	numbers               []*int64
}

func (u *updates) add(r *ordering.Record, state []byte) {
	u.ids = append(u.ids, string(r.Order.ID))
	u.versions = append(u.versions, int32(r.Version))
	u.statuses = append(u.statuses, string(r.Status()))
	u.opens = append(u.opens, !r.Status().Terminal())
	u.intakes = append(u.intakes, r.Status() == order.StatusCreated && r.Order.Origin == order.Cloud)
	u.dues = append(u.dues, acceptDue(r))
	u.drivers = append(u.drivers, driverID(r))
	u.couriers = append(u.couriers, courierRun(r))
	u.numbers = append(u.numbers, number(r))
	u.states = append(u.states, string(state))
}

func (u *updates) queue(b *pgx.Batch) {
	if len(u.ids) == 0 {
		return
	}
	b.Queue(`
		UPDATE orders o
		SET version = u.version, status = u.status, open = u.open, intake = u.intake, accept_due = u.accept_due, driver = u.driver, courier = u.courier,
			state = u.state::json, number = u.number
		FROM unnest($1::text[]::uuid[], $2::int[], $3::text[], $4::bool[], $5::timestamptz[], $6::text[], $7::text[], $8::bool[], $9::text[]::uuid[],
			$10::bigint[]) AS u (id, version, status, open, accept_due, driver, state, intake, courier, number)
		WHERE o.id = u.id`,
		u.ids, u.versions, u.statuses, u.opens, u.dues, u.drivers, u.states, u.intakes, u.couriers, u.numbers)
}

// inserts are the columns of new orders.
type inserts struct {
	updates
	restaurants, tokens, docs []string
	placed                    []time.Time
	delivers                  []bool
	makes                     []int32
	keys                      []string
	bodies                    [][]byte
}

func (n *inserts) add(r *ordering.Record, doc, state []byte) {
	n.updates.add(r, state)
	n.restaurants = append(n.restaurants, r.Order.Restaurant)
	n.tokens = append(n.tokens, r.Token)
	n.docs = append(n.docs, string(doc))
	n.placed = append(n.placed, r.Order.PlacedAt)
	n.delivers = append(n.delivers, r.Order.Delivers())
	n.makes = append(n.makes, makeSeconds(r))
	n.keys = append(n.keys, "")
	n.bodies = append(n.bodies, nil)
}

const insertOrders = `
	INSERT INTO orders (id, restaurant, token, placed_at, delivers, make_seconds, version, status, open, intake, accept_due, driver, doc, state, number)
	SELECT id, restaurant, token, placed_at, delivers, make_seconds, version, status, open, intake, accept_due, driver, doc::json, state::json, number
	FROM u `

const newOrders = `
	WITH u AS MATERIALIZED (
		SELECT * FROM unnest($1::text[]::uuid[], $2::int[], $3::text[], $4::bool[], $5::timestamptz[], $6::text[], $7::text[],
			$8::text[], $9::text[], $10::timestamptz[], $11::bool[], $12::int[], $13::text[], $14::text[], $15::bytea[], $16::bool[], $17::bigint[])
		AS u (id, version, status, open, accept_due, driver, state, restaurant, token, placed_at, delivers, make_seconds, doc, key, body, intake, number)
	) `

func (n *inserts) args() []any {
	return []any{
		n.ids, n.versions, n.statuses, n.opens, n.dues, n.drivers, n.states,
		n.restaurants, n.tokens, n.placed, n.delivers, n.makes, n.docs, n.keys, n.bodies, n.intakes, n.numbers,
	}
}

// number is what the kitchen calls an order, once it does.
func number(r *ordering.Record) *int64 {
	if r.Number <= 0 {
		return nil
	}
	n := int64(r.Number)
	return &n
}

func acceptDue(r *ordering.Record) *time.Time {
	if due, waits := r.AcceptDue(); waits {
		return &due
	}
	return nil
}

func driverID(r *ordering.Record) *string {
	if r.Driver == nil {
		return nil
	}
	return &r.Driver.ID
}

func courierRun(r *ordering.Record) *string {
	if r.Courier == nil {
		return nil
	}
	return &r.Courier.Run
}

// makeSeconds is the work an order brings to the make line.
func makeSeconds(r *ordering.Record) int32 {
	sum := 0
	for _, i := range r.Progress.Items {
		sum += min(max(0, i.MakeSeconds), 3600)
	}
	return int32(min(sum, 1<<30))
}
