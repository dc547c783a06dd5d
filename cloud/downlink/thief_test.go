package downlink_test

import (
	"bufio"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/shared/link"
)

// what a node of r2 must not say, and must not hear.
func forbidden() (say, hear []string) {
	up, telemetry := link.UpSubject("r1"), link.TelemetrySubject("r1")
	say = []string{
		up, telemetry, "ap.v1.rq.r1.sync", "ap.v1.rq.r1.heal", "ap.v1.rq.r1.snapshot",
		link.AckSubject("r1"), link.CommandSubject("r1"), link.AckSubject("r2"), "ap.v1.dn.r2.ctl", "ap.v1.core.positions", "ap.v1.core.links",
		"$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.STREAM.DELETE." + link.StreamName(link.Partition("r1")), "$JS.API.CONSUMER.MSG.NEXT." + link.StreamName(link.Partition("r1")) + ".applier",
		"$JS.ACK." + link.StreamName(link.Partition("r1")) + ".applier.1.1.1.1.1", "$JS.hub.API.INFO",
		"$SYS.REQ.SERVER.PING", "$SYS.REQ.CLAIMS.UPDATE", "_INBOX.r1.x", "anything.else",
	}
	hear = []string{
		"ap.v1.dn.r1.>", "ap.v1.dn.*.cmd", "ap.v1.up.>", "ap.v1.tm.>", "ap.v1.rq.>", "ap.v1.core.>", "_INBOX.r1.>", "_INBOX.>", "$JS.>", "$SYS.>", ">",
	}
	return say, hear
}

// A plain client is told at once what it may not.
func TestAClientCanNeitherSpeakNorListenForAnother(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	refused := make(chan string, 64)
	conn, err := g.client(g.device(t, "r2", time.Now()), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err.Error() }))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	say, hear := forbidden()
	for _, subject := range say {
		if err := conn.Publish(subject, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		if word := next(t, conn, refused); !strings.Contains(word, "Permissions Violation for Publish to \""+strings.Replace(subject, "$JS.hub.", "$JS.", 1)) {
			t.Errorf("publishing to %s: %q", subject, word)
		}
	}
	for _, subject := range hear {
		if _, err := conn.SubscribeSync(subject); err != nil {
			t.Fatal(err)
		}
		if word := next(t, conn, refused); !strings.Contains(word, "Permissions Violation for Subscription to \""+subject) {
			t.Errorf("subscribing to %s: %q", subject, word)
		}
	}
}

