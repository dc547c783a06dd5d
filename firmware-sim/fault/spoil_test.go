package fault_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/shared/wire"
)

func packet(n int, qos byte) fault.Packet {
	return fault.Packet{Topic: "t", QoS: qos, Payload: fmt.Append(nil, n)}
}

func said(packets []fault.Packet) (out []string) {
	for _, p := range packets {
		out = append(out, string(p.Payload))
	}
	return out
}

func TestAHealthyDeviceIsHeardAsItSpeaks(t *testing.T) {
	t.Parallel()
	s := fault.NewSpoiler(dice.New(1, "x"))
	if got := said(s.Pass(fault.State{}, packet(1, 0), packet(2, 1))); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("heard %v", got)
	}
}

func TestFactsOutliveSilenceReadingsDoNot(t *testing.T) {
	t.Parallel()
	s := fault.NewSpoiler(dice.New(1, "x"))
	if got := s.Pass(fault.State{Silent: true}, packet(1, 0), packet(2, 1), packet(3, 1)); got != nil {
		t.Errorf("a silent device was heard: %v", said(got))
	}
	if got := said(s.Pass(fault.State{}, packet(4, 0))); !slices.Equal(got, []string{"2", "3", "4"}) {
		t.Errorf("after silence: %v", got)
	}
	if got := s.Pass(fault.State{}); got != nil {
		t.Errorf("then again: %v", said(got))
	}
}

func TestALongSilenceForgetsTheOldest(t *testing.T) {
	t.Parallel()
	s := fault.NewSpoiler(dice.New(1, "x"))
	for n := range 1001 {
		s.Pass(fault.State{Silent: true}, packet(n, 1))
	}
	if got := said(s.Pass(fault.State{})); len(got) != 1000 || got[0] != "1" {
		t.Errorf("kept %d, from %s on", len(got), got[0])
	}
}

func TestMessagesAreDoubledSwappedAndLost(t *testing.T) {
	t.Parallel()
	s := fault.NewSpoiler(dice.New(1, "x"))
	if got := said(s.Pass(fault.State{Duplicate: 1}, packet(1, 1))); !slices.Equal(got, []string{"1", "1"}) {
		t.Errorf("doubled: %v", got)
	}
	if got := said(s.Pass(fault.State{Reorder: 1}, packet(1, 1), packet(2, 1), packet(3, 1))); !slices.Equal(got, []string{"2", "1"}) {
		t.Errorf("swapped: %v", got)
	}
	if got := said(s.Pass(fault.State{}, packet(4, 1))); !slices.Equal(got, []string{"4", "3"}) {
		t.Errorf("held back too long: %v", got)
	}
	if got := said(s.Pass(fault.State{Drop: 1}, packet(1, 0), packet(2, 1))); !slices.Equal(got, []string{"2"}) {
		t.Errorf("lost: %v", got)
	}
}

func TestNonsenseIsNeverAcceptable(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	good, err := wire.Encode(wire.OvenEvent{ID: "e", At: wire.At(now), Kind: wire.ItemPutIn, Slot: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := fault.NewSpoiler(dice.New(1, "x"))
	for range 200 {
		nonsense := s.Nonsense(good)
		if _, err := wire.Decode[wire.OvenEvent](nonsense, now); err == nil {
			t.Errorf("accepted as an event: %.80q", nonsense)
		}
		if _, err := wire.Decode[wire.OvenTelemetry](nonsense, now); err == nil {
			t.Errorf("accepted as telemetry: %.80q", nonsense)
		}
	}
}

func TestOneSeedSpoilsOneWay(t *testing.T) {
	t.Parallel()
	evening := func(seed uint64) (out []string) {
		s := fault.NewSpoiler(dice.New(seed, "oven-1"))
		for n := range 500 {
			out = append(out, said(s.Pass(fault.State{Drop: 0.1, Duplicate: 0.1, Reorder: 0.1, Garbage: 0.1}, packet(n, byte(n%2))))...)
		}
		return out
	}
	if !slices.Equal(evening(3), evening(3)) {
		t.Error("one seed, two evenings")
	}
	if slices.Equal(evening(3), evening(4)) {
		t.Error("two seeds, one evening")
	}
}
