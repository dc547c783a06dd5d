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
	code := c.call(t, req{"POST", "/api/fleet/r1/enroll", nil, bearer(secret)}).is(t, 200).at("code")
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
