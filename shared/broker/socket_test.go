package broker_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"awesome.pizza/shared/broker"
)

// page is the connection of a web page. It splits what it sends: packets of MQTT may begin and end anywhere in a message.
type page struct {
	net.Conn // for addresses and deadlines
	ws       *websocket.Conn
	rest     io.Reader
}

func (p *page) Read(b []byte) (int, error) {
	for {
		if p.rest == nil {
			_, r, err := p.ws.NextReader()
			if err != nil {
				return 0, err
			}
			p.rest = r
		}
		n, err := p.rest.Read(b)
		if err == io.EOF {
			if p.rest = nil; n == 0 {
				continue
			}
			err = nil
		}
		return n, err
	}
}

func (p *page) Write(b []byte) (int, error) {
	for _, part := range [][]byte{b[:len(b)/2], b[len(b)/2:]} {
		if err := p.ws.WriteMessage(websocket.BinaryMessage, part); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

func (p *page) Close() error { return p.ws.Close() }

// sockets serves the broker to pages, once it takes clients in.
func (k *kitchen) sockets(t *testing.T) (url string) {
	t.Helper()
	_ = signIn(t, k.Addr(), "screen").Close()
	s := httptest.NewServer(k.Sockets())
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func visit(t *testing.T, url string) *oldClient {
	t.Helper()
	ws, res, err := (&websocket.Dialer{Subprotocols: []string{"mqtt"}}).DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return adopt(t, &page{Conn: ws.NetConn(), ws: ws})
}

func TestAPageSpeaksAsADeviceDoes(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	url := k.sockets(t)
	c := visit(t, url)
	if code := c.connect("oven-1", "oven-1", secretOf("oven-1"), true, nil); code != 0 {
		t.Fatalf("not let in: %d", code)
	}
	c.subscribe("news/oven-1/#", 1)
	c.publish1("shop/oven-1", "hot", 7)
	c.expectAck(7)
	if got := k.payloads(); len(got) != 1 || got[0] != "hot" {
		t.Errorf("%q", got)
	}
	if err := k.Publish("news/oven-1/x", []byte("cold"), false, 0); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.expectMessage("news/oven-1/x"); got != "cold" {
		t.Errorf("%q", got)
	}
	c.publish1("shop/oven-2", "hot", 8)
	c.expectAck(8) // MQTT 3.1.1 knows no refusal
	k.letter(t, "not_allowed")
	if code := visit(t, url).connect("oven-2", "oven-2", "guess", true, nil); code == 0 {
		t.Error("a wrong secret opens")
	}
	k.stop() // with a page still there
	c.expectGone()
}

func TestWhatIsNoPageOfOursIsRefused(t *testing.T) {
	t.Parallel()
	k := open(t, func(c *broker.Config) { c.MaxPacket = 1024 })
	url := k.sockets(t)
	for what, c := range map[string]struct {
		head     http.Header
		protocol []string
		want     int
	}{
		"a page of another site":    {http.Header{"Origin": {"https://evil.example"}}, []string{"mqtt"}, http.StatusForbidden},
		"who speaks something else": {nil, []string{"chat"}, http.StatusBadRequest},
		"who names nothing":         {nil, nil, http.StatusBadRequest},
	} {
		_, res, err := (&websocket.Dialer{Subprotocols: c.protocol}).DialContext(t.Context(), url, c.head)
		if err == nil || res == nil {
			t.Fatalf("%s: %v, %v", what, res, err)
		}
		if _ = res.Body.Close(); res.StatusCode != c.want {
			t.Errorf("%s: %d", what, res.StatusCode)
		}
	}
	res, err := http.Get("http" + strings.TrimPrefix(url, "ws"))
	if err != nil {
		t.Fatal(err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("who asks for a page: %d", res.StatusCode)
	}
	big := visit(t, url)
	_, _ = big.Write(make([]byte, 4096)) // it may be cut off at the first half
	if _, err := big.in.ReadByte(); err == nil {
		t.Error("a message larger than any packet is answered")
	}
	text := visit(t, url)
	if err := text.Conn.(*page).ws.WriteMessage(websocket.TextMessage, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := text.in.ReadByte(); err == nil {
		t.Error("text is answered")
	}
}
