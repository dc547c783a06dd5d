package store

import (
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// sale is an order that was sold from shares, and that its restaurant has not been offered yet.
type sale struct {
	restaurant string
	epoch      uint64
	sold       map[string]int64
}

// sales are those among the orders of a transaction.
type sales struct {
	purses
	open map[order.ID]sale
	over []string
}

// queueRead locks the links of orders that wait to be offered, then the purses they were sold from.
func (s *sales) queueRead(b *pgx.Batch, ids []string) {
	s.open = map[order.ID]sale{}
	b.Queue(`SELECT s.order_id::text, s.restaurant, s.epoch, s.sold, (`+incarnation+`) FROM stock_sales s JOIN edge_link l ON l.edge = s.restaurant
		WHERE s.order_id = ANY ($1::text[]::uuid[]) ORDER BY l.edge FOR SHARE OF l`, ids).Query(func(rows pgx.Rows) error {
		var oid string
		var one sale
		var raw []byte
		_, err := pgx.ForEachRow(rows, []any{&oid, &one.restaurant, &one.epoch, &raw, &s.inc}, func() error {
			one.sold = nil
			err := json.Unmarshal(raw, &one.sold)
			s.open[order.ID(oid)] = one
			return err
		})
		return err
	})
	b.Queue(`SELECT `+purseColumns+` WHERE (p.restaurant, p.ingredient) IN (
			SELECT s.restaurant, json_object_keys(s.sold) FROM stock_sales s WHERE s.order_id = ANY ($1::text[]::uuid[])
		) ORDER BY p.restaurant, p.ingredient FOR NO KEY UPDATE OF p`, ids).Query(s.read)
}

// settle draws the conclusions when an order leaves the intake: it is offered with the share it was sold from, or gives back what it took. When
// that share has ended meanwhile it is sold anew, or waits until as much is lent.
func (s *sales) settle(before order.Progress, next *ordering.Record) error {
	one, open := s.open[next.Order.ID]
	if !open || before.Intake != order.Created || next.Progress.Intake == order.Created {
		return nil
	}
	if next.Progress.Intake == order.Validated {
		sold, epoch, err := s.offered(one)
		if err != nil {
			return err
		}
		next.SoldFrom(epoch, sold)
	} else {
		for ingredient, n := range one.sold {
			at := pocket{one.restaurant, ingredient}
			if p, limited := s.all[at]; limited {
				s.put(at, p.GiveBack(one.epoch, n))
			}
		}
	}
	delete(s.open, next.Order.ID)
	s.over = append(s.over, string(next.Order.ID))
	return nil
}

// offered is from which share an order is offered.
func (s *sales) offered(one sale) (sold map[string]int64, epoch uint64, err error) {
	for ingredient := range one.sold {
		p, limited := s.all[pocket{one.restaurant, ingredient}]
		if limited && p.Life != s.inc {
			return nil, 0, unlent()
		}
		if !limited || p.Epoch != one.epoch {
			sold, epoch, err = s.sell(one.restaurant, one.sold)
			if err != nil {
				return nil, 0, unlent()
			}
			return sold, epoch, nil
		}
	}
	return one.sold, one.epoch, nil
}

// unlent is why an order is not offered yet.
func unlent() error {
	return problem.New(problem.Conflict, "sold_out", "the restaurant has begun anew since the order was sold: it waits until as much is lent again").
		With("waits", true)
}

func isUnlent(err error) bool {
	p := problem.Of(err)
	return p != nil && p.Facts["waits"] == true
}

func (s *sales) queue(b *pgx.Batch) {
	s.purses.queue(b)
	if len(s.over) > 0 {
		b.Queue(`DELETE FROM stock_sales WHERE order_id = ANY ($1::text[]::uuid[])`, s.over)
	}
}
