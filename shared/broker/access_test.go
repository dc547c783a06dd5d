package broker_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/eclipse/paho.golang/paho"

	"awesome.pizza/shared/broker"
)

func TestOnlyWhoBelongsHereIsLetIn(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	for _, c := range []struct {
		name, clientID, user, secret string
		will                         *will
		want                         byte
	}{
		{"itself", "oven-1", "oven-1", "1-nevo", nil, 0},
		{"a second connection of its own", "oven-1/spare", "oven-1", "1-nevo", nil, 0},
		{"no client id", "", "oven-1", "1-nevo", nil, 0},
		{"a will of its own", "oven-1", "oven-1", "1-nevo", &will{"shop/oven-1", "gone"}, 0},
		{"a wrong secret", "oven-1", "oven-1", "guess", nil, 5},
		{"no secret", "oven-1", "oven-1", "", nil, 130},
		{"nobody", "", "", "x", nil, 5},
		{"another's client id", "oven-2", "oven-1", "1-nevo", nil, 5},
		{"a client id that only looks like its own", "oven-11", "oven-1", "1-nevo", nil, 5},
		{"another's second connection", "oven-1-b/x", "oven-1", "1-nevo", nil, 5},
		{"a will for another", "oven-1", "oven-1", "1-nevo", &will{"shop/oven-2", "gone"}, 5},
		{"a will for the broker", "oven-1", "oven-1", "1-nevo", &will{"$SYS/x", "gone"}, 5},
	} {
		if got := dial(t, k.Addr()).connect(c.clientID, c.user, c.secret, true, c.will); got != c.want {
			t.Errorf("%s: CONNACK %d, want %d", c.name, got, c.want)
		}
	}
	if k.letter(t, "bad_login"); k.Stats().TurnedAway < 7 {
		t.Errorf("%+v", k.Stats())
	}
}

func TestNobodyTakesOverAnothersSession(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	victim := signIn(t, k.Addr(), "oven-2")
	dial(t, k.Addr()).connect("oven-2", "oven-1", "1-nevo", true, nil)
	victim.publish1("shop/oven-2", "still here", 1)
	victim.expectAck(1)
}

func TestADeviceThatComesBackTakesItsOwnOldPlace(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	old := signIn(t, k.Addr(), "oven-1")
	again := signIn(t, k.Addr(), "oven-1")
	old.expectGone()
	again.publish1("shop/oven-1", "back", 1)
	again.expectAck(1)
}

func TestReadingIsDeniedUnlessWhollyGranted(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	oven, screen := signIn(t, k.Addr(), "oven-1"), signIn(t, k.Addr(), "screen")
	for _, c := range []struct {
		client *oldClient
		filter string
		want   byte
	}{
		{oven, "news/oven-1/menu", 1},
		{oven, "news/oven-1/#", 1},
		{oven, "news/oven-1/+", 1},
		{oven, "news/oven-1", 1},
		{oven, "#", 128},
		{oven, "+/#", 128},
		{oven, "news/#", 128},
		{oven, "news/+/menu", 128},
		{oven, "news/oven-2/menu", 128},
		{oven, "shop/oven-1", 128},
		{oven, "$SYS/#", 128},
		{oven, "$share/g/news/oven-1/menu", 128},
		{oven, "news/oven-1/#/x", 128},
		{screen, "shop/oven-1", 1},
		{screen, "shop/safe/code", 128},
		{screen, "shop/#", 128},
		{screen, "shop/+/+", 128},
		{screen, "shop/+", 1},
	} {
		if got := c.client.subscribe(c.filter, 1); got != c.want {
			t.Errorf("%q was granted %d, want %d", c.filter, got, c.want)
		}
	}
	if l := k.letter(t, "not_allowed"); l.Topic != "#" || l.Device != "oven-1" {
		t.Errorf("%+v", l)
	}
}

func TestAWillIsKeptLikeAnyMessage(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	screen := signIn(t, k.Addr(), "screen")
	screen.subscribe("shop/+", 1)
	for _, payload := range []string{"garbage", "oven gone"} {
		oven := dial(t, k.Addr())
		oven.connect("oven-1", "oven-1", "1-nevo", true, &will{"shop/oven-1", payload})
		_ = oven.Close()
		eventually(t, "the connection to end", func() bool { return k.Stats().Connected == 1 })
	}
	if got, _ := screen.expectMessage("shop/oven-1"); got != "oven gone" {
		t.Errorf("forwarded %q", got)
	}
	k.letter(t, "not_json")
	if !slices.Equal(k.payloads(), []string{"oven gone"}) {
		t.Errorf("kept %q", k.payloads())
	}
}

func TestRightsCanChangeAndEndWhileADeviceIsConnected(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	oven := signIn(t, k.Addr(), "oven-1")
	oven.subscribe("news/oven-1/menu", 1)
	if n := k.Regrant(broker.Grant{Device: "oven-1", Publish: []string{"shop/annex"}, Read: []string{"news/annex"}}); n != 1 {
		t.Errorf("%d sessions", n)
	}
	if err := k.Publish("news/oven-1/menu", []byte("secret"), false, 1); err != nil {
		t.Fatal(err)
	}
	oven.publish1("shop/annex", "moved", 1)
	oven.expectAck(1) // and not the message before
	if n := k.Drop("oven-1"); n != 1 {
		t.Errorf("%d sessions", n)
	}
	oven.expectGone()
	if got := k.Regrant(broker.Grant{Device: "nobody"}) + k.Drop("nobody"); got != 0 {
		t.Errorf("nobody is in %d sessions", got)
	}
}

func TestADeviceHasABoundedNumberOfClientIDs(t *testing.T) {
	t.Parallel()
	k := open(t, func(c *broker.Config) { c.MaxSessions = 2 })
	for i, want := range []byte{0, 0, 5} {
		if got := dial(t, k.Addr()).connect("oven-1/"+strings.Repeat("x", i+1), "oven-1", "1-nevo", false, nil); got != want {
			t.Errorf("client %d: %d, want %d", i, got, want)
		}
	}
	if got := dial(t, k.Addr()).connect("oven-1/x", "oven-1", "1-nevo", false, nil); got != 0 {
		t.Errorf("a known client id was not let in again: %d", got)
	}
}

func TestMQTT5IsToldTheLimits(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	_, ack := newClient(t, k.Addr(), "oven-1", func(cp *paho.Connect) { cp.KeepAlive = 0 })
	p := ack.Properties
	if p.MaximumQoS == nil || *p.MaximumQoS != 1 || p.ServerKeepAlive == nil || *p.ServerKeepAlive != 300 {
		t.Errorf("%+v", p)
	}
}
