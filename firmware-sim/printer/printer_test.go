package printer_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/printer"
)

var now = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

// printAll lets a machine work until there is nothing left to do.
func printAll(m *printer.Machine) (answers []byte) {
	for {
		said, worked := m.Step(now)
		answers = append(answers, said...)
		if !worked {
			return answers
		}
	}
}

func TestWhatIsSentComesOutAsLinesInTheirSizesAndLetters(t *testing.T) {
	t.Parallel()
	m := printer.NewMachine(32)
	m.Receive([]byte("\x1b@\x1bt\x13\x1ba\x01\x1d!\x33\x1bE\x01#42\n\x1ba\x00\x1d!\x00\x1bE\x00\x1dB\x01caff\x8a\n\x1dB\x00" +
		"\x1d(k\x04\x001A2\x00\x1d(k\x05\x001P0id\x1d(k\x03\x001Q0\x1dV\x42\x00\x1dr\x01"))
	answers := printAll(m)
	papers, n := m.Papers()
	want := []printer.Line{{Text: "#42", High: 4, Wide: 4, Bold: true, Center: true}, {Text: "caffè", Reverse: true}, {Text: "[QR id]"}}
	if n != 1 || len(m.Strange) > 0 || string(answers) != "\x00" {
		t.Fatalf("%d pieces of paper, strange %q, answers %x", n, m.Strange, answers)
	}
	if diff := cmp.Diff(want, papers[0].Lines); diff != "" {
		t.Error(diff)
	}
}

func TestAMachineSaysWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	m := printer.NewMachine(32)
	m.Receive([]byte("\x1bZ\x07" + strings.Repeat("x", 40) + "\n\x1bt\x63"))
	printAll(m)
	if len(m.Strange) != 4 {
		t.Errorf("it complains of %q", m.Strange)
	}
}

func TestAQuestionIsAnsweredWhilePaperIsOutAndTheRestWaits(t *testing.T) {
	t.Parallel()
	m := printer.NewMachine(32)
	m.Health.PaperOut = true
	answers := m.Receive([]byte("one\n\x1dV\x00\x1dr\x01\x10\x04\x01\x10\x04\x02\x10\x04"))
	answers = append(answers, m.Receive([]byte("\x04"))...)
	if printed := printAll(m); string(answers) != "\x1a\x32\x7e" || len(printed) > 0 {
		t.Errorf("it answers %x, and then %x", answers, printed)
	}
	m.Health.PaperOut = false
	if printed := printAll(m); string(printed) != "\x00" {
		t.Errorf("with paper it answers %x", printed)
	}
	if papers, n := m.Papers(); n != 1 || papers[0].Text() != "one\n" {
		t.Errorf("it printed %v", papers)
	}
}

func TestAPowerCutTearsWhatWasBegunAndLosesTheRest(t *testing.T) {
	t.Parallel()
	m := printer.NewMachine(32)
	m.Receive([]byte("one\ntwo\n\x1dV\x00"))
	m.Step(now)
	m.PowerCut(now)
	printAll(m)
	if papers, n := m.Papers(); n != 1 || !papers[0].Torn || papers[0].Text() != "one\n" || m.Waits() {
		t.Errorf("%v", papers)
	}
}

func TestNoBytesMakeAMachineStumble(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := printer.NewMachine(48)
		for range rapid.IntRange(0, 20).Draw(t, "packets") {
			m.Receive(rapid.SliceOf(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{0x10, 4, 0x14, 0x1b, 0x1d, '(', 'k', 'V', '\n'}))).Draw(t, "bytes"))
			printAll(m)
		}
		if m.Room() < 0 {
			t.Fatal("it holds more than it can")
		}
	})
}

// plugged is a printer on this machine's network.
func plugged(t *testing.T, faults string) (p *printer.Printer, dial func() net.Conn) {
	t.Helper()
	list, err := fault.Parse(faults)
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p = printer.New(printer.Setting{Label: "p1", Columns: 32, Script: fault.NewScript("p1", list), Log: slog.New(slog.DiscardHandler)})
	ctx, off := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, l) }()
	t.Cleanup(func() {
		off()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return p, func() net.Conn {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		return conn
	}
}

func TestAPrinterOnTheNetworkPrintsAndShowsIt(t *testing.T) {
	t.Parallel()
	p, dial := plugged(t, "")
	conn := dial()
	if _, err := conn.Write([]byte("hello\n\x1dV\x00\x1dr\x01")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	v, ok := p.View().(printer.View)
	if !ok || v.Printed != 1 || v.State != "on" || !v.Connected || len(v.Papers) != 1 || v.Papers[0].Text() != "hello\n" {
		t.Errorf("it shows %+v", v)
	}
}

func TestAPrinterHangsUpWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	p, dial := plugged(t, "p1:hang_up=3")
	conn := dial()
	_, _ = conn.Write([]byte("hello\n\x1dV\x00"))
	if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the connection did not end: %v", err)
	}
	p.Mend()
	again := dial()
	if _, err := again.Write([]byte("\n\x1dV\x00\x1dr\x01")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(again, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if all := p.Papers(); len(all) != 1 || all[0].Text() != "hel\n" {
		t.Errorf("it printed %v", all)
	}
}
