package downlink_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// byHand is a node's end of the line, moved by hand.
type byHand struct {
	t      *testing.T
	as     uplink.Enrolment
	conn   *nats.Conn
	epoch  uint64
	events []link.Event
	n      uint64
}

func (c *chain) byHand(as uplink.Enrolment) *byHand {
	c.t.Helper()
	conn, err := nats.Connect("nats://"+c.hubAt.Clients, nats.UserJWTAndSeed(as.JWT, as.Seed), nats.CustomInboxPrefix("_INBOX."+as.Restaurant))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(conn.Close)
	return &byHand{t: c.t, as: as, conn: conn, epoch: as.Epoch}
}

// asked sends a question and decodes its answer.
func asked[A, Q link.Message](h *byHand, subject string, q Q) A {
	h.t.Helper()
	data, err := link.Encode(q)
	if err != nil {
		h.t.Fatal(err)
	}
	m, err := h.conn.Request(subject, data, 10*time.Second)
	if err != nil {
		h.t.Fatalf("%s: %v", subject, err)
	}
	a, err := link.Decode[A](m.Data)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

func (h *byHand) tip() link.Mark {
	if len(h.events) == 0 {
		return link.Mark{Epoch: h.epoch}
	}
	last := h.events[len(h.events)-1]
	return link.Mark{Epoch: h.epoch, Seq: last.Seq, Hash: last.Hash}
}

func (h *byHand) says(about order.ID, b event.Body) link.Event {
	h.t.Helper()
	raw, err := event.Encode(b)
	if err != nil {
		h.t.Fatal(err)
	}
	e := link.Seal(h.tip().Hash, h.tip().Seq+1, link.Event{ID: id.New(), Order: string(about), Kind: b.Kind(), At: time.Now(), Body: raw})
	h.events = append(h.events, e)
	return e
}

// send publishes the events from first on as one batch, and waits until the hub has it.
func (h *byHand) send(first uint64) {
	h.t.Helper()
	b := link.Batch{
		Edge: h.as.Restaurant, Device: h.as.Device, Epoch: h.epoch, First: first, Last: h.tip().Seq, Gen: id.New(), Schema: link.Schema,
		Events: h.events[first-1:],
	}
	if first > 1 {
		b.Prev = h.events[first-2].Hash
	}
	payload, header, err := link.EncodeBatch(b)
	if err != nil {
		h.t.Fatal(err)
	}
	m := nats.NewMsg(link.UpSubject(h.as.Restaurant))
	m.Data = payload
	for name, value := range header {
		m.Header.Set(name, value)
	}
	if _, err := h.conn.RequestMsg(m, 10*time.Second); err != nil {
		h.t.Fatal(err)
	}
}

func (h *byHand) sync(more func(*link.SyncRequest)) link.SyncReply {
	h.t.Helper()
	h.n++
	tip := h.tip()
	req := link.SyncRequest{
		N: h.n, Device: h.as.Device, Boot: "by-hand", Schema: link.Schema, SchemaMin: link.SchemaMin, Epoch: h.epoch, Last: tip.Seq, LastHash: tip.Hash,
		CmdSeq: h.as.Commands,
	}
	if more != nil {
		more(&req)
	}
	return asked[link.SyncReply](h, link.SyncSubject(h.as.Restaurant), req)
}

func (h *byHand) heal(ids []string, cmdSeq uint64, renew bool) link.HealReply {
	h.t.Helper()
	h.n++
	return asked[link.HealReply](h, link.HealSubject(h.as.Restaurant), link.HealRequest{
		N: h.n, Device: h.as.Device, Boot: "by-hand", Epoch: h.epoch, CmdSeq: cmdSeq, IDs: ids, Renew: renew,
	})
}

// snapshot fetches a page, and believes it only with the chain's signature.
func (h *byHand) snapshot(chain, after string, most int) link.Snapshot {
	h.t.Helper()
	h.n++
	reply := asked[link.SnapshotReply](h, link.SnapshotSubject(h.as.Restaurant), link.SnapshotRequest{N: h.n, Device: h.as.Device, After: after, Most: most})
	if reply.Fail != "" {
		h.t.Fatal(reply.Fail)
	}
	key, err := nkeys.FromPublicKey(chain)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := key.Verify(reply.Doc, reply.Sig); err != nil {
		h.t.Fatalf("a snapshot that the chain has not signed: %v", err)
	}
	s, err := link.Decode[link.Snapshot](reply.Doc)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func TestARestoredCardIsToldWhatItLacksAndBeginsANewEpoch(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	h := c.byHand(c.enrol("r1"))
	sold := counterTaken(t)
	h.says(sold.Order.ID, sold)
	card := *h // photographed here
	card.events = h.events[:1:1]
	h.says(sold.Order.ID, event.OrderStepped{Order: sold.Order.ID, Action: order.Validate, Cause: event.ByRule})
	h.says(sold.Order.ID, event.OrderStepped{Order: sold.Order.ID, Action: order.Queue, Number: 7, Cause: event.ByRule})
	if r := h.sync(nil); r.Kind != link.Resume {
		t.Fatalf("%+v", r)
	}
	h.send(1)
	eventually(t, "the cloud has it", func() bool { return c.status(sold.Order.ID) == order.StatusQueued })
	c.presence.Expect("r1", time.Now())
	waits, _, err := c.ordering.Place(t.Context(), basket(), "")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the restaurant is asked", func() bool { _, high, err := c.store.Link(t.Context(), "r1"); return err == nil && high == 1 })

	own := card.says("", event.AlertCleared{Alert: "a", Device: "d", At: time.Now()})
	r := card.sync(nil)
	if r.Kind != link.Forked {
		t.Fatalf("a restored card is answered %+v", r)
	}
	healed := card.heal([]string{h.events[0].ID, own.ID}, 0, true)
	if healed.Kind != link.Forked || healed.Inc != r.Inc || !healed.Knows(0) || healed.Knows(1) || healed.Epoch != 2 || healed.Commands != 2 || healed.CommandID == "" {
		t.Fatalf("%+v", healed)
	}
	chain, err := c.keys.Chain()
	if err != nil {
		t.Fatal(err)
	}
	first := card.snapshot(chain, "", 1)
	if len(first.Orders) != 1 || !first.More || first.Epoch != 2 || first.Inc != r.Inc || first.Device != card.as.Device {
		t.Fatalf("%+v", first)
	}
	rest := card.snapshot(chain, string(first.Orders[0].Order.ID), 10)
	if len(rest.Orders) != 1 || rest.More {
		t.Fatalf("%+v", rest)
	}
	stands := map[order.ID]event.OrderStanding{first.Orders[0].Order.ID: first.Orders[0], rest.Orders[0].Order.ID: rest.Orders[0]}
	if s := stands[sold.Order.ID]; s.Number != 7 || s.Day == "" || s.Progress.Kitchen() != order.Queued {
		t.Errorf("what the card has lost stands as %+v", s)
	}
	if s := stands[waits.Order.ID]; s.Token == "" || s.Progress.Kitchen() != order.Waiting {
		t.Errorf("what waits for the kitchen stands as %+v", s)
	}
	if len(first.Numbers) == 0 {
		t.Error("nothing is said of ticket numbers")
	}

	card.epoch, card.events, card.as.Commands = healed.Epoch, nil, healed.Commands
	again := link.Seal(link.Hash{}, 1, link.Event{ID: own.ID, Kind: own.Kind, At: own.At, Body: own.Body})
	card.events = append(card.events, again)
	r = card.sync(func(q *link.SyncRequest) { q.CmdID = healed.CommandID })
	if r.Kind != link.Resume || r.Epoch != 2 || r.CmdHigh != healed.Commands+1 {
		t.Fatalf("%+v", r)
	}
	card.send(1)
	eventually(t, "what only the card had is in the cloud", func() bool { row, _, err := c.store.Link(t.Context(), "r1"); return err == nil && row.Seq == 1 })
	if known, _, err := c.store.Known(t.Context(), "r1", "x", []string{own.ID}); err != nil || !known[0] {
		t.Errorf("%v, %v", known, err)
	}
}

func TestAnEmptyNodeOfTheSameCardBeginsWithWhatIsOpen(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	h := c.byHand(c.enrol("r1"))
	sold := counterTaken(t)
	h.says(sold.Order.ID, sold)
	h.send(1)
	eventually(t, "the cloud has it", func() bool { return c.status(sold.Order.ID) == order.StatusCreated })
	empty := *h
	empty.events = nil
	if r := empty.sync(nil); r.Kind != link.Emptied {
		t.Fatalf("%+v", r)
	}
	if r := empty.heal(nil, 0, true); r.Kind != link.Forked || r.Epoch != 2 || len(r.Known) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestAFencedNodeIsToldSoWhateverItAsks(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	old := c.byHand(c.enrol("r1"))
	c.enrol("r1")
	if r := old.sync(nil); r.Kind != link.Fenced {
		t.Errorf("SYNC: %+v", r)
	}
	if r := old.heal([]string{"x"}, 0, true); r.Kind != link.Fenced || r.Epoch != 0 {
		t.Errorf("healing: %+v", r)
	}
	reply := asked[link.SnapshotReply](old, link.SnapshotSubject("r1"), link.SnapshotRequest{N: 1, Device: old.as.Device})
	if reply.Fail == "" || len(reply.Doc) > 0 {
		t.Errorf("it gets a snapshot: %+v", reply)
	}
}

// What a node was told by this incarnation of the database and the database does not know was lost: it becomes another incarnation.
func TestADatabaseThatForgotWhatANodeKnowsBecomesAnotherIncarnation(t *testing.T) {
	t.Parallel()
	for what, forgot := range map[string]func(q *link.SyncRequest){
		"an acknowledgement": func(q *link.SyncRequest) { q.Acked, q.Last = 3, 3; q.LastHash = link.Hash{3} },
		"an epoch":           func(q *link.SyncRequest) { q.Epoch = 4 },
		"a command":          func(q *link.SyncRequest) { q.CmdSeq, q.CmdID = 9, "x" },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			h := c.byHand(c.enrol("r1"))
			first := h.sync(nil)
			same := h.sync(func(q *link.SyncRequest) { q.Inc = first.Inc })
			if first.Kind != link.Resume || same.Inc != first.Inc {
				t.Fatalf("%+v, then %+v", first, same)
			}
			second := h.sync(func(q *link.SyncRequest) { q.Inc = first.Inc; forgot(q) })
			if second.Inc == first.Inc {
				t.Errorf("it is the same incarnation: %+v", second)
			}
			third := h.sync(func(q *link.SyncRequest) { q.Inc = second.Inc; forgot(q) })
			if third.Inc != second.Inc {
				t.Error("the same node moves the chain again and again")
			}
		})
	}
}

func counterTaken(t *testing.T) event.OrderTaken {
	t.Helper()
	return event.OrderTaken{
		Order: order.Order{
			ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Edge, Channel: order.Counter, Fulfilment: order.Carryout,
			Customer: order.Customer{Name: "Grace"}, Lines: []order.Line{{Product: "cola", Quantity: 1}}, PlacedAt: time.Now().UTC(),
		},
		Items: []order.Item{{ID: "1", Product: "cola", Name: "Cola", Station: "sides", State: order.ItemQueued}},
	}
}
