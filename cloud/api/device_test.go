package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/cloud/api"
	facts "awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
)

// box is a device that was enrolled for r1.
type box struct {
	pair   nkeys.KeyPair
	public string
}

func (c *chain) box(t *testing.T) box {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	code := c.call(t, req{"POST", "/api/fleet/r1/enroll", nil, c.asStaff}).is(t, 200).at("code")
	c.post(t, "/api/fleet/claim", map[string]any{"code": code, "public_key": public}).is(t, 200)
	return box{pair, public}
}

// signs makes a request as this device does, about a payload or none.
func (b box) signs(t *testing.T, path, restaurant string, at time.Time, payload string) map[string]any {
	t.Helper()
	when, hash := at.UTC().Format(time.RFC3339), ""
	if payload != "" {
		sum := sha256.Sum256([]byte(payload))
		hash = hex.EncodeToString(sum[:])
	}
	sig, err := b.pair.Sign([]byte(path + "\n" + restaurant + "\n" + b.public + "\n" + when + "\n" + hash))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"restaurant": restaurant, "device": b.public, "at": when, "sig": base64.StdEncoding.EncodeToString(sig)}
}

func TestANodeRenewsItsCredentialByItsKeyAlone(t *testing.T) {
	t.Parallel()
	c := open(t, func(_ *api.Deps, s *api.Settings) { s.StaffToken = secret })
	is := c.box(t)
	const renew = "/api/fleet/renew"
	a := c.post(t, renew, is.signs(t, renew, "r1", time.Now(), "")).is(t, 200)
	if a.at("jwt") != "jwt of "+is.public || a.at("ca") != "PEM" || fmt.Sprint(a.at("leaves")) != "[tls://hub:7422]" || a.at("clients") == nil {
		t.Errorf("told %s", a.body)
	}
	if at, err := time.Parse(time.RFC3339, fmt.Sprint(a.at("time"))); err != nil || time.Since(at) > time.Minute {
		t.Errorf("the cloud's time is %v", a.at("time"))
	}
	once := is.signs(t, renew, "r1", time.Now(), "")
	if first, again := c.post(t, renew, once).is(t, 200), c.post(t, renew, once).is(t, 200); first.at("jwt") != again.at("jwt") {
		t.Error("a repeated request gives another device's credential")
	}
}

