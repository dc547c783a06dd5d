package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	facts "awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
)

const asksKnown = "/api/fleet/known"

// knows asks in the name of a box which of these events the cloud has.
func (c *chain) knows(t *testing.T, by box, ids []string) reply {
	t.Helper()
	payload, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	q := by.signs(t, asksKnown, "r1", time.Now(), string(payload))
	q["ids"] = json.RawMessage(payload)
	return c.post(t, asksKnown, q)
}

// bits reads an answer.
func (a reply) bits(t *testing.T) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(fmt.Sprint(a.is(t, 200).at("known")))
	if err != nil || a.at("inc") == "" {
		t.Fatalf("%v: %s", err, a.body)
	}
	return fmt.Sprintf("%08b", raw)
}

// spoke is an outbox whose first events the cloud has, of a box that was replaced then.
func spoke(t *testing.T, c *chain, has int) (old box, outbox []link.Event, ids []string) {
	t.Helper()
	old = c.box(t)
	raised, err := facts.Encode(facts.AlertCleared{Alert: "silent/oven-1", Device: "oven-1", At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	prev := link.Hash{}
	for seq := range uint64(4) {
		e := link.Seal(prev, seq+1, link.Event{ID: id.New(), Kind: facts.AlertCleared{}.Kind(), At: time.Now(), Body: raised})
		prev, outbox, ids = e.Hash, append(outbox, e), append(ids, e.ID)
	}
	b := link.Batch{
		Edge: "r1", Device: old.public, Epoch: 1, First: 1, Last: uint64(has), Gen: "g", Schema: link.Schema, Events: outbox[:has],
	}
	if d, _, err := c.Apply(t.Context(), []link.Batch{b}); err != nil || d[0].Verdict != link.Apply {
		t.Fatal(d, err)
	}
	c.knows(t, old, ids).refused(t, 409, "current_device")
	c.box(t) // takes its place
	return old, outbox, ids
}

func TestAFencedBoxIsToldWhatItNeedNotHandOver(t *testing.T) {
	t.Parallel()
	c := open(t)
	old, outbox, ids := spoke(t, c, 2)
	if got := c.knows(t, old, ids).bits(t); got != "[00000011]" {
		t.Errorf("it is told %s", got)
	}
	if got := c.knows(t, old, []string{}).bits(t); got != "[]" {
		t.Errorf("asked only which database it is: %s", got)
	}
	payload, err := json.Marshal(outbox[3:])
	if err != nil {
		t.Fatal(err)
	}
	q := old.signs(t, "/api/fleet/salvage", "r1", time.Now(), string(payload))
	q["epoch"], q["prev"], q["events"] = 1, link.Hash{}.String(), json.RawMessage(payload) // the event before was pruned
	c.post(t, "/api/fleet/salvage", q).is(t, 200)
	if got := c.knows(t, old, ids).bits(t); got != "[00001011]" {
		t.Errorf("once the last is put aside it is told %s", got)
	}
	c.post(t, "/api/fleet/r1/quarantine/"+old.public+"/discard", nil).is(t, 204)
	if got := c.knows(t, old, ids).bits(t); got != "[00001011]" {
		t.Errorf("once that is thrown away it is told %s", got)
	}
}

func TestAQuestionAboutEventsHasALimit(t *testing.T) {
	t.Parallel()
	c := open(t)
	old, _, _ := spoke(t, c, 1)
	many := make([]string, link.SalvagePage)
	for i := range many {
		many[i] = id.New()
	}
	c.knows(t, old, many).is(t, 200)
	for what, ids := range map[string][]string{
		"one too many": append(many, id.New()), "a long id": {strings.Repeat("x", 129)}, "an id without a letter": {""},
	} {
		if a := c.knows(t, old, ids); a.status != 422 || a.at("code") != "bad_ids" {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	for _, payload := range []string{`{"a":1}`, `[1]`, `"x"`} {
		q := old.signs(t, asksKnown, "r1", time.Now(), payload)
		q["ids"] = json.RawMessage(payload)
		c.post(t, asksKnown, q).refused(t, 422, "bad_ids")
	}
	q := old.signs(t, asksKnown, "r1", time.Now(), `["a"]`)
	q["ids"] = json.RawMessage(`["b"]`)
	c.post(t, asksKnown, q).refused(t, 403, "bad_signature")
	q = old.signs(t, "/api/fleet/salvage", "r1", time.Now(), `["a"]`)
	q["ids"] = json.RawMessage(`["a"]`)
	c.post(t, asksKnown, q).refused(t, 403, "bad_signature")
}

func TestAFencedBoxSaysThatThisWasAllAndAPersonSeesIt(t *testing.T) {
	t.Parallel()
	c := open(t)
	old, outbox, _ := spoke(t, c, 2)
	payload, err := json.Marshal(outbox[2:])
	if err != nil {
		t.Fatal(err)
	}
	q := old.signs(t, "/api/fleet/salvage", "r1", time.Now(), string(payload))
	q["epoch"], q["prev"], q["events"] = 1, outbox[1].Hash.String(), json.RawMessage(payload)
	c.post(t, "/api/fleet/salvage", q).is(t, 200)
	const quarantine, all = "/api/fleet/r1/quarantine", "/api/fleet/all"
	hereSince := func() any {
		devices, _ := c.get(t, quarantine).is(t, 200).at("devices").([]any)
		if len(devices) != 1 {
			t.Fatalf("there are %v", devices)
		}
		first, _ := devices[0].(map[string]any)
		return first["all_here_since"]
	}
	if got := hereSince(); got != nil {
		t.Errorf("before it says so, all is here since %v", got)
	}
	says := func(inc, signed string) reply {
		q := old.signs(t, all, "r1", time.Now(), signed)
		q["inc"] = inc
		return c.post(t, all, q)
	}
	says("another", "another").refused(t, 409, "another_database")
	says(c.Incarnation(), "another").refused(t, 403, "bad_signature")
	since := says(c.Incarnation(), c.Incarnation()).is(t, 200).at("since")
	if got := hereSince(); got == nil || got != since {
		t.Errorf("it has said so at %v, and all is here since %v", since, got)
	}
	for _, body := range []any{nil, map[string]any{}, map[string]any{"anyway": true}} {
		if a := c.post(t, quarantine+"/"+old.public+"/approve", body).is(t, 200); a.at("waiting") != 0.0 {
			t.Errorf("%v: %s", body, a.body)
		}
	}
}
