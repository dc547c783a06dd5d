package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// renewed is what Renew answers.
type renewed struct {
	row       link.LinkRow
	commands  uint64
	commandID string
	inc       string
}

func (c *chain) renew(t testing.TB, device, boot string, epoch, cmdSeq uint64) renewed {
	t.Helper()
	row, commands, id, inc, err := c.Renew(t.Context(), "r1", device, boot, epoch, cmdSeq)
	if err != nil {
		t.Fatal(err)
	}
	return renewed{row, commands, id, inc}
}

func (n *node) answers(t testing.TB, c link.Command) {
	t.Helper()
	n.says(t, order.ID(c.Order), event.CommandAnswered{Seq: c.Seq, Command: c.ID, Order: order.ID(c.Order), Granted: true})
}

func (c *chain) commands(t testing.TB, from, to uint64) []link.Command {
	t.Helper()
	all, _, err := c.Commands(t.Context(), "r1", from, to)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestANewEpochGivesAnewWhatNobodyHasAnswered(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	for range 3 {
		c.place(t, order.Carryout)
	}
	before := c.commands(t, 1, 10)
	n.answers(t, before[0])
	c.apply(t, link.Apply, n.all())

	r := c.renew(t, "key-1", "boot-1", 1, 2) // it has obeyed the second as well, and nobody here knows
	if r.row.Epoch != 2 || r.row.Seq != 0 || r.row.Hash != (link.Hash{}) || r.commands != 4 || r.commandID == "" || r.inc != c.Incarnation() {
		t.Fatalf("%+v", r)
	}
	row, high, id, inc, err := c.Meet(t.Context(), "r1", r.commands)
	if err != nil || row != r.row || high != 6 || id != r.commandID || inc != r.inc {
		t.Errorf("%+v, %d, %q, %q, %v", row, high, id, inc, err)
	}
	after := c.commands(t, r.commands+1, high)
	if len(after) != 2 {
		t.Fatalf("%d commands are given anew", len(after))
	}
	for i, again := range after {
		first := before[i+1]
		if again.Order != first.Order || again.Kind != first.Kind || string(again.Body) != string(first.Body) || again.Again != first.ID || again.ID == first.ID {
			t.Errorf("command %d is repeated as %+v", first.Seq, again)
		}
	}
	if left, err := c.Unanswered(t.Context()); err != nil || left["r1"] != high {
		t.Errorf("unanswered are %v, %v", left, err)
	}
	third := c.renew(t, "key-1", "boot-1", 2, r.commands+1)
	last := c.commands(t, third.commands+1, third.commands+10)
	if third.row.Epoch != 3 || third.commands != 7 || len(last) != 2 || last[0].Again != before[1].ID {
		t.Errorf("%+v, repeated %+v", third, last)
	}
}

func TestOfADeliveryOnlyTheLastWordIsSaidAnew(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.enrol(t, "r1", "key-1")
	brought := c.place(t, order.ByDelivery).Order.ID
	for _, do := range []func() error{
		func() error {
			_, err := c.service.Assign(t.Context(), brought, 0, ordering.Driver{ID: "d1", Name: "Dee"}, nil, ordering.ByStaff)
			return err
		},
		func() error { _, err := c.service.Drop(t.Context(), brought, 0, "d1", ordering.ByStaff); return err },
		func() error {
			_, err := c.service.Assign(t.Context(), brought, 0, ordering.Driver{ID: "d2", Name: "Eve"}, nil, ordering.ByStaff)
			return err
		},
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	last := c.commands(t, 4, 4)[0]
	r := c.renew(t, "key-1", "boot-1", 1, 0)
	again := c.commands(t, r.commands+1, r.commands+10)
	if len(again) != 2 || again[0].Kind != "order.offered.v1" || again[1].Again != last.ID || string(again[1].Body) != string(last.Body) {
		t.Errorf("said anew are %+v", again)
	}
	if left := c.sql(t, `SELECT count(*) FROM edge_commands WHERE answered IS NULL`); left != int64(2) {
		t.Errorf("%v commands wait for an answer", left)
	}
	if by := c.sql(t, `SELECT anew FROM edge_commands WHERE cmd_seq = 2`); by != int64(4) {
		t.Errorf("command 4 takes the place of the second, not %v", by)
	}
}

// The pizza was in the oven when the guest asked; since then it is made again, and the box is another one.
func TestAWishThatWasRefusedIsNotPutToTheNextBox(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	placed := c.place(t, order.Carryout).Order.ID
	if _, _, err := c.service.Cancel(t.Context(), placed, 0, ordering.ByGuest, "changed my mind"); err != nil {
		t.Fatal(err)
	}
	given := c.commands(t, 1, 2)
	n.answers(t, given[0])
	n.steps(t, placed, order.Queue)
	n.says(t, placed, event.CommandAnswered{Seq: 2, Command: given[1].ID, Order: placed, Reason: "it is in the oven"})
	c.apply(t, link.Apply, n.all())
	c.enrol(t, "r1", "key-2")
	all := c.commands(t, 3, 10)
	if len(all) != 2 || all[0].Kind != link.Began || all[1].Again != given[0].ID {
		t.Errorf("the next box is told %+v", all)
	}
}

// A kitchen said that it put the order aside, and not that it ever took it: that was on a card which spoiled.
func TestAnOrderThatHasEndedIsNotOfferedAgain(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	gone := c.place(t, order.Carryout)
	c.place(t, order.Carryout)
	n.says(t, gone.Order.ID, event.OrderStanding{
		Order: gone.Order, Since: time.Now(),
		Progress: order.Progress{Origin: order.Cloud, Intake: order.Validated, Whole: order.Voided, Delivery: order.NoDelivery, Items: gone.Progress.Items},
	})
	c.apply(t, link.Apply, n.all())
	first := c.commands(t, 1, 2)
	r := c.renew(t, "key-1", "boot-1", 1, 0)
	again := c.commands(t, r.commands+1, r.commands+10)
	if len(again) != 1 || again[0].Again != first[1].ID {
		t.Errorf("offered again are %+v", again)
	}
	if why := c.sql(t, `SELECT reason FROM edge_commands WHERE cmd_seq = 1`); why != "the order has ended" {
		t.Errorf("the first is closed because %v", why)
	}
}

// The answer to the first of two of the same kind can come after the second was given: it lies in the tail that the cloud did not know.
func TestALateAnswerToARepeatedCommandCounts(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	oid := c.place(t, order.Carryout).Order.ID
	first := c.commands(t, 1, 1)[0]
	r := c.renew(t, "key-1", "boot-1", 1, 1)
	n.epoch = r.row.Epoch
	n.answers(t, first)
	n.steps(t, oid, order.Queue)
	second := c.commands(t, r.commands+1, r.commands+1)[0]
	n.answers(t, second)
	c.apply(t, link.Apply, n.all())
	if status := c.order(t, oid).Status(); status != order.StatusQueued {
		t.Errorf("the order is %s", status)
	}
	if n := c.sql(t, `SELECT count(*) FROM edge_commands WHERE granted AND answered IS NOT NULL`); n != int64(2) {
		t.Errorf("%v answers are known", n)
	}
	if left, err := c.Unanswered(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestNoNumberIsUsedAgainThatANodeHasObeyed(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.enrol(t, "r1", "key-1")
	c.place(t, order.Carryout)
	if r := c.renew(t, "key-1", "boot", 7, 40); r.commands != 41 || r.row.Epoch != 8 {
		t.Errorf("%+v", r)
	}
	if got := c.commands(t, 42, 50); len(got) != 1 || got[0].Seq != 42 {
		t.Errorf("%+v", got)
	}
	if _, _, _, _, err := c.Renew(t.Context(), "r1", "key-2", "boot", 8, 0); !problem.Is(err, problem.Refused) {
		t.Errorf("another device begins an epoch: %v", err)
	}
	if _, _, _, _, err := c.Renew(t.Context(), "nowhere", "key-1", "boot", 1, 0); !problem.Is(err, problem.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestTheCloudKnowsItsEventsOfEveryEpochAndNoOthers(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	o := taken(t)
	n.says(t, o.Order.ID, o)
	n.says(t, o.Order.ID, event.ForecastChanged{Order: o.Order.ID})
	c.apply(t, link.Apply, n.batch(1, 1))
	r := c.renew(t, "key-1", "boot", 1, 0)
	second := &node{edge: "r1", device: "key-1", epoch: r.row.Epoch}
	second.says(t, o.Order.ID, event.ForecastChanged{Order: o.Order.ID})
	c.apply(t, link.Apply, second.all())
	ids := []string{second.events[0].ID, n.events[1].ID, "nobody's", n.events[0].ID}
	known, inc, err := c.Known(t.Context(), "r1", "boot", ids)
	if err != nil || !slices.Equal(known, []bool{true, false, false, true}) || inc != r.inc {
		t.Errorf("%v of %q, %v", known, inc, err)
	}
	if known, _, err := c.Known(t.Context(), "r2", "boot", ids); err != nil || slices.Contains(known, true) {
		t.Errorf("another restaurant's are known: %v, %v", known, err)
	}
}

func TestTwoLivingNodesAreToldByTheirTakingTurns(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.enrol(t, "r1", "key-1")
	alarm := func(want int, when string) {
		t.Helper()
		open, err := c.OpenAlerts(t.Context(), "r1")
		if err != nil || len(open) != want || want > 0 && open[0].What != restaurant.TwoNodes {
			t.Errorf("%s: %+v, %v", when, open, err)
		}
	}
	for i, boot := range []string{"a", "a", "b", "c"} { // a card restored again and again
		c.renew(t, "key-1", boot, uint64(i+1), 0)
	}
	alarm(0, "one life after the other")
	c.renew(t, "key-1", "b", 5, 0)
	alarm(1, "one that was gone is back")
	if err := c.Tidy(t.Context(), time.Now().Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	alarm(0, "nobody has taken turns for two hours")
	c.renew(t, "key-1", "c", 6, 0)
	alarm(1, "it goes on")
	c.enrol(t, "r1", "key-2")
	alarm(0, "somebody has enrolled one of them anew")
}

// Cores and nodes at once: appliers of the same batches, two lives of a node that begin epochs, and a person who enrols another device.
func TestEpochsCommandsAndEventsStayWholeWhateverHappensAtOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	device := c.enrol(t, "r1", "key-1")
	for range 5 {
		c.place(t, order.Carryout)
	}
	n := &node{edge: "r1", device: device}
	for range 30 {
		o := taken(t)
		n.says(t, o.Order.ID, o)
	}
	codes := make(chan string, 3)
	for range cap(codes) {
		code, _, err := c.IssueCode(t.Context(), "r1")
		if err != nil {
			t.Fatal(err)
		}
		codes <- code
	}
	epochs := make(chan renewed, 64)
	var all sync.WaitGroup
	for i, core := range []*chain{c, other} {
		all.Go(func() {
			for seq := uint64(1); seq <= 30; seq += 2 {
				if _, _, err := core.Apply(t.Context(), []link.Batch{n.batch(seq, seq+1)}); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 10 {
				row, commands, id, inc, err := core.Renew(t.Context(), "r1", device, fmt.Sprint("boot-", i), 1, 0)
				if problem.Is(err, problem.Refused) {
					return
				}
				if err != nil {
					t.Error(err)
				}
				epochs <- renewed{row, commands, id, inc}
			}
		})
		all.Go(func() {
			for range 5 {
				if _, _, err := core.service.Place(t.Context(), basket(order.Carryout), ""); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			code := <-codes
			if _, err := core.Claim(t.Context(), code, fmt.Sprint("other-", i)); err != nil && !problem.Is(err, problem.Refused) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	close(epochs)
	seen := map[uint64]bool{}
	for e := range epochs {
		if seen[e.row.Epoch] {
			t.Errorf("epoch %d was begun twice", e.row.Epoch)
		}
		seen[e.row.Epoch] = true
	}
	c.sound(t)
}

// sound holds the tables against what must always be so.
func (c *chain) sound(t testing.TB) {
	t.Helper()
	var all []string
	for what, sql := range map[string]string{
		"a command stands higher than its edge's head": `SELECT count(*) FROM edge_commands c JOIN edge_heads h USING (edge) WHERE c.cmd_seq > h.cmd_seq`,
		"a repeated command still waits":               `SELECT count(*) FROM edge_commands WHERE anew IS NOT NULL AND answered IS NULL`,
		"a command is repeated by none":                `SELECT count(*) FROM edge_commands c WHERE anew IS NOT NULL AND NOT EXISTS (SELECT FROM edge_commands r WHERE r.edge = c.edge AND r.cmd_seq = c.anew AND r.order_id = c.order_id AND r.kind = c.kind)`,
		"two of one command wait":                      `SELECT count(*) FROM (SELECT FROM edge_commands WHERE answered IS NULL GROUP BY edge, coalesce(nullif(again, ''), cmd_id) HAVING count(*) > 1) x`,
		"what waits stands before the epoch":           `SELECT count(*) FROM edge_commands c WHERE answered IS NULL AND cmd_seq < (SELECT max(cmd_seq) FROM edge_commands b WHERE b.edge = c.edge AND b.kind = 'link.began.v1')`,
		"the watermark is not the last event":          `SELECT count(*) FROM edge_link l WHERE seq <> (SELECT coalesce(max(seq), 0) FROM edge_events e WHERE e.edge = l.edge AND e.epoch = l.epoch)`,
		"an epoch has gaps":                            `SELECT count(*) FROM (SELECT FROM edge_events WHERE epoch > 0 GROUP BY edge, epoch HAVING count(*) <> max(seq)) x`,
		"two devices are current":                      `SELECT count(*) FROM (SELECT FROM devices WHERE state = 'current' GROUP BY restaurant HAVING count(*) > 1) x`,
		"the link is not the current device's":         `SELECT count(*) FROM edge_link l JOIN devices d ON d.restaurant = l.edge AND d.state = 'current' WHERE d.public_key <> l.device`,
	} {
		all = append(all, fmt.Sprintf(`SELECT '%s' AS what WHERE (%s) > 0`, strings.ReplaceAll(what, "'", "''"), sql))
	}
	if wrong := c.sql(t, `SELECT string_agg(what, '; ') FROM (`+strings.Join(all, ` UNION ALL `)+`) x`); wrong != nil {
		t.Error(wrong)
	}
}

func TestADoubtedDatabaseBecomesAnotherIncarnationOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	first := c.Incarnation()
	said := make(chan string, 8)
	var all sync.WaitGroup
	for i := range cap(said) {
		all.Go(func() {
			core := []*chain{c, other}[i%2]
			inc, err := core.Doubt(t.Context(), fmt.Sprint("r", 1+i%2), first, "it knows more")
			if err != nil {
				t.Error(err)
			}
			said <- inc
		})
	}
	all.Wait()
	second := <-said
	for range cap(said) - 1 {
		if inc := <-said; inc != second {
			t.Errorf("one is told %q, another %q", second, inc)
		}
	}
	if second == first {
		t.Error("it is the same as before")
	}
	if inc, err := c.Doubt(t.Context(), "r2", first, "late"); err != nil || inc != second {
		t.Errorf("a late one is told %q, %v", inc, err)
	}
	who := c.sql(t, `SELECT left(why, 2) FROM history`).(string)
	if inc, err := c.Doubt(t.Context(), who, second, "again and again"); err != nil || inc != second {
		t.Errorf("one node moves the chain at its will: %q, %v", inc, err)
	}
	third, err := other.Doubt(t.Context(), "r3", second, "it knows more")
	if err != nil || third == second {
		t.Errorf("another one is not heard: %q, %v", third, err)
	}
	for range 3 {
		for _, edge := range []string{who, "r3"} {
			if inc, err := c.Doubt(t.Context(), edge, third, "again and again"); err != nil || inc != third {
				t.Errorf("two nodes move the chain at their will: %s makes it %q, %v", edge, inc, err)
			}
		}
	}
}

// A dump that is read into the same database leaves the counter as it was. That rows were written anew gives it away.
func TestADumpReadIntoTheSameDatabaseIsAnotherIncarnation(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	first := c.Incarnation()
	c.sql(t, `CREATE TABLE dump AS TABLE history`)
	c.sql(t, `DELETE FROM history`)
	c.sql(t, `INSERT INTO history SELECT * FROM dump`)
	if _, _, _, inc, err := c.Meet(t.Context(), "r1", 0); err != nil || inc == first {
		t.Errorf("%q is still %q, %v", inc, first, err)
	}
}
