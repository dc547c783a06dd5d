package ordering

import (
	"context"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

const (
	kickBuffer = 4096
	intakeSize = 256             // orders handed over in one go
	sweepEvery = time.Second     // how often orders are looked for that nobody kicked
	sweepAge   = 2 * time.Second // younger ones are on their way
	sweepSize  = 1024
)

// kick hurries the intake of an order. A lost kick costs sweepAge, no more.
func (s *Service) kick(id order.ID) {
	select {
	case s.kicks <- id:
	default:
	}
}

// Run hands placed orders to their restaurants, and marks those that no restaurant accepted in time, until ctx ends. Any number of
// processes may run it on one database: what one leaves behind, another sweeps up.
func (s *Service) Run(ctx context.Context) error {
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case id := <-s.kicks:
			s.change(ctx, "hand orders to their restaurants", s.waiting(id), s.admit())
		case <-sweep.C:
			s.sweep(ctx)
		}
	}
}

// waiting is first and what else was kicked meanwhile.
func (s *Service) waiting(first order.ID) []order.ID {
	ids := []order.ID{first}
	for len(ids) < intakeSize {
		select {
		case id := <-s.kicks:
			ids = append(ids, id)
		default:
			return ids
		}
	}
	return ids
}

func (s *Service) sweep(ctx context.Context) {
	now := s.now()
	ids, err := s.Store.StillCreated(ctx, now.Add(-sweepAge), sweepSize)
	if err != nil {
		s.grumble(ctx, "look for orders nobody has checked", err)
	}
	s.change(ctx, "hand over orders that were left behind", ids, s.admit())
	ids, err = s.Store.Unaccepted(ctx, now, sweepSize)
	if err != nil {
		s.grumble(ctx, "look for orders nobody has accepted", err)
	}
	s.change(ctx, "mark orders nobody has accepted", ids, expire(now))
}

func (s *Service) change(ctx context.Context, what string, ids []order.ID, decide Decide) {
	if len(ids) == 0 {
		return
	}
	if err := s.Store.ChangeAll(ctx, ids, decide); err != nil {
		s.grumble(ctx, what, err)
	}
}

func (s *Service) grumble(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		s.Log.ErrorContext(ctx, what, "err", err)
	}
}

// admit ends the intake: what was checked when it was placed is the kitchen's from here on, and cancelling is a wish.
func (s *Service) admit() Decide {
	now := s.now()
	return func(r *Record) error { return admit(r, ByCloud, now) }
}

func admit(r *Record, by string, now time.Time) error {
	if r.Progress.Intake != order.Created || r.Order.Origin != order.Cloud {
		return nil // somebody was faster
	}
	if err := r.Take(order.Cloud, order.Validate, by, now); err != nil {
		return err
	}
	r.Tell(event.OrderOffered{Order: r.Order, Items: r.Progress.Items, Token: r.Token})
	return nil
}
