package stock

import (
	"maps"
	"slices"
	"time"
)

// Untold are the ingredients that are not as the cloud was told last, by id; whole says that nobody knows what it was told.
func (b *Book) Untold() (ids []string, whole bool) {
	return slices.Sorted(maps.Keys(b.untold)), b.whole
}

// ToldAt is when the cloud was told last.
func (b *Book) ToldAt() time.Time { return b.toldAt }

// Told says that the cloud was told of all that was untold.
func (b *Book) Told(at time.Time) { b.untold, b.whole, b.toldAt = nil, false, at }

// Untell says that nobody knows any more what the cloud was told.
func (b *Book) Untell() { b.whole = true }

// Kept reports whether stock is kept of anything, or something is off.
func (b *Book) Kept() bool {
	for _, s := range b.shelves {
		if s.Tracked {
			return true
		}
	}
	return len(b.off) > 0
}

// Levels are all ingredients as this turn leaves them.
func (t *Turn) Levels() []Level {
	after := *t.book
	after.shelves, after.off = maps.Clone(t.book.shelves), t.offs()
	maps.Copy(after.shelves, t.shelves)
	return after.Levels(t.now)
}
