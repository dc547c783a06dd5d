package e2e

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/problem"
)

// A stock as a register: what each side may sell, and what is on its way between them.
type stock struct{ till, web, lent, returned int64 }

// trade is a deed of one side with so many pieces.
type trade struct {
	what string // sell-till, sell-web, lend, learn, return or settle
	n    int64
}

// sold is the sequential specification: a sale is refused only to a side that has too little at that instant, and what is recalled is
// nobody's to sell until it has come back.
func (s stock) sold(d trade, refused bool) (legal bool, next stock) {
	switch d.what {
	case "sell-till":
		if refused {
			return s.till < d.n, s
		}
		s.till -= d.n
	case "sell-web":
		if refused {
			return s.web < d.n, s
		}
		s.web -= d.n
	case "lend":
		if refused {
			return s.till < d.n, s
		}
		s.till, s.lent = s.till-d.n, s.lent+d.n
	case "learn":
		s.lent, s.web = s.lent-d.n, s.web+d.n
	case "return":
		s.web, s.returned = s.web-d.n, s.returned+d.n
	case "settle":
		s.returned, s.till = s.returned-d.n, s.till+d.n
	}
	return min(s.till, s.web, s.lent, s.returned) >= 0, s
}

func stockOf(pieces int64) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return stock{till: pieces} },
		Step: func(state, input, output any) (bool, any) {
			return state.(stock).sold(input.(trade), output.(bool))
		},
	}
}

// larder and purse stand for the two rows of the two databases; a transaction is a lock of one of them. What one side says to the other may
// come late and twice, commands in order.
type shop struct {
	mu       sync.Mutex
	larder   escrow.Larder
	lent     escrow.Lent
	recalled escrow.Recalled

	cloud    sync.Mutex
	purse    escrow.Purse
	commands []func(escrow.Larder) escrow.Larder // in order, each obeyed once

	began time.Time
	noted sync.Mutex
	ops   []porcupine.Operation
}

// do records a deed around its doing; pieces is how many it was after all, and nobody notes a deed of none.
func (s *shop) do(client int, what string, act func() (pieces int64, refused bool)) {
	call := time.Since(s.began).Nanoseconds()
	n, refused := act()
	back := time.Since(s.began).Nanoseconds()
	if n == 0 {
		return
	}
	s.noted.Lock()
	defer s.noted.Unlock()
	s.ops = append(s.ops, porcupine.Operation{ClientId: client, Input: trade{what, n}, Output: refused, Call: call, Return: back})
}

const thisLife = "one database"

func (s *shop) sellAtTheTill(client int, n int64) {
	s.do(client, "sell-till", func() (int64, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		l, err := s.larder.Sell(n)
		if err == nil {
			s.larder = l
		}
		return n, problem.Is(err, problem.Refused)
	})
}

func (s *shop) sellOnTheWeb(client int, n int64) {
	s.do(client, "sell-web", func() (int64, bool) {
		s.cloud.Lock()
		defer s.cloud.Unlock()
		p, err := s.purse.Sell(thisLife, n)
		if err != nil {
			return n, problem.Is(err, problem.Refused)
		}
		s.purse = p
		s.commands = append(s.commands, func(l escrow.Larder) escrow.Larder {
			if after, err := l.Arrive(p.Epoch, n); err == nil {
				return after
			}
			return l
		})
		return n, false
	})
}

func (s *shop) lend(client int, n int64) {
	s.do(client, "lend", func() (int64, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		l, fact, err := s.larder.Lend(n)
		if err != nil {
			return n, true
		}
		s.larder, s.lent = l, fact
		return n, false
	})
}

func (s *shop) recall(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, fact, err := s.larder.Recall(n); err == nil {
		s.larder, s.recalled = l, fact
	}
}

// up carries the restaurant's facts to the cloud: the newest totals, or older ones once more.
func (s *shop) up(client int, lent escrow.Lent, recalled escrow.Recalled) {
	s.do(client, "learn", func() (int64, bool) {
		s.cloud.Lock()
		defer s.cloud.Unlock()
		before := s.purse.Left()
		s.purse = s.purse.Receive(lent)
		return s.purse.Left() - before, false
	})
	s.do(client, "return", func() (int64, bool) {
		s.cloud.Lock()
		defer s.cloud.Unlock()
		before := s.purse.Left()
		p, fact, ok := s.purse.Return(recalled)
		if !ok {
			return 0, false
		}
		s.purse = p
		s.commands = append(s.commands, func(l escrow.Larder) escrow.Larder { return l.Settle(fact) })
		return before - p.Left(), false
	})
}

// down lets the restaurant obey one command, if there is one.
func (s *shop) down(client int) {
	s.do(client, "settle", func() (int64, bool) {
		s.cloud.Lock()
		if len(s.commands) == 0 {
			s.cloud.Unlock()
			return 0, false
		}
		command := s.commands[0]
		s.commands = s.commands[1:]
		s.cloud.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		before := s.larder.Free()
		s.larder = command(s.larder)
		return s.larder.Free() - before, false
	})
}

