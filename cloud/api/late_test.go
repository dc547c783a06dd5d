package api_test

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
)

// ago makes everything that has happened to an order so far as much older.
func (c *chain) ago(t testing.TB, id order.ID, age time.Duration) {
	t.Helper()
	_, err := c.Change(t.Context(), id, 0, func(r *ordering.Record) error {
		r.Steps = slices.Clone(r.Steps)
		for i := range r.Steps {
			r.Steps[i].At = r.Steps[i].At.Add(-age)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// carried is a delivery that was on its shelf and given to a driver two hours ago, and how that driver signs in.
func (c *chain) carried(t testing.TB) (path string, asDriver map[string]string) {
	t.Helper()
	staff := bearer(secret)
	driver := c.call(t, req{"POST", "/api/drivers", map[string]any{"name": "Dora"}, staff}).is(t, 201)
	id := c.place(t, order.ByDelivery).id()
	path = "/api/orders/" + string(id)
	c.call(t, req{"POST", path + "/confirm", nil, staff}).is(t, 200)
	c.cook(t, id, bake...)
	c.call(t, req{"POST", path + "/assign-driver", map[string]any{"driver_id": driver.at("id")}, staff}).is(t, 200)
	c.ago(t, id, 2*time.Hour)
	key, _ := driver.at("secret").(string)
	return path, bearer(key)
}

// last are the newest lines of the timeline, as "status at instant".
func (a reply) last(n int) []string {
	steps, _ := a.at("timeline").([]any)
	var lines []string
	for _, s := range steps[max(0, len(steps)-n):] {
		step, _ := s.(map[string]any)
		status, _ := step["status"].(string)
		at, _ := step["at"].(string)
		lines = append(lines, status+" at "+at)
	}
	return lines
}

func TestDeedsThatAPhoneSendsLateAreShownWhenTheyWereDone(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	now := time.Now().UTC()
	done := func(ago time.Duration) string { return clock.Format(now.Add(-ago)) }
	fetched, left, home := done(50*time.Minute), done(45*time.Minute), done(20*time.Minute)
	type deed struct {
		method, path string
		body         map[string]any
	}
	fetch := deed{"PUT", "/status", map[string]any{"status": "PickedUp", "at": fetched}}
	leave := deed{"POST", "/start-delivery", map[string]any{"at": left}}
	for name, x := range map[string]struct {
		does []deed
		want []string
	}{
		"delivered": {
			[]deed{fetch, leave, {"POST", "/complete-delivery", map[string]any{"at": home}}},
			[]string{"PickedUp at " + fetched, "OutForDelivery at " + left, "Delivered at " + home},
		},
		"failed": {
			[]deed{fetch, leave, {"POST", "/fail", map[string]any{"reason": "nobody opened", "at": home}}},
			[]string{"PickedUp at " + fetched, "OutForDelivery at " + left, "Failed at " + home},
		},
		"taken along at once": {
			[]deed{leave, {"POST", "/complete-delivery", map[string]any{"at": home}}},
			[]string{"PickedUp at " + left, "OutForDelivery at " + left, "Delivered at " + home},
		},
		"every step by its status": {
			[]deed{
				fetch,
				{"PUT", "/status", map[string]any{"status": "OutForDelivery", "at": left}},
				{"PUT", "/status", map[string]any{"status": "Delivered", "at": home}},
			},
			[]string{"PickedUp at " + fetched, "OutForDelivery at " + left, "Delivered at " + home},
		},
		"failed by its status": {
			[]deed{fetch, leave, {"PUT", "/status", map[string]any{"status": "Failed", "at": home}}},
			[]string{"PickedUp at " + fetched, "OutForDelivery at " + left, "Failed at " + home},
		},
	} {
		for who, staff := range map[string]bool{"the driver": false, "staff": true} {
			t.Run(name+" by "+who, func(t *testing.T) {
				t.Parallel()
				path, head := c.carried(t)
				if staff {
					head = bearer(secret)
				}
				for _, d := range x.does {
					c.call(t, req{d.method, path + d.path, d.body, head}).is(t, 200)
				}
				read := c.call(t, req{"GET", path, nil, bearer(secret)}).is(t, 200)
				if got := read.last(3); !slices.Equal(got, x.want) {
					t.Errorf("the timeline ends with %v, not %v", got, x.want)
				}
			})
		}
	}
}

func TestATimeThatCannotBeIsNow(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	for name, at := range map[string]any{
		"none":           nil,
		"the year one":   "0001-01-01T00:00:00Z",
		"two days ago":   clock.Format(time.Now().Add(-48 * time.Hour)),
		"an hour ahead":  clock.Format(time.Now().Add(time.Hour)),
		"the far future": "9999-12-31T23:59:59Z",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, asDora := c.carried(t)
			from := time.Now().Add(-time.Millisecond) // the timeline cuts to milliseconds
			body := map[string]any{}
			if at != nil {
				body["at"] = at
			}
			a := c.call(t, req{"POST", path + "/start-delivery", body, asDora}).is(t, 200)
			steps, _ := a.at("timeline").([]any)
			step, _ := steps[len(steps)-1].(map[string]any)
			text, _ := step["at"].(string)
			shown, err := time.Parse(time.RFC3339, text)
			if err != nil || shown.Before(from) || shown.After(time.Now()) {
				t.Errorf("shown at %q, %v", text, err)
			}
		})
	}
	path, asDora := c.carried(t)
	c.call(t, req{"POST", path + "/start-delivery", map[string]any{"at": "yesterday"}, asDora}).refused(t, 422, "invalid_request")
}
