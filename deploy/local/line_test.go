package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// echo is a hub that says what it hears, with its own name before each line, until the end of the test. It counts who is there.
type echo struct {
	t     *testing.T
	addr  string
	mu    sync.Mutex
	calls []net.Conn
	gone  chan error // how each of its connections ended
}

func startEcho(t *testing.T, name string) *echo {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &echo{t: t, addr: listener.Addr().String(), gone: make(chan error, 100)}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			e.mu.Lock()
			e.calls = append(e.calls, conn)
			e.mu.Unlock()
			served.Go(func() { e.gone <- repeat(conn, name) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		e.mu.Lock()
		for _, c := range e.calls {
			_ = c.Close()
		}
		e.mu.Unlock()
		served.Wait()
	})
	return e
}

func repeat(conn net.Conn, name string) error {
	defer func() { _ = conn.Close() }()
	for lines := bufio.NewReader(conn); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		if _, err := io.WriteString(conn, name+line); err != nil {
			return err
		}
	}
}

var hosts atomic.Int32

// freeAddr is an address nobody listens on, and nobody else will: its host is its own.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.77.0.%d:0", hosts.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func lineTo(t *testing.T, behind ...string) *Line {
	t.Helper()
	l := NewLine("r1", freeAddr(t), behind...)
	t.Cleanup(l.Close)
	return l
}

func (l *Line) set(t *testing.T, w Weather) {
	t.Helper()
	if err := l.Set(w); err != nil {
		t.Fatal(err)
	}
}

// node is a restaurant's end of a line.
type node struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, l *Line) *node {
	t.Helper()
	conn, err := net.Dial("tcp", l.listen)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &node{t, conn, bufio.NewReader(conn)}
}

func (n *node) say(text string) {
	n.t.Helper()
	if _, err := io.WriteString(n.conn, text+"\n"); err != nil {
		n.t.Error(err)
	}
}

// hears expects a line within ten seconds.
func (n *node) hears(want string) {
	n.t.Helper()
	_ = n.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if got, err := n.in.ReadString('\n'); got != want+"\n" {
		n.t.Errorf("heard %q, %v instead of %q", got, err, want)
	}
}

// hearsNothing expects silence on a connection that stands.
func (n *node) hearsNothing() {
	n.t.Helper()
	_ = n.conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if got, err := n.in.ReadString('\n'); !errors.Is(err, os.ErrDeadlineExceeded) {
		n.t.Errorf("heard %q, %v instead of nothing", got, err)
	}
}

func (n *node) isReset() {
	n.t.Helper()
	_ = n.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := n.in.ReadByte(); !errors.Is(err, syscall.ECONNRESET) {
		n.t.Errorf("the line is cut, and reading gives %v", err)
	}
}

func TestCutMeansCut(t *testing.T) {
	t.Parallel()
	hub := startEcho(t, "")
	l := lineTo(t, hub.addr)
	if _, err := net.Dial("tcp", l.listen); err == nil {
		t.Error("a line that was never opened can be dialled")
	}
	for range 2 { // cut and mend, and once more
		l.set(t, Weather{Up: true})
		l.set(t, Weather{Up: true})
		n := dial(t, l)
		n.say("pizza")
		n.hears("pizza")
		l.set(t, Weather{})
		if l.Up() {
			t.Error("a line that was cut says it is there")
		}
		n.isReset()
		if err := <-hub.gone; !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the hub's end reads %v", err)
		}
		if _, err := net.Dial("tcp", l.listen); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the line is cut, and dialling gives %v", err)
		}
	}
}

func TestABlackHoleKeepsWhatWasSaidUntilItEnds(t *testing.T) {
	t.Parallel()
	hub := startEcho(t, "")
	l := lineTo(t, hub.addr)
	l.set(t, Weather{Up: true})
	n := dial(t, l)
	n.say("one")
	n.hears("one")
	l.set(t, Weather{How: BlackHole})
	n.say("two")
	n.hearsNothing()
	late := dial(t, l) // who dials hears nothing either, and is not refused
	late.say("three")
	late.hearsNothing()
	if len(hub.gone) > 0 {
		t.Error("the hub heard of it")
	}
	l.set(t, Weather{Up: true})
	n.hears("two")
	late.hears("three")
}

