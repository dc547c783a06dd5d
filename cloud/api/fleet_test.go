package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"awesome.pizza/shared/broker"
	facts "awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
)

func TestWhatNeedsAPersonIsShownToHQ(t *testing.T) {
	t.Parallel()
	c := open(t)
	raised, err := facts.Encode(facts.AlertRaised{Alert: "silent/oven-1", Device: "oven-1", What: "silent", Level: "critical", Since: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	first := link.Seal(link.Hash{}, 1, link.Event{ID: id.New(), Kind: facts.AlertRaised{}.Kind(), At: time.Now(), Body: raised})
	second := link.Seal(first.Hash, 2, link.Event{ID: id.New(), Kind: "order.teleported.v1", At: time.Now(), Body: []byte(`{}`)})
	batch := link.Batch{Edge: "r1", Epoch: 1, First: 1, Last: 2, Gen: "g", Schema: link.Schema, Events: []link.Event{first, second}}
	stranger := batch
	stranger.Edge, stranger.Epoch = "r2", 7
	if _, _, err := c.Apply(t.Context(), []link.Batch{batch, stranger}); err != nil {
		t.Fatal(err)
	}
	if err := c.SaveDeadLetter(t.Context(), broker.DeadLetter{Device: "d1", Code: "no_fix", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	is := c.box(t)
	until := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	if err := c.Credited(t.Context(), "r1", is.public, until); err != nil {
		t.Fatal(err)
	}
	a := c.get(t, "/api/fleet").is(t, 200)
	var seen struct {
		Nodes []struct {
			ID     string `json:"restaurant_id"`
			Alerts []struct{ ID, What, Detail, Since string }
			Aside  int        `json:"quarantine"`
			Until  *time.Time `json:"credential_expires"`
		}
		Letters int `json:"dead_letters"`
	}
	if err := json.Unmarshal(a.body, &seen); err != nil || len(seen.Nodes) != 3 || seen.Letters != 1 {
		t.Fatalf("%v: %s", err, a.body)
	}
	one, two := seen.Nodes[0], seen.Nodes[1]
	if len(one.Alerts) != 2 || one.Alerts[0].ID != "event/1/2" || one.Alerts[0].What != "unprojectable_event" || one.Alerts[0].Detail == "" ||
		one.Alerts[1].What != "silent" || !instant.MatchString(one.Alerts[1].Since) {
		t.Errorf("%+v", one)
	}
	if one.Until == nil || !one.Until.Equal(until) || two.Until != nil {
		t.Errorf("their nodes may speak until %v and %v", one.Until, two.Until)
	}
	if two.Alerts == nil || len(two.Alerts) != 0 || two.Aside != 1 || one.Aside != 0 {
		t.Errorf("%+v, %+v", one, two)
	}
	next(t, c.follow(t, "/api/dashboard/stream", ""), func(e event) bool {
		return e.name == "restaurant" && e.data["id"] == "r1" && e.data["alerts"] == 2.0
	})
}
