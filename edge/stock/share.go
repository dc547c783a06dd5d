package stock

import (
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/order"
)

// How what is there is divided between counter and web. A share is counted in portions: the least of an ingredient that anything takes.
const (
	evenly     = 8 // portions that weigh as if half of them had been sold on the web, beside what was really sold
	refillAt   = 3 // of four parts of what the web should have: then it is lent the rest
	recallOver = 5 // of four parts: then what is too much is asked back
	parts      = 4
	counters   = 8 // one of so many portions stays at the counter, however much the web sells
)

// Arrive takes note that an order came which the cloud has sold from its shares of an epoch, and what it took of them.
func (t *Turn) Arrive(epoch uint64, sold map[string]int64) {
	for _, id := range slices.Sorted(maps.Keys(sold)) {
		s := t.Shelf(id)
		if epoch == 0 || epoch != s.Share.Epoch || s.Share.Out() < 1 {
			continue
		}
		if l, err := s.larder().Arrive(epoch, sold[id]); err == nil {
			s.Share.Used = l.Used
			t.keep(s)
		}
	}
}

// Settle takes back what the cloud has given back, and with that the recall is over: what it has not given back it had sold.
func (t *Turn) Settle(r escrow.Returned) {
	s, known := t.book.shelves[r.Ingredient]
	if !known || r.Epoch == 0 || r.Epoch != s.Share.Epoch {
		return
	}
	s = t.Shelf(r.Ingredient)
	l := s.larder().Settle(r)
	s.Share.Returned, s.Share.Asked = l.Returned, l.Returned
	t.keep(s)
}

// EndShares ends all shares, with their epoch.
func (t *Turn) EndShares() {
	for _, id := range slices.Sorted(maps.Keys(t.book.shelves)) {
		if s := t.Shelf(id); s.Share != (escrow.Larder{}) {
			s.Share = escrow.Larder{}
			t.keep(s)
		}
	}
}

// Lend brings the shares of these ingredients in line with what is there and with how much of it the web sells: little more is lent, too much
// is asked back. What nobody has counted is not lent. The first share of an epoch is said even when it is nothing: from then on the cloud
// sells no more than it was lent.
func (t *Turn) Lend(epoch uint64, ids []string) (lent []escrow.Lent, recalled []escrow.Recalled) {
	for _, id := range ids {
		s := t.Shelf(id)
		if !s.Tracked {
			continue
		}
		first := s.Share.Epoch != epoch
		if first {
			s.Share = escrow.Larder{}.Begin(epoch)
		}
		lend, back := t.balance(s)
		switch {
		case lend > 0:
			l, fact, err := s.larder().Lend(lend)
			if err != nil {
				continue
			}
			s.Share.Lent, lent = l.Lent, append(lent, fact)
			t.keep(s)
		case first:
			lent = append(lent, escrow.Lent{Ingredient: id, Epoch: epoch})
			t.keep(s)
		case back > 0:
			if fact, asks := t.recall(s, back); asks {
				recalled = append(recalled, fact)
			}
		}
	}
	return lent, recalled
}

// recall asks for some of a share, unless at least as much is asked for already.
func (t *Turn) recall(s Shelf, n int64) (escrow.Recalled, bool) {
	l, fact, err := s.larder().Recall(n)
	if err != nil || l.Asked == s.Share.Asked {
		return fact, false
	}
	s.Share.Asked = l.Asked
	t.keep(s)
	return fact, true
}

// Fetch asks back what is missing for needs of what the cloud was lent. able is false when that would not do.
func (t *Turn) Fetch(epoch uint64, needs map[string]int64) (recalled []escrow.Recalled, able bool) {
	for _, id := range slices.Sorted(maps.Keys(needs)) {
		if s := t.Shelf(id); s.short(needs[id]) > 0 && (s.Share.Epoch != epoch || s.Share.Out() < s.short(needs[id])) {
			return nil, false
		}
	}
	for _, id := range slices.Sorted(maps.Keys(needs)) {
		s := t.Shelf(id)
		if n := s.short(needs[id]); n > 0 {
			if fact, asks := t.recall(s, n); asks {
				recalled = append(recalled, fact)
			}
		}
	}
	return recalled, true
}

// short is how much too little is free for a need.
func (s Shelf) short(need int64) int64 {
	if !s.Tracked {
		return 0
	}
	return max(0, need-max(0, s.Free()))
}

// Short reports whether there is too little free for needs.
func (t *Turn) Short(needs map[string]int64) bool {
	for id, n := range needs {
		if t.Shelf(id).short(n) > 0 {
			return true
		}
	}
	return false
}

// balance is how much more to lend, or how much to ask back.
func (t *Turn) balance(s Shelf) (lend, back int64) {
	want, out := t.webs(s), s.Share.Out()
	switch {
	case out*parts <= want*refillAt, out < min(want, t.book.most[s.Ingredient]):
		return min(want-out, s.Free()), 0
	case out*parts > want*recallOver:
		return 0, out - want
	}
	return 0, 0
}

// webs is how much of what is left the cloud should be able to sell: the web's part of what was sold lately, in whole portions, and enough for one
// piece of anything. What is not enough for one at either side is all the web's: the counter can ask for it.
func (t *Turn) webs(s Shelf) int64 {
	portion, most, left := max(1, t.book.least[s.Ingredient]), t.book.most[s.Ingredient], max(0, s.Left())
	if left < 2*most {
		return left
	}
	portions := left / portion
	web, all := t.book.sold(s.Ingredient, t.now)
	num, den := 2*web+evenly*portion, 2*(all+evenly*portion)
	return max(most, min((portions*num+den-1)/den, portions-portions/counters)*portion)
}

// sold is how much of an ingredient was used within memory, and how much of that by orders of the web.
func (b *Book) sold(id string, now time.Time) (web, all int64) {
	for _, u := range b.recent[id] {
		if now.Sub(u.At) >= Memory {
			continue
		}
		if all += u.Quantity; u.Web {
			web += u.Quantity
		}
	}
	return min(max(0, web), max(0, all)), max(0, all)
}

// SellableBack is Sellable for who can ask back what the cloud was lent.
func (t *Turn) SellableBack(lines []order.Line) error {
	lent := map[string]int64{}
	for _, id := range t.Tracked() {
		lent[id] = t.Shelf(id).Share.Out()
	}
	return t.sellable(lines, t.offs(), lent)
}

// OnlyLent reports whether nothing else is kept anew of an ingredient than what the cloud was lent of it.
func (t *Turn) OnlyLent(id string) bool {
	was, s := t.book.shelf(id), t.Shelf(id)
	s.Share, s.OnHand, s.Reserved = was.Share, was.OnHand, was.Reserved
	return s == was
}