func TestAHalfOpenConnectionStaysSilentForEver(t *testing.T) {
	t.Parallel()
	hub := startEcho(t, "")
	l := lineTo(t, hub.addr)
	l.set(t, Weather{Up: true})
	n := dial(t, l)
	n.say("one")
	n.hears("one")
	l.set(t, Weather{How: HalfOpen})
	if err := <-hub.gone; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the hub's end reads %v", err)
	}
	l.set(t, Weather{Up: true})
	n.say("two")
	n.hearsNothing()
	again := dial(t, l)
	again.say("three")
	again.hears("three")
}

func TestOneWayTheHubHearsANodeThatHearsNothing(t *testing.T) {
	t.Parallel()
	hub := startEcho(t, "")
	l := lineTo(t, hub.addr)
	l.set(t, Weather{How: OneWay})
	n := dial(t, l)
	n.say("one")
	n.hearsNothing()
	hub.mu.Lock()
	calls := len(hub.calls)
	hub.mu.Unlock()
	if calls != 1 {
		t.Errorf("%d calls reached the hub", calls)
	}
	l.set(t, Weather{Up: true})
	n.hears("one")
}

func TestASlowLineIsSlowAndLosesNothing(t *testing.T) {
	t.Parallel()
	hub := startEcho(t, "")
	l := lineTo(t, hub.addr)
	l.set(t, Weather{Up: true, LatencyMS: 100, Kbps: 40, Slice: 64})
	n := dial(t, l)
	began := time.Now()
	n.say("ping")
	n.hears("ping")
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("there and back took %s", took)
	}
	text := strings.Repeat("a long word ", 100) // 1200 bytes are 240 ms at 40 kbit/s
	began = time.Now()
	n.say(text)
	n.hears(text)
	if took := time.Since(began); took < 440*time.Millisecond {
		t.Errorf("1200 bytes at 40 kbit/s took %s", took)
	}
}

func TestAFlappingLineComesAndGoesUntilItIsToldOtherwise(t *testing.T) {
	t.Parallel()
	hub := startEcho(t, "")
	l := lineTo(t, hub.addr)
	l.set(t, Weather{FlapMS: [2]int{10, 20}})
	for _, up := range []bool{true, false, true} {
		for deadline := time.Now().Add(10 * time.Second); l.Up() != up; {
			_, changed := l.now()
			if l.Up() == up {
				break
			}
			select {
			case <-changed:
			case <-time.After(time.Until(deadline)):
				t.Fatal("the line does not flap")
			}
		}
	}
	l.set(t, Weather{Up: true})
	_, changed := l.now()
	n := dial(t, l)
	n.say("steady")
	n.hears("steady")
	select {
	case <-changed:
		t.Error("the line goes on flapping")
	case <-time.After(100 * time.Millisecond):
	}
}

func TestADoorLeadsToEachInTurnAndPastTheDead(t *testing.T) {
	t.Parallel()
	a, b := startEcho(t, "a "), startEcho(t, "b ")
	l := lineTo(t, a.addr, freeAddr(t), b.addr)
	l.set(t, Weather{Up: true})
	var heard []string
	for range 3 {
		n := dial(t, l)
		n.say("hello")
		_ = n.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		word, err := n.in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		heard = append(heard, word[:1])
	}
	if got := strings.Join(heard, ""); got != "abb" {
		t.Errorf("the door led to %s", got)
	}
	none := lineTo(t, freeAddr(t))
	none.set(t, Weather{Up: true})
	conn, err := net.Dial("tcp", none.listen)
	if err == nil {
		(&node{t, conn, bufio.NewReader(conn)}).isReset()
		_ = conn.Close()
	} else if !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}
}

func TestWeatherIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Weather{
		`{"up":true}`:                                {Up: true},
		`{"up":false}`:                               {},
		`{"up":false,"how":"halfopen"}`:              {How: HalfOpen},
		`{"latency_ms":1000,"kbps":20,"slice":64}`:   {Up: true, LatencyMS: 1000, Kbps: 20, Slice: 64},
		`{"how":"blackhole","flap_ms":[1000,30000]}`: {Up: true, How: BlackHole, FlapMS: [2]int{1000, 30000}},
	} {
		got, err := readWeather(strings.NewReader(text))
		if err != nil || got != want {
			t.Errorf("%s reads as %+v, %v", text, got, err)
		}
	}
	if text, err := json.Marshal(Weather{Up: true}); err != nil || string(text) != `{"up":true}` {
		t.Errorf("fair weather is written %s, %v", text, err)
	}
}
