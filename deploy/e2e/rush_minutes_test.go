package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// keepMinutes has the database write down, in the transaction that does it, each step of an offer and each change of who has an order. What two
// do about the same order or driver at the same time waits for each other there, so the minutes are in the sequence in which it happened.
func (c *chain) keepMinutes() {
	c.t.Helper()
	c.postgres("psql", "--dbname", "pizza", "--set", "ON_ERROR_STOP=1", "--command", `
		CREATE TABLE minutes (n bigint GENERATED ALWAYS AS IDENTITY, what text, order_id uuid, driver text, trip uuid);
		CREATE FUNCTION note_offer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
		BEGIN
			INSERT INTO minutes (what, order_id, driver, trip) VALUES (NEW.state, NEW.order_id, NEW.driver, coalesce(NEW.trip, NEW.id));
			RETURN NULL;
		END $$;
		CREATE FUNCTION note_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
		BEGIN
			INSERT INTO minutes (what, order_id, driver) VALUES (
				CASE WHEN NEW.open THEN coalesce(NEW.state->>'delivery', '') ELSE NEW.status END, NEW.id, coalesce(NEW.driver, ''));
			RETURN NULL;
		END $$;
		CREATE TRIGGER opens AFTER INSERT ON offers FOR EACH ROW EXECUTE FUNCTION note_offer();
		CREATE TRIGGER ends AFTER UPDATE ON offers FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_offer();
		CREATE TRIGGER moves AFTER UPDATE ON orders FOR EACH ROW
			WHEN (OLD.driver IS DISTINCT FROM NEW.driver OR OLD.state->>'delivery' IS DISTINCT FROM NEW.state->>'delivery' OR OLD.open <> NEW.open)
			EXECUTE FUNCTION note_order();`)
}

// query is what the chain's database answers: a line for each row, columns parted by |.
func (c *chain) query(sql string) string {
	c.t.Helper()
	return c.postgres("psql", "--dbname", "pizza", "--tuples-only", "--no-align", "--command", sql)
}

// openOrders is how many orders have not ended.
func (c *chain) openOrders() int {
	c.t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(c.query("SELECT count(*) FROM orders WHERE open")))
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// epochs are those of all restaurants' links. A later one is a healing.
func (c *chain) epochs() string { return c.query("SELECT edge, epoch FROM edge_link ORDER BY edge") }

// holdMinutes reads them.
func (c *chain) holdMinutes() {
	c.t.Helper()
	text := c.query("SELECT what, order_id, driver, coalesce(trip::text, '') FROM minutes ORDER BY n")
	var all []minute
	count := map[string]int{}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) != 4 {
			c.t.Fatalf("minutes say %q", line)
		}
		all = append(all, minute{f[0], f[1], f[2], f[3]})
		count[f[0]]++
	}
	c.t.Logf("minutes: %v", count)
	if count["open"] == 0 || count["accepted"] == 0 || count["assigned"] == 0 {
		c.t.Error("the minutes do not say who was asked")
	}
	for _, wrong := range judge(all) {
		c.t.Error(wrong)
	}
}

// minute is one thing that happened: to an offer, which has a trip, or to an order.
type minute struct{ what, order, driver, trip string }

// books is who is asked and who has what, as far as the minutes were read.
type books struct {
	asked map[string]minute            // open offer of each order
	has   map[string]string            // driver of each order that has one
	taken map[string]string            // trip by which the order was taken
	bag   map[string]map[string]string // of each driver: order → trip
	gone  map[string]bool              // orders that are in the car
}

// judge says what should not have happened.
func judge(all []minute) (wrong []string) {
	b := books{map[string]minute{}, map[string]string{}, map[string]string{}, map[string]map[string]string{}, map[string]bool{}}
	for n, m := range all {
		var complaint string
		if m.trip != "" {
			complaint = b.offer(m)
		} else {
			complaint = b.move(m)
		}
		if complaint != "" {
			wrong = append(wrong, fmt.Sprintf("minute %d, order %s, driver %s, %s: %s", n, m.order, m.driver, m.what, complaint))
		}
	}
	return wrong
}

