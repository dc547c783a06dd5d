package kitchen

import (
	"cmp"
	"context"
	"strings"
	"time"
	"unicode"

	"awesome.pizza/edge/till"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// mostExpected is more than what all orders of a bag together come to, either way, in minor units.
const mostExpected = 100 * till.Most

// bagOpened takes a driver's float out of the drawer: once, whenever and however often the cloud says so.
func (d *draft) bagOpened(ctx context.Context, k *Kitchen, b event.BagOpened) (note string, err error) {
	return d.bag(ctx, k, bagKey+b.Bag+"/out", b.Currency, b.At, till.Entry{
		Kind: till.BagOut, Bag: b.Bag, Amount: b.Float, Driver: called(b.Name, b.Driver),
	})
}

// bagClosed puts what was counted in a driver's bag into the drawer, and what should have been in it beside.
func (d *draft) bagClosed(ctx context.Context, k *Kitchen, b event.BagClosed) (note string, err error) {
	if b.Expected < -mostExpected || b.Expected > mostExpected {
		return "", refuse("%d minor units are expected in the bag; nobody carries that", b.Expected)
	}
	return d.bag(ctx, k, bagKey+b.Bag+"/in", b.Currency, b.At, till.Entry{
		Kind: till.BagIn, Bag: b.Bag, Amount: b.Counted, Expected: b.Expected, Driver: called(b.Name, b.Driver), Reason: remark(b.Note),
	})
}

func (d *draft) bag(ctx context.Context, k *Kitchen, key, currency string, at time.Time, e till.Entry) (note string, err error) {
	if e.Bag == "" || len(key) > maxText {
		return "", refuse("the command names no bag")
	}
	if have := cmp.Or(d.drawerNow().Currency, k.Menu().Currency); have != currency {
		return "", refuse("the till counts %s and the bag is in %s", have, currency)
	}
	if _, known, err := k.store.CashEntry(ctx, key); err != nil || known {
		return "it is in the books already", err
	}
	if e.Done = at.UTC(); e.Done.IsZero() || e.Done.After(d.now) {
		e.Done = d.now
	}
	e.Key, e.Request, e.Method, e.Who = key, "bag", till.Cash, cloudWho
	t, e, err := d.drawerNow().Move(e, d.settings.Day(e.Done), d.now)
	if err != nil {
		return "", err
	}
	if e.Till == t.ID {
		d.commit.Shift.Till = &t
	} else {
		note = "it stands beside the tills: none was open then"
	}
	d.commit.Shift.Cash = append(d.commit.Shift.Cash, e)
	return note, nil
}

// cloudWho is whom an entry is from that nobody here has made.
const cloudWho = "cloud"

// called is a driver as people call them.
func called(name, id string) string {
	if name = plainly(name); name != "" {
		return name
	}
	return plainly(id)
}

// plainly is a text of somebody else's as it can be shown and kept.
func plainly(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxText || !order.Plain(s) {
		return ""
	}
	return s
}

// remark is what somebody wrote about a bag, in one line, as far as there is room for it.
func remark(s string) string {
	s = strings.TrimSpace(strings.Join(strings.FieldsFunc(s, unicode.IsControl), " "))
	return strings.ToValidUTF8(s[:min(len(s), maxText)], "")
}