func TestASignatureIsForOneDeviceOnePathOneRestaurantAndOneMoment(t *testing.T) {
	t.Parallel()
	c := open(t)
	is := c.box(t)
	stranger := box{}
	stranger.pair, _ = nkeys.CreateUser()
	stranger.public, _ = stranger.pair.PublicKey()
	const renew = "/api/fleet/renew"
	good := func() map[string]any { return is.signs(t, renew, "r1", time.Now(), "") }
	for name, x := range map[string]struct {
		change func(map[string]any)
		status int
		code   string
	}{
		"another device":        {func(q map[string]any) { q["device"] = stranger.public }, 403, "bad_signature"},
		"another restaurant":    {func(q map[string]any) { q["restaurant"] = "r2" }, 403, "bad_signature"},
		"another moment":        {func(q map[string]any) { q["at"] = time.Now().Add(time.Minute).UTC().Format(time.RFC3339) }, 403, "bad_signature"},
		"another path":          {func(q map[string]any) { q["sig"] = is.signs(t, "/api/fleet/salvage", "r1", time.Now(), "")["sig"] }, 403, "bad_signature"},
		"a payload":             {func(q map[string]any) { q["sig"] = is.signs(t, renew, "r1", time.Now(), "[]")["sig"] }, 403, "bad_signature"},
		"a short signature":     {func(q map[string]any) { q["sig"] = "AAAA" }, 422, "invalid_request"},
		"no base64":             {func(q map[string]any) { q["sig"] = strings.Repeat("!", 88) }, 422, "invalid_request"},
		"no time":               {func(q map[string]any) { q["at"] = "yesterday, about noon" }, 422, "invalid_request"},
		"a key of another kind": {func(q map[string]any) { q["device"] = "A" + is.public[1:] }, 403, "bad_signature"},
		"an unknown field":      {func(q map[string]any) { q["admin"] = true }, 422, "unknown_field"},
		"no signature":          {func(q map[string]any) { delete(q, "sig") }, 422, "invalid_request"},
	} {
		q := good()
		x.change(q)
		if a := c.post(t, renew, q); a.status != x.status || a.at("code") != x.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for _, off := range []time.Duration{-6 * time.Minute, 6 * time.Minute, -50 * 365 * 24 * time.Hour} {
		a := c.post(t, renew, is.signs(t, renew, "r1", time.Now().Add(off), ""))
		a.refused(t, 409, "clock")
		told, err := http.ParseTime(a.header.Get("Date"))
		if err != nil || time.Since(told) > time.Minute {
			t.Fatalf("a node that does not know the time is not told it: %v", err)
		}
		c.post(t, renew, is.signs(t, renew, "r1", told, "")).is(t, 200)
	}
	c.post(t, renew, stranger.signs(t, renew, "r1", time.Now(), "")).refused(t, 403, "unknown")
	c.box(t) // takes its place
	c.post(t, renew, good()).refused(t, 403, "fenced")
	c.post(t, "/api/fleet/r1/revoke", nil).is(t, 200)
	c.post(t, "/api/fleet/r1/revoke", nil).refused(t, 409, "no_device")
	c.post(t, "/api/fleet/r9/revoke", nil).refused(t, 404, "no_such_restaurant")
}

func TestADeviceIsCutOffByItsKeyWhoeverItIs(t *testing.T) {
	t.Parallel()
	c := open(t)
	old, now := c.box(t), c.box(t)
	for _, key := range []string{"UNKNOWN", old.public, now.public} {
		if a := c.post(t, "/api/fleet/r1/devices/"+key+"/revoke", nil).is(t, 200); a.at("device") != key {
			t.Errorf("%s is answered %s", key, a.body)
		}
	}
	for _, x := range []box{old, now} {
		c.post(t, link.RenewPath, x.signs(t, link.RenewPath, "r1", time.Now(), "")).refused(t, 403, "revoked")
	}
	c.post(t, "/api/fleet/r2/devices/"+old.public+"/revoke", nil).refused(t, 409, "another_restaurant")
	c.post(t, "/api/fleet/r9/devices/"+old.public+"/revoke", nil).refused(t, 404, "no_such_restaurant")
}

func TestAnAlertIsEndedByHand(t *testing.T) {
	t.Parallel()
	c := open(t)
	poison := link.Seal(link.Hash{}, 1, link.Event{ID: id.New(), Kind: "order.teleported.v1", At: time.Now(), Body: []byte(`{}`)})
	if _, _, err := c.Apply(t.Context(), []link.Batch{{Edge: "r1", Epoch: 1, First: 1, Last: 1, Gen: "g", Schema: link.Schema, Events: []link.Event{poison}}}); err != nil {
		t.Fatal(err)
	}
	open := func() (n int) {
		var seen struct {
			Nodes []struct{ Alerts []json.RawMessage }
		}
		if err := json.Unmarshal(c.get(t, "/api/fleet").is(t, 200).body, &seen); err != nil {
			t.Fatal(err)
		}
		return len(seen.Nodes[0].Alerts)
	}
	if open() != 1 {
		t.Fatal("there is no alert to end")
	}
	for range 2 { // twice is once
		c.post(t, "/api/fleet/r1/alerts/event%2F1%2F1/clear", nil).is(t, 204)
	}
	if open() != 0 {
		t.Error("the alert is still open")
	}
	c.post(t, "/api/fleet/r9/alerts/x/clear", nil).refused(t, 404, "no_such_restaurant")
}

// A box that was replaced hands over what it had not sent; a person looks at it and lets it count, once.
func TestWhatAFencedBoxHadNotSentCountsOnceAPersonSaysSo(t *testing.T) {
	t.Parallel()
	c := open(t)
	old := c.box(t)
	const salvage = "/api/fleet/salvage"
	hand := func(by box, payload string, prev link.Hash) reply {
		t.Helper()
		q := by.signs(t, salvage, "r1", time.Now(), payload)
		q["epoch"], q["prev"], q["events"] = 1, prev.String(), json.RawMessage(payload)
		return c.post(t, salvage, q)
	}
	raised, err := facts.Encode(facts.AlertRaised{Alert: "silent/oven-1", Device: "oven-1", What: "silent", Level: "critical", Since: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	first := link.Seal(link.Hash{}, 1, link.Event{ID: id.New(), Kind: facts.AlertRaised{}.Kind(), At: time.Now(), Body: raised})
	second := link.Seal(first.Hash, 2, link.Event{ID: id.New(), Kind: "oven.of-tomorrow.v9", At: time.Now(), Body: []byte(`{"Any-Name":{"2026-11-22":1}}`)})
	data, err := json.Marshal([]link.Event{first, second})
	if err != nil {
		t.Fatal(err)
	}
	tail := string(data)
	hand(old, tail, link.Hash{}).refused(t, 409, "current_device")
	c.box(t) // takes its place
	for range 2 {
		if a := hand(old, tail, link.Hash{}).is(t, 200); a.at("stored") != 2.0 {
			t.Errorf("stored %s", a.body)
		}
	}
	hand(old, tail, link.Hash{7}).refused(t, 422, "bad_events")
	hand(old, "[]", link.Hash{}).refused(t, 422, "bad_events")
	hand(old, strings.Replace(tail, "critical", "harmless", 1), link.Hash{}).refused(t, 422, "bad_events")
	q := old.signs(t, salvage, "r1", time.Now(), tail)
	q["epoch"], q["prev"], q["events"] = 1, link.Hash{}.String(), json.RawMessage("["+strings.TrimSuffix(strings.TrimPrefix(tail, "["), "]")+",{}]")
	c.post(t, salvage, q).refused(t, 403, "bad_signature")

	a := c.get(t, "/api/fleet/r1/quarantine").is(t, 200)
	var seen struct {
		Items []struct {
			Device, Reason, Received string
			Events, First, Last      int
			Epoch                    int
			Kinds                    map[string]int
			Orders                   []string
		}
	}
	if err := json.Unmarshal(a.body, &seen); err != nil || len(seen.Items) != 1 {
		t.Fatalf("%v: %s", err, a.body)
	}
	if x := seen.Items[0]; x.Device != old.public || x.Events != 2 || x.First != 1 || x.Last != 2 || x.Epoch != 1 || x.Kinds["alert.raised.v1"] != 1 ||
		x.Reason == "" || !instant.MatchString(x.Received) || x.Orders == nil {
		t.Errorf("shown to a person: %+v", x)
	}
	counts := "/api/fleet/r1/quarantine/" + old.public + "/approve"
	if a := c.post(t, counts, nil).is(t, 200); a.at("projected") != 1.0 || a.at("unprojectable") != 1.0 {
		t.Errorf("approved: %s", a.body)
	}
	if a := c.post(t, counts, nil).is(t, 200); a.at("projected") != 0.0 {
		t.Errorf("approved twice: %s", a.body)
	}
	hand(old, tail, link.Hash{}).is(t, 200)
	if a := c.post(t, counts, nil).is(t, 200); a.at("projected") != 0.0 || a.at("repeated") != 2.0 {
		t.Errorf("handed over and approved again: %s", a.body)
	}
	discards := "/api/fleet/r1/quarantine/" + old.public + "/discard"
	c.post(t, discards, nil).refused(t, 404, "nothing_aside")
	for _, nobody := range []string{old.public[:20], "UNONE", "%00"} {
		c.post(t, "/api/fleet/r1/quarantine/"+nobody+"/approve", nil).refused(t, 404, "nothing_aside")
	}
	hand(old, tail, link.Hash{}).is(t, 200)
	c.post(t, discards, nil).is(t, 204)
	for _, path := range []string{"/quarantine/" + old.public + "/approve", "/quarantine/" + old.public + "/discard"} {
		c.post(t, "/api/fleet/r9"+path, nil).refused(t, 404, "no_such_restaurant")
	}
	c.get(t, "/api/fleet/r9/quarantine").refused(t, 404, "no_such_restaurant")
}