func (b *books) offer(m minute) (complaint string) {
	if m.what != "open" {
		was, open := b.asked[m.order]
		if !open || was.driver != m.driver || was.trip != m.trip {
			complaint = "this offer was not open"
		}
		delete(b.asked, m.order)
		if m.what == "accepted" {
			b.taken[m.order] = m.trip
		}
		return complaint
	}
	if other, open := b.asked[m.order]; open {
		complaint = "it is offered to " + other.driver
	}
	if who := b.has[m.order]; who != "" {
		complaint = who + " has it"
	}
	for order, other := range b.asked {
		if other.driver == m.driver && other.trip != m.trip {
			complaint = "is asked for another trip, with " + order
		}
	}
	for order, trip := range b.bag[m.driver] {
		if trip != m.trip {
			complaint = "has another trip, with " + order
		}
	}
	b.asked[m.order] = m
	return complaint
}

func (b *books) move(m minute) (complaint string) {
	before := b.has[m.order]
	if before != m.driver {
		switch {
		case b.gone[m.order]:
			complaint = before + " has it in the car"
		case before != "" && m.driver != "":
			complaint = before + " has it, and did not give it back"
		case m.driver != "" && b.taken[m.order] == "":
			complaint = "took it without an offer"
		}
		delete(b.bag[before], m.order)
		if b.has[m.order] = m.driver; m.driver == "" {
			delete(b.taken, m.order)
			return complaint
		}
		if b.bag[m.driver] == nil {
			b.bag[m.driver] = map[string]string{}
		}
		for order, trip := range b.bag[m.driver] {
			if trip != b.taken[m.order] {
				complaint = "has another trip, with " + order
			}
		}
		b.bag[m.driver][m.order] = b.taken[m.order]
	}
	switch m.what {
	case "picked_up", "out_for_delivery":
		b.gone[m.order] = true
	case "Delivered", "Cancelled", "Failed":
		if m.what == "Delivered" && m.driver == "" {
			complaint = "nobody brought it"
		}
		delete(b.bag[m.driver], m.order)
	}
	return complaint
}

// What should not happen is seen in the minutes.
func TestWrongMinutesAreRefused(t *testing.T) {
	t.Parallel()
	of := func(text string) (all []minute) {
		for line := range strings.SplitSeq(text, ",") {
			f := append(strings.Fields(line), "", "")
			if f[2] == "-" {
				f[2] = ""
			}
			all = append(all, minute{f[0], f[1], f[2], f[3]})
		}
		return all
	}
	const begun = "open 1 ada x, accepted 1 ada x, assigned 1 ada"
	for name, c := range map[string]struct {
		text  string
		right bool
	}{
		"brought":                         {begun + ", picked_up 1 ada, out_for_delivery 1 ada, Delivered 1 ada", true},
		"two of one trip":                 {"open 2 ada x, " + begun + ", accepted 2 ada x, assigned 2 ada, Delivered 2 ada, Delivered 1 ada, open 3 ada y", true},
		"given back":                      {begun + ", unassigned 1 -, open 1 bob y, accepted 1 bob y, assigned 1 bob", true},
		"declined":                        {"open 1 ada x, declined 1 ada x, open 1 bob y", true},
		"offered to two":                  {"open 1 ada x, open 1 bob y", false},
		"offered although somebody comes": {begun + ", open 1 bob y", false},
		"two trips are offered":           {"open 1 ada x, open 2 ada y", false},
		"a trip beside another":           {begun + ", open 2 ada y", false},
		"taken beside another":            {"open 1 ada x, open 2 ada y, accepted 1 ada x, assigned 1 ada, accepted 2 ada y, assigned 2 ada", false},
		"taken unasked":                   {"assigned 1 ada", false},
		"accepted after its end":          {"open 1 ada x, expired 1 ada x, accepted 1 ada x", false},
		"from one to the other":           {begun + ", assigned 1 bob", false},
		"out of the car":                  {begun + ", picked_up 1 ada, unassigned 1 -", false},
		"delivered by nobody":             {"Delivered 1 -", false},
	} {
		if wrong := judge(of(c.text)); (len(wrong) == 0) != c.right {
			t.Errorf("%s: %q", name, wrong)
		}
	}
}
