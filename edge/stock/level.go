package stock

import (
	"slices"
	"time"

	"awesome.pizza/shared/menu"
)

const (
	// Memory is how far back the forecast looks.
	Memory = 2 * time.Hour

	mostUsed  = 600 // uses remembered of one ingredient
	slot      = 10 * time.Minute
	leastSpan = 30 * time.Minute // what was used in less time says little about an hour
	furthest  = 48 * time.Hour   // what lasts longer does not run out
	outlier   = 3                // times what is usual in a slot: a catering order says nothing about the next hour
)

// Level is how an ingredient stands.
type Level struct {
	Ingredient menu.Ingredient
	Shelf      Shelf
	Free       int64 // what may be sold here without asking
	Sellable   int64 // what can be sold here: also what the cloud would give back, while it hears
	Lent       int64 // what the cloud may sell, or has sold by orders that have not come
	Threshold  int64
	Par        int64
	Low        bool
	PerHour    int64      // as it goes now; 0 when it does not
	RunsOut    *time.Time // nil when it does not, or nobody knows
	Off        *Off
}

func (s Shelf) levels(g menu.Ingredient) (threshold, par int64) {
	threshold, par = g.Threshold, g.Par
	if s.Threshold != nil {
		threshold = *s.Threshold
	}
	if s.Par != nil {
		par = *s.Par
	}
	return threshold, par
}

// Levels are all ingredients of the menu, in its order.
func (b *Book) Levels(now time.Time) []Level {
	out := make([]Level, 0, len(b.menu.Ingredients))
	for _, g := range b.menu.Ingredients {
		s := b.shelf(g.ID)
		l := Level{Ingredient: g, Shelf: s, Free: s.Free(), Sellable: s.Free(), Lent: s.Share.Out(), Low: s.low(g)}
		l.Threshold, l.Par = s.levels(g)
		if rate := b.rate(g.ID, now); rate > 0 && s.Tracked {
			l.PerHour = int64(rate)
			left := time.Duration(float64(max(0, s.Left())) / rate * float64(time.Hour))
			if left < furthest {
				at := now.Add(left).Truncate(time.Minute)
				l.RunsOut = &at
			}
		}
		if o, off := b.off[OffKey{Kind: Ingredient, ID: g.ID}]; off {
			l.Off = &o
		}
		out = append(out, l)
	}
	return out
}

func (s Shelf) low(g menu.Ingredient) bool {
	threshold, _ := s.levels(g)
	return s.Tracked && s.Left() < threshold
}

// Low reports whether there is less of an ingredient than its threshold, as this turn leaves it.
func (t *Turn) Low(id string) bool {
	g, _ := t.book.menu.Ingredient(id)
	return t.Shelf(id).low(g)
}

// rate is how much of an ingredient goes in an hour. The time since its first use within memory is cut into slots; one in which far more
// went than in others counts as those do.
func (b *Book) rate(id string, now time.Time) float64 {
	used := b.recent[id]
	young := slices.IndexFunc(used, func(u Used) bool { return now.Sub(u.At) < Memory })
	if young < 0 {
		return 0
	}
	used = used[young:]
	span := max(leastSpan, now.Sub(used[0].At))
	slots := make([]int64, int(span/slot)+1)
	for _, u := range used {
		if ago := now.Sub(u.At); ago >= 0 && ago <= span {
			slots[int(ago/slot)] += u.Quantity
		}
	}
	busy := slices.DeleteFunc(slices.Clone(slots), func(n int64) bool { return n <= 0 })
	if len(busy) == 0 {
		return 0
	}
	slices.Sort(busy)
	usual := busy[len(busy)/2]
	if len(busy)%2 == 0 {
		usual = busy[len(busy)/2-1]
	}
	var sum int64
	for _, n := range slots {
		sum += min(n, outlier*usual)
	}
	return float64(max(0, sum)) / span.Hours()
}

// Suggestion is what to order of an ingredient.
type Suggestion struct {
	Ingredient menu.Ingredient
	OnHand     int64
	OnOrder    int64
	Par        int64
	Packs      int64
	Quantity   int64
	Urgent     bool // below its threshold, with what is on order
}

// Suggest is what to order so that everything is at its par: whole packs that are missing, and one more where there is little left.
func (b *Book) Suggest(now time.Time) []Suggestion {
	out := []Suggestion{}
	for _, l := range b.Levels(now) {
		missing := l.Par - l.Shelf.OnHand - l.Shelf.OnOrder
		if !l.Shelf.Tracked || missing < 1 {
			continue
		}
		urgent := l.Shelf.Left()+l.Shelf.OnOrder < l.Threshold
		packs := missing / l.Ingredient.Pack
		if urgent {
			packs = (missing + l.Ingredient.Pack - 1) / l.Ingredient.Pack
		}
		if packs > 0 {
			out = append(out, Suggestion{
				Ingredient: l.Ingredient, OnHand: l.Shelf.OnHand, OnOrder: l.Shelf.OnOrder, Par: l.Par, Packs: packs,
				Quantity: packs * l.Ingredient.Pack, Urgent: urgent,
			})
		}
	}
	return out
}