// A leaf node may believe what it likes of its own restaurant: nothing of it passes the hub.
func TestALeafCanNeitherSpeakNorListenForAnother(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	say, hear := forbidden()
	leaf := g.leaf(t, g.device(t, "r2", time.Now()), "tls", g.is.Client())
	thief, err := nats.Connect("", nats.InProcessServer(leaf))
	if err != nil {
		t.Fatal(err)
	}
	defer thief.Close()
	eventually(t, "the leaf joins the hub", func() bool { return leaf.NumLeafNodes() == 1 })

	heard := make(chan *nats.Msg, 64)
	for _, subject := range append(hear, "ap.v1.dn.r2.>") {
		if _, err := thief.ChanSubscribe(subject, heard); err != nil {
			t.Fatal(err)
		}
	}
	atHub := make(chan *nats.Msg, 256)
	for _, subject := range []string{"ap.>", "$JS.>", "_INBOX.r1.>", "anything.>"} {
		if _, err := g.core.Conn().ChanSubscribe(subject, atHub); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.core.Conn().Flush(); err != nil {
		t.Fatal(err)
	}

	eventually(t, "it hears what is for it", func() bool { return told(t, g, heard, "ap.v1.dn.r2.ctl") })
	for _, subject := range []string{link.AckSubject("r1"), link.CommandSubject("r1"), "_INBOX.r1.x", "ap.v1.core.positions", link.TelemetrySubject("r1")} {
		if told(t, g, heard, subject) {
			t.Errorf("it hears %s", subject)
		}
	}

	for _, subject := range append(say, "ap.v1.rq.r2.last") { // over one line, so that what is allowed comes last
		if err := thief.PublishMsg(&nats.Msg{Subject: subject, Data: []byte("thief")}); err != nil {
			t.Fatal(err)
		}
	}
	for {
		select {
		case m := <-atHub:
			if string(m.Data) != "thief" {
				continue
			}
			if m.Subject == "ap.v1.rq.r2.last" {
				return
			}
			t.Errorf("it says %s", m.Subject)
		case <-time.After(time.Minute):
			t.Fatal("what it may say does not arrive")
		}
	}
}

// A leaf that is no nats-server sends what it likes, whatever the hub has told it that it may.
func TestAForgedLeafIsHeldToItsOwnSubjects(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	say, hear := forbidden()
	atHub := make(chan *nats.Msg, 256)
	for _, subject := range []string{"ap.>", "$JS.>", "_INBOX.r1.>", "anything.>"} {
		if _, err := g.core.Conn().ChanSubscribe(subject, atHub); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.core.Conn().Flush(); err != nil {
		t.Fatal(err)
	}
	d := g.device(t, "r2", time.Now())
	for _, subject := range say { // the hub may hang up on each
		if strings.HasPrefix(subject, "$JS.ACK.") {
			continue // the one thing that nats-server lets every leaf say: docs/SECURITY.md tells what it is worth
		}
		f := g.forge(t, d)
		f.send("LMSG %s 5\r\nthief\r\n", subject)
		f.send("LMSG ap.v1.rq.r2.last 5\r\nthief\r\nPING\r\n")
		f.readUntil("PONG", "-ERR")
	}
	for end := g.forge(t, d); ; {
		end.send("LMSG ap.v1.rq.r2.end 5\r\nthief\r\n")
		m := <-atHub
		if m.Subject == "ap.v1.rq.r2.end" {
			break
		}
		if string(m.Data) == "thief" && m.Subject != "ap.v1.rq.r2.last" {
			t.Errorf("it says %s", m.Subject)
		}
	}
	for _, subject := range append(hear, "ap.v1.dn.r2.>") {
		f := g.forge(t, d)
		f.send("LS+ %s\r\nPING\r\n", subject)
		if said := f.readUntil("PONG", "-ERR"); strings.Contains(said, "-ERR") {
			continue
		}
		for _, s := range []string{link.CommandSubject("r1"), link.AckSubject("r1"), "_INBOX.r1.x", "ap.v1.core.positions", "ap.v1.dn.r2.ctl"} {
			if err := g.core.Conn().Publish(s, []byte("core")); err != nil {
				t.Fatal(err)
			}
		}
		if err := g.core.Conn().Flush(); err != nil {
			t.Fatal(err)
		}
		f.send("PING\r\n")
		said := f.readUntil("PONG")
		own := subject == "ap.v1.dn.r2.>"
		if own && !strings.Contains(said, "LMSG ap.v1.dn.r2.ctl") || strings.Contains(said, "r1") || strings.Contains(said, "positions") {
			t.Errorf("it listens to %s and hears %q", subject, said)
		}
	}
}

// forged is a leaf that speaks the protocol by hand.
type forged struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func (g *guarded) forge(t *testing.T, d device) *forged {
	t.Helper()
	plain, err := net.Dial("tcp", g.at.Leaves)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plain.Close() })
	first, err := bufio.NewReader(plain).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var info struct {
		Nonce string `json:"nonce"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(first, "INFO ")), &info); err != nil {
		t.Fatal(err)
	}
	over := g.is.Client()
	over.ServerName = "127.0.0.1"
	f := &forged{t: t, conn: tls.Client(plain, over)}
	f.in = bufio.NewReader(f.conn)
	pair, err := nkeys.FromSeed([]byte(d.seed))
	if err != nil {
		t.Fatal(err)
	}
	sig, err := pair.Sign([]byte(info.Nonce))
	if err != nil {
		t.Fatal(err)
	}
	hello, err := json.Marshal(map[string]any{
		"version": "2.15.2", "jwt": d.jwt, "sig": base64.RawURLEncoding.EncodeToString(sig), "server_id": "NFORGED" + rand.Text(), "name": "forged", "headers": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.send("CONNECT %s\r\nPING\r\n", hello)
	if said := f.readUntil("PONG", "-ERR"); strings.Contains(said, "-ERR") {
		t.Fatalf("the forger is not let in with its own credential: %s", said)
	}
	return f
}

func (f *forged) send(format string, args ...any) {
	_, _ = fmt.Fprintf(f.conn, format, args...) // a hub that hung up is heard by reading
}

// readUntil is what the hub says up to a line that begins with one of these, or until it hangs up.
func (f *forged) readUntil(ends ...string) (said string) {
	f.t.Helper()
	_ = f.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		line, err := f.in.ReadString('\n')
		said += line
		if err != nil {
			return said + "-ERR " + err.Error()
		}
		for _, end := range ends {
			if strings.HasPrefix(line, end) {
				return said
			}
		}
		if strings.HasPrefix(line, "PING") {
			f.send("PONG\r\n")
		}
	}
}

// told reports whether what the core says on a subject is heard: before what is certainly heard after it.
func told(t *testing.T, g *guarded, heard <-chan *nats.Msg, subject string) bool {
	t.Helper()
	for _, s := range []string{subject, "ap.v1.dn.r2.end"} {
		if err := g.core.Conn().Publish(s, []byte("core")); err != nil {
			t.Fatal(err)
		}
	}
	it := false
	for {
		select {
		case m := <-heard:
			it = it || m.Subject == subject && string(m.Data) == "core"
			if m.Subject == "ap.v1.dn.r2.end" {
				return it
			}
		case <-time.After(time.Second):
			return it // the leaf's interest is not known to the hub yet
		}
	}
}

// A credential that is over is refused like none; the next one is taken.
func TestACredentialEndsAndTheNextOneIsTaken(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	d := g.device(t, "r1", time.Now().Add(3*time.Second-downlink.CredentialLife))
	thrown := make(chan struct{})
	conn, err := g.client(d, nats.ClosedHandler(func(*nats.Conn) { close(thrown) }))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	leaf := g.leaf(t, d, "tls", g.is.Client())
	eventually(t, "the leaf joins the hub", func() bool { return leaf.NumLeafNodes() == 1 })
	select {
	case <-thrown:
	case <-time.After(time.Minute):
		t.Error("it is still connected")
	}
	eventually(t, "the leaf is thrown out", func() bool { return leaf.NumLeafNodes() == 0 })
	eventually(t, "it is refused with a credential that is over", func() bool {
		again, err := g.client(d)
		if err == nil {
			again.Close()
		}
		return err != nil
	})
	d.renew(t, g.keys, time.Now())
	again, err := g.client(d)
	if err != nil {
		t.Fatalf("it is not let in with a new credential: %v", err)
	}
	again.Close()
}

// A new signing key is known to the hub and to running cores soon; what the old one has signed is good until it is dropped.
func TestTheSigningKeyIsChangedWithoutCuttingAnybodyOff(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	d := g.device(t, "r1", time.Now())
	thrown := make(chan struct{})
	conn, err := g.client(d, nats.ClosedHandler(func(*nats.Conn) { close(thrown) }))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	person, err := downlink.LoadKeys(filepath.Join(g.at.Dir, "keys")) // cloud trust, in a process of its own
	if err != nil {
		t.Fatal(err)
	}
	if err := person.Rotate(time.Now(), false); err != nil {
		t.Fatal(err)
	}
	if changed, err := g.keys.Reload(); err != nil || !changed {
		t.Fatalf("the core does not see the new key: %v", err)
	}
	if err := g.core.Enforce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Errorf("what the old key has signed is not good any more: %v", err)
	}
	second := d
	second.renew(t, g.keys, time.Now())
	next, err := g.client(second)
	if err != nil {
		t.Fatalf("what the new key has signed is not good: %v", err)
	}
	defer next.Close()

	if err := person.Rotate(time.Now(), true); err != nil { // stolen
		t.Fatal(err)
	}
	if _, err := g.keys.Reload(); err != nil {
		t.Fatal(err)
	}
	if err := g.core.Enforce(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-thrown:
	case <-time.After(time.Minute):
		t.Error("what the stolen key has signed is still good")
	}
	for _, old := range []device{d, second} {
		if again, err := g.client(old); err == nil {
			again.Close()
			t.Error("it is let in with what a stolen key has signed")
		}
	}
	d.renew(t, g.keys, time.Now())
	again, err := g.client(d)
	if err != nil {
		t.Fatalf("the node does not get back in: %v", err)
	}
	again.Close()
}
