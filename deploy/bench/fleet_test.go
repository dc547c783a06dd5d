package main

import (
	"os"
	"testing"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func TestALightNodesOrdersAreNineEventsInOneChain(t *testing.T) {
	t.Parallel()
	dishes, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	n := lightNode(uplink.Enrolment{Restaurant: "r1", Epoch: 3})
	for range 2 * eventsPerOrder {
		if err := n.happens(dishes, "r1"); err != nil {
			t.Fatal(err)
		}
	}
	events, prev, err := n.Events(t.Context(), 1, 100, link.MaxBatchBytes)
	if err != nil || len(events) != 2*eventsPerOrder {
		t.Fatalf("%d events, %v", len(events), err)
	}
	taken, handed := map[string]bool{}, 0
	for _, e := range events {
		if prev = link.Chain(prev, e); prev != e.Hash {
			t.Fatalf("event %d is not chained to the one before", e.Seq)
		}
		body, err := event.Decode(e.Kind, e.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch b := body.(type) {
		case event.OrderTaken:
			taken[e.Order] = true
		case event.OrderStepped:
			if b.Action == order.HandOver {
				handed++
			}
		}
	}
	if len(taken) != 2 || handed != 2 {
		t.Errorf("%d orders are taken and %d handed over", len(taken), handed)
	}
	if tail, before, err := n.Events(t.Context(), 18, 10, 1); err != nil || len(tail) != 1 || before != events[16].Hash {
		t.Errorf("the tail is %v, %v", tail, err)
	}
	if n.told() {
		t.Error("a node that never spoke has told everything")
	}
}

func TestWhatAFleetSpendsIsSharedByItsNodes(t *testing.T) {
	t.Parallel()
	alone := effort{core: 0.5, postgres: 0.5, seconds: 10, nodes: 100}
	busy := effort{core: 3, postgres: 2, seconds: 10, nodes: 100}
	if got := busy.perNode(alone); got < 0.00399 || got > 0.00401 {
		t.Errorf("a node costs %v of a core", got)
	}
	if got := busy.carried(alone); got < 224 || got > 226 {
		t.Errorf("a core carries %v nodes", got)
	}
}

func TestAProcessSpendsTime(t *testing.T) {
	t.Parallel()
	before, err := cpuSeconds(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	sum := link.Hash{}
	for spent := before; spent < before+0.05; {
		for range 10_000 {
			sum = link.Chain(sum, link.Event{ID: "e"})
		}
		if spent, err = cpuSeconds(os.Getpid()); err != nil {
			t.Fatal(err)
		}
	}
	if family, err := familySeconds(os.Getpid()); err != nil || family < before {
		t.Errorf("with its children it spent %v, alone %v: %v", family, before, err)
	}
	if _, err := cpuSeconds(-1); err == nil {
		t.Error("nobody spends time")
	}
}