// Both sides sell one stock at the same time, while shares are lent and recalled over a line that repeats itself: all that was said has one
// explanation, and never is more sold than there was.
func TestRecallOfAShareAgainstItsSale(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for round, began := 0, time.Now(); round < 50 || time.Since(began) < min(*hurt, time.Minute); round++ {
		const pieces = 24
		s := &shop{began: time.Now()}
		s.larder = escrow.Larder{Ingredient: "mozzarella", OnHand: pieces}.Begin(1)
		s.purse = escrow.Purse{Ingredient: "mozzarella"}.Begin(1, thisLife).Confirm(thisLife)
		work := []func(dice *rand.Rand, client int){
			func(dice *rand.Rand, client int) { s.sellAtTheTill(client, 1+dice.Int64N(3)) },
			func(dice *rand.Rand, client int) { s.sellOnTheWeb(client, 1+dice.Int64N(3)) },
			func(dice *rand.Rand, client int) { s.sellOnTheWeb(client, 1) },
			func(dice *rand.Rand, client int) {
				s.lend(client, 1+dice.Int64N(8))
				s.recall(1 + dice.Int64N(4))
			},
			func(dice *rand.Rand, client int) {
				s.mu.Lock()
				lent, recalled := s.lent, s.recalled
				s.mu.Unlock()
				for range 1 + dice.IntN(2) {
					s.up(client, lent, recalled)
				}
			},
			func(_ *rand.Rand, client int) { s.down(client) },
		}
		var all sync.WaitGroup
		for client, deed := range work {
			all.Go(func() {
				dice := rand.New(rand.NewPCG(uint64(round), uint64(client)))
				for range 12 {
					for range dice.IntN(30) { // the others get their turns
						runtime.Gosched()
					}
					deed(dice, client)
				}
			})
		}
		all.Wait()
		if got := porcupine.CheckOperationsTimeout(stockOf(pieces), s.ops, time.Minute); got != porcupine.Ok {
			t.Fatalf("round %d: no order of these deeds explains what was said (%s):\n%s", round, got, tell(s.ops))
		}
		if sold := soldIn(s.ops); sold > pieces {
			t.Fatalf("round %d: %d pieces of %d were sold", round, sold, pieces)
		}
		for _, op := range s.ops {
			seen[fmt.Sprint(op.Input.(trade).what, op.Output)]++
		}
	}
	for _, what := range []string{"sell-tillfalse", "sell-tilltrue", "sell-webfalse", "sell-webtrue", "lendfalse", "returnfalse", "settlefalse"} {
		if seen[what] == 0 {
			t.Errorf("the story never has %s: %v", what, seen)
		}
	}
}

func soldIn(ops []porcupine.Operation) (pieces int64) {
	for _, op := range ops {
		if d := op.Input.(trade); (d.what == "sell-till" || d.what == "sell-web") && !op.Output.(bool) {
			pieces += d.n
		}
	}
	return pieces
}

func tell(ops []porcupine.Operation) (text string) {
	for _, op := range ops {
		text += fmt.Sprintf("  %d: %s to %s %+v refused %v\n", op.ClientId, time.Duration(op.Call), time.Duration(op.Return), op.Input, op.Output)
	}
	return text
}

// Plausible mistakes are refused by the judge.
func TestWrongSalesAreRefused(t *testing.T) {
	t.Parallel()
	op := func(call int64, what string, n int64, refused bool) porcupine.Operation {
		return porcupine.Operation{Input: trade{what, n}, Output: refused, Call: call, Return: call + 1}
	}
	lent := []porcupine.Operation{op(0, "lend", 4, false), op(2, "learn", 4, false)}
	for name, c := range map[string]struct {
		ops   []porcupine.Operation
		right bool
	}{
		"one piece sold twice":           {append(lent[:2:2], op(4, "sell-web", 4, false), op(6, "sell-till", 7, false)), false},
		"sold after it was given back":   {append(lent[:2:2], op(4, "return", 4, false), op(6, "sell-web", 1, false)), false},
		"sold before it has come back":   {append(lent[:2:2], op(4, "return", 4, false), op(6, "sell-till", 7, false)), false},
		"refused although there is some": {append(lent[:2:2], op(4, "sell-web", 2, true)), false},
		"lent twice by a repetition":     {append(lent[:2:2], op(4, "learn", 4, false)), false},
		"back and sold":                  {append(lent[:2:2], op(4, "return", 4, false), op(6, "settle", 4, false), op(8, "sell-till", 10, false)), true},
		"refused, for it was sold":       {append(lent[:2:2], op(4, "sell-web", 4, false), op(6, "sell-web", 1, true)), true},
	} {
		if got := porcupine.CheckOperations(stockOf(10), c.ops); got != c.right {
			t.Errorf("%s: taken for right is %v", name, got)
		}
	}
}
