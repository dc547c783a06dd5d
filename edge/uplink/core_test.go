package uplink_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// cloudCore is a core with a database in memory, behind a real hub: it decides with shared/link, as the real one does.
type cloudCore struct {
	t     *testing.T
	conn  *nats.Conn
	chain nkeys.KeyPair
	liar  nkeys.KeyPair // signs snapshots instead, when there is one

	mu        sync.Mutex
	inc       string
	row       link.LinkRow
	events    map[string]link.Event // by id
	order     []string              // of the events' ids, as they came
	standings []event.OrderStanding
	pages     int            // orders in a page of a snapshot; 0: as many as fit
	deaf      map[string]int // by subject: how many answers are lost after they were carried out
	asked     map[string]int
	digests   []link.OpenOrder
}

func newCore(t *testing.T, s *server.Server) *cloudCore {
	t.Helper()
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	chain, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	c := &cloudCore{
		t: t, conn: conn, chain: chain, inc: "pg-1", row: link.LinkRow{Edge: "r1", Epoch: 1}, events: map[string]link.Event{},
		deaf: map[string]int{}, asked: map[string]int{},
	}
	answer(c, link.SyncWildcard, c.sync)
	answer(c, link.HealWildcard, c.heal)
	answer(c, link.SnapshotWildcard, c.snapshot)
	if _, err := conn.Subscribe("ap.v1.up.*.*", c.apply); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return c
}

// answer answers one kind of question, unless the answer is to be lost.
func answer[Q, A link.Message](c *cloudCore, subject string, how func(Q) A) {
	c.t.Helper()
	_, err := c.conn.Subscribe(subject, func(m *nats.Msg) {
		q, err := link.Decode[Q](m.Data)
		if err != nil {
			c.t.Errorf("%s: %v", m.Subject, err)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.asked[subject]++
		a := how(q)
		if c.deaf[subject] > 0 {
			c.deaf[subject]--
			return
		}
		data, err := link.Encode(a)
		if err != nil {
			c.t.Errorf("answer %s: %v", m.Subject, err)
			return
		}
		_ = m.Respond(data)
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *cloudCore) sync(q link.SyncRequest) link.SyncReply {
	if len(q.Digest) > 0 {
		c.digests = q.Digest
	}
	return link.AnswerSync(c.row, q, link.Cloud{Inc: c.inc, CmdID: q.CmdID, CmdHigh: q.CmdSeq}, time.Now())
}

func (c *cloudCore) heal(q link.HealRequest) link.HealReply {
	known := make([]bool, len(q.IDs))
	for i, id := range q.IDs {
		_, known[i] = c.events[id]
	}
	a := link.AnswerHeal(c.row, q, known, c.inc, time.Now())
	if a.Kind == link.Forked && q.Renew {
		row, commands := link.Renewed(c.row, q, 0)
		c.row = row
		a = a.Renew(row, commands, "")
	}
	return a
}

func (c *cloudCore) snapshot(q link.SnapshotRequest) link.SnapshotReply {
	orders := slices.DeleteFunc(slices.Clone(c.standings), func(o event.OrderStanding) bool { return string(o.Order.ID) <= q.After })
	page := link.Snapshot{Restaurant: "r1", Device: q.Device, Epoch: c.row.Epoch, Inc: c.inc, Made: time.Now(), Orders: orders}
	if c.pages > 0 && len(orders) > c.pages {
		page.Orders, page.More = orders[:c.pages], true
	}
	doc, sig := c.sign(page)
	return link.SnapshotReply{N: q.N, Doc: doc, Sig: sig}
}

func (c *cloudCore) sign(page link.Snapshot) (doc, sig []byte) {
	doc, err := link.Encode(page)
	if err != nil {
		c.t.Errorf("write a snapshot: %v", err)
	}
	key := c.chain
	if c.liar != nil {
		key = c.liar
	}
	if sig, err = key.Sign(doc); err != nil {
		c.t.Errorf("sign a snapshot: %v", err)
	}
	return doc, sig
}

// apply takes a batch as the hub's stream would, and as the applier behind it.
func (c *cloudCore) apply(m *nats.Msg) {
	edge, _ := link.EdgeOfSubject(m.Subject)
	header := map[string]string{}
	for name := range m.Header {
		header[name] = m.Header.Get(name)
	}
	b, err := link.DecodeBatch(edge, m.Data, header)
	if err != nil {
		c.t.Errorf("a batch: %v", err)
		return
	}
	_ = m.Respond([]byte(`{"stream":"UP"}`))
	c.mu.Lock()
	defer c.mu.Unlock()
	d := link.Decide(c.row, b)
	if d.Verdict == link.Apply {
		for _, e := range d.Events {
			if _, twice := c.events[e.ID]; twice {
				c.t.Errorf("event %s is applied twice", e.ID)
			}
			c.events[e.ID] = e
			c.order = append(c.order, e.ID)
		}
		c.row.Epoch, c.row.Seq, c.row.Hash = d.After.Epoch, d.After.Seq, d.After.Hash
	}
	if control, ok := d.Control(); ok {
		c.send(link.ControlSubject(edge), control)
		return
	}
	data, err := link.Encode(c.row.Ack(c.inc))
	if err != nil {
		c.t.Errorf("an ack: %v", err)
		return
	}
	_ = c.conn.Publish(link.AckSubject(edge), data)
}

func (c *cloudCore) send(subject string, control link.Control) {
	data, err := link.Encode(control)
	if err != nil {
		c.t.Errorf("a control: %v", err)
		return
	}
	_ = c.conn.Publish(subject, data)
}

// public is the key by which a node knows the chain.
func (c *cloudCore) public() string {
	public, err := c.chain.PublicKey()
	if err != nil {
		c.t.Fatal(err)
	}
	return public
}

// with changes the cloud, or looks at it, between two messages.
func (c *cloudCore) with(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do()
}

// orders are the orders that the cloud heard of being taken, each once.
func (c *cloudCore) orders() map[order.ID]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	heard := map[order.ID]int{}
	for _, id := range c.order {
		if e := c.events[id]; e.Kind == (event.OrderTaken{}).Kind() {
			heard[order.ID(e.Order)]++
		}
	}
	return heard
}

// stands is what the cloud was told of how an order stands, last.
func (c *cloudCore) stands(id order.ID) (s event.OrderStanding, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, eventID := range c.order {
		e := c.events[eventID]
		if e.Kind == s.Kind() && e.Order == string(id) {
			s = event.OrderStanding{}
			if err := json.Unmarshal(e.Body, &s); err != nil {
				c.t.Errorf("event %s: %v", eventID, err)
			}
			ok = true
		}
	}
	return s, ok
}

func (c *cloudCore) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("epoch %d, seq %d, %d events, asked %v", c.row.Epoch, c.row.Seq, len(c.events), c.asked)
}
