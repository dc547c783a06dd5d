package main

import (
	"context"
	"fmt"
	"os"

	"awesome.pizza/deploy/bench/friday"
)

// perQuarter is how many orders the counting policy takes in a quarter of an hour: what 250 pizzas an hour are, at 2.2 an order.
const perQuarter = 28

// fridays lets the same evenings pass under the kitchen's schedule and under two simple policies.
func (m *Machine) fridays(ctx context.Context, _ *chain, r *report) error {
	var all []friday.Figures
	for _, p := range []friday.Policy{friday.Schedule(), friday.Fixed(), friday.Counting(perQuarter)} {
		var sum friday.Figures
		for seed := range m.Evenings {
			f, err := m.friday(ctx, friday.Busy(uint64(seed)), p)
			if err != nil {
				return fmt.Errorf("evening %d, %s: %w", seed, p.Name, err)
			}
			if seed == 0 {
				sum = f
				continue
			}
			sum = sum.And(f)
		}
		all = append(all, sum)
	}
	ours, fixed, counted := all[0], all[1], all[2]
	r.add(fmt.Sprintf("%d Friday evenings of 4 h with 250 pizzas/h, an oven out of four out of order for 45 min, simulated time, real edge kitchen on SQLite", m.Evenings),
		ours.String(), fixed.String()+"<br>"+counted.String(),
		fmt.Sprintf("late %s and %s of the other two, on the shelf %s and %s of their mean; guests, cooks, ovens and drivers are made of a seed",
			part(ours.LateShare(), fixed.LateShare()), part(ours.LateShare(), counted.LateShare()),
			part(ours.Rack.Mean.Seconds(), fixed.Rack.Mean.Seconds()), part(ours.Rack.Mean.Seconds(), counted.Rack.Mean.Seconds())))
	return nil
}

func (m *Machine) friday(ctx context.Context, e friday.Evening, p friday.Policy) (friday.Figures, error) {
	dir, err := os.MkdirTemp("", "awesome-friday-")
	if err != nil {
		return friday.Figures{}, fmt.Errorf("make a place for a kitchen: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return friday.Spend(ctx, dir, e, p)
}

// part is a as a part of b.
func part(a, b float64) string {
	if b == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f×", a/b)
}
