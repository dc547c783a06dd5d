package mdrp_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch/mdrp"
)

func TestDeclinesHurtLessThanHalfAsMuchAsTheyHurtThePlainAssignment(t *testing.T) {
	t.Parallel()
	for _, couriers := range []int{12, 14, 16, 20} {
		t.Run(fmt.Sprintf("%d couriers", couriers), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for seed := range uint64(6) {
				in := town(20+seed, 110, couriers)
				write(t, filepath.Join(folder, in.Name), in)
			}
			b := mdrp.Bench{Instances: folder, Category: mdrp.P, Weights: quick()}
			engine, plain, err := b.Suffer(t.Context(), 20, still)
			if err != nil {
				t.Fatal(err)
			}
			if engine.Grows() >= plain.Grows()/2 || engine.Declined.Excess >= plain.Willing.Excess || engine.Declined.Undelivered > plain.Declined.Undelivered {
				t.Errorf("%d couriers: the engine\n%+v\nthe plain assignment\n%+v", couriers, engine, plain)
			}
			var said strings.Builder
			if err := mdrp.SufferTable(&said, 20, engine, plain); err != nil || strings.Count(said.String(), "\n") != 4 {
				t.Error(said.String(), err)
			}
			t.Logf("\n%s", said.String())
		})
	}
}

func TestOneInFiveIsDeclinedAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	refuse, no := mdrp.Declining(20), 0
	for minute := range 1000 {
		if refuse("c7", "r3", minute) {
			no++
		}
		if refuse("c7", "r3", minute) != mdrp.Declining(20)("c7", "r3", minute) {
			t.Fatal(minute)
		}
	}
	if no < 150 || no > 250 {
		t.Errorf("%d of 1,000", no)
	}
}

func TestWhoDeclinedIsNotAskedForTheSameOrderAgain(t *testing.T) {
	t.Parallel()
	in := town(3, 40, 9)
	init := mdrp.Init{Parameters: in.Parameters, Restaurants: in.Restaurants, Couriers: in.Couriers}
	all := func(courier, _ string, _ int) bool { return courier != "c1" }
	for name, decide := range map[string]mdrp.Decide{
		"engine": mdrp.NewPolicy(init, mdrp.N, quick()).Refusing(all).Minute, "plain": mdrp.NewMatching(init, mdrp.N, all).Minute,
	} {
		s, err := mdrp.Play(in, mdrp.N, decide, still)
		if err != nil {
			t.Fatal(err)
		}
		if err := mdrp.Check(in, s); err != nil {
			t.Error(name, err)
		}
		if len(s.Deliveries) == 0 || slices.ContainsFunc(s.Assignments, func(a mdrp.Assignment) bool { return a.Courier != "c1" }) {
			t.Errorf("%s: only c1 goes anywhere, and %v were brought by %v", name, len(s.Deliveries), s.Assignments)
		}
	}
}

func TestThePlainAssignmentKeepsTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		in := town(rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(0, 40).Draw(rt, "orders"), rapid.IntRange(1, 6).Draw(rt, "couriers"))
		m := mdrp.NewMatching(mdrp.Init{Parameters: in.Parameters, Restaurants: in.Restaurants, Couriers: in.Couriers}, mdrp.N, mdrp.Declining(20))
		s, err := mdrp.Play(in, mdrp.N, m.Minute, still)
		if err != nil {
			rt.Fatal(err)
		}
		if err := mdrp.Check(in, s); err != nil {
			rt.Fatal(err)
		}
	})
}

// Three orders of one restaurant are ready at once and there is one courier: he takes them on one way, the nearest door first.
func TestThePlainAssignmentBundlesWhenOrdersOutnumberCouriers(t *testing.T) {
	t.Parallel()
	in := town(1, 3, 1)
	in.Couriers[0].On, in.Couriers[0].Off, in.Couriers[0].X, in.Couriers[0].Y = 0, 400, in.Restaurants[0].X, in.Restaurants[0].Y
	for i := range in.Orders {
		in.Orders[i] = mdrp.Order{
			ID: fmt.Sprintf("o%d", i+1), X: in.Restaurants[0].X + float64(3-i)*1000, Y: in.Restaurants[0].Y, Placed: 1, Ready: 12, Restaurant: in.Restaurants[0].ID,
		}
	}
	m := mdrp.NewMatching(mdrp.Init{Parameters: in.Parameters, Restaurants: in.Restaurants, Couriers: in.Couriers}, mdrp.N, nil)
	s, err := mdrp.Play(in, mdrp.N, m.Minute, still)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Assignments) != 1 || !slices.Equal(s.Assignments[0].Orders, []string{"o3", "o2", "o1"}) || s.Assignments[0].Pickup != 12 {
		t.Errorf("%+v", s.Assignments)
	}
}
