package link_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// natsLimit is the largest payload a hub takes, as it comes out of the box.
const natsLimit = 1 << 20

func TestTheCloudSaysWhichEventsItKnows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.SliceOfN(rapid.Bool(), 0, 100).Draw(t, "known")
		row := link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: 3, Seq: 9}
		r := link.AnswerHeal(row, link.HealRequest{N: 7, Device: "dev-1", Epoch: 3}, known, "pg-1", evening)
		data, err := link.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := link.Decode[link.HealReply](data)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 120 {
			if got.Knows(i) != (i < len(known) && known[i]) {
				t.Fatalf("of %v it knows %d: %v", known, i, got.Knows(i))
			}
		}
		if got.N != 7 || got.Kind != link.Forked || got.Epoch != 0 {
			t.Fatalf("%+v", got)
		}
	})
}

func TestANewEpochIsNewToBothSidesAndNoCommandNumberIsUsedTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Uint64Range(1, 1<<20)
		row := link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: number.Draw(t, "cloud"), Seq: 4, Hash: chained(1)[0].Hash}
		req := link.HealRequest{Device: "dev-1", Epoch: number.Draw(t, "edge"), CmdSeq: number.Draw(t, "obeyed")}
		head := number.Draw(t, "head")
		got, commands := link.Renewed(row, req, head)
		want := link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: max(row.Epoch, req.Epoch) + 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		if commands < head || commands < req.CmdSeq || commands != head && commands != req.CmdSeq {
			t.Fatalf("commands follow %d: the cloud has %d, the edge obeyed %d", commands, head, req.CmdSeq)
		}
		again, _ := link.Renewed(got, req, commands) // the answer was lost
		if again.Epoch <= got.Epoch {
			t.Fatalf("epoch %d is begun twice", again.Epoch)
		}
		r := link.AnswerHeal(row, req, nil, "pg-1", evening).Renew(got, commands, "c1")
		if r.Epoch != got.Epoch || r.Commands != commands || r.CommandID != "c1" {
			t.Fatalf("%+v", r)
		}
	})
}

func TestAFencedDeviceIsToldNothingWhenItHeals(t *testing.T) {
	t.Parallel()
	row := link.LinkRow{Edge: edgeID, Device: "dev-2", Epoch: 3}
	r := link.AnswerHeal(row, link.HealRequest{N: 1, Device: "dev-1"}, []bool{true}, "pg-1", evening)
	if r.Kind != link.Fenced || r.Known != nil || r.Reason == "" {
		t.Errorf("%+v", r)
	}
}

func TestALargestPageOfIDsFitsTheHub(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{
		"as we make them": "0198c0de-0000-7000-8000-%012d",
		"the longest":     strings.Repeat("x", 116) + "%012d",
		"all escaped":     strings.Repeat("<", 116) + "%012d",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := make([]link.Ref, link.HealPage+1)
			for i := range all {
				all[i] = link.Ref{Place: link.Place{Epoch: 1, Seq: uint64(i + 1)}, ID: fmt.Sprintf(id, i)}
			}
			named := 0
			for rest := all; len(rest) > 0; {
				req, went := link.HealRequest{Device: strings.Repeat("d", 128), Boot: "b", Epoch: 1}.Page(rest, false)
				if len(went) == 0 || len(went) != len(req.IDs) || req.Renew != (len(went) == len(rest)) {
					t.Fatalf("%d refs and %d ids of %d, renew %v", len(went), len(req.IDs), len(rest), req.Renew)
				}
				data, err := link.Encode(req)
				if err != nil || len(data) > natsLimit {
					t.Fatalf("%d bytes: %v", len(data), err)
				}
				if _, err := link.Decode[link.HealRequest](data); err != nil {
					t.Fatal(err)
				}
				named, rest = named+len(went), rest[len(went):]
			}
			if named != len(all) {
				t.Errorf("%d of %d ids were asked for", named, len(all))
			}
		})
	}
}

func TestALargestPageOfOrdersFitsTheHub(t *testing.T) {
	t.Parallel()
	for name, note := range map[string]string{"short": "no onions", "long": strings.Repeat("x", 20_000), "longer than a page": strings.Repeat("x", link.MaxDocBytes)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			orders := make([]event.OrderStanding, 1500)
			for i := range orders {
				orders[i] = standing(fmt.Sprintf("o%06d", i))
				orders[i].Order.Lines = []order.Line{{Product: "margherita", Note: note}}
			}
			n, err := link.FitStandings(orders)
			if err != nil || n == 0 {
				t.Fatal(n, err)
			}
			doc, err := link.Encode(link.Snapshot{Restaurant: edgeID, Device: "d", Epoch: 2, Inc: "pg-1", Made: evening, Orders: orders[:n], More: true})
			if len(note) == link.MaxDocBytes {
				if n != 1 || !errors.Is(err, link.ErrCorrupt) {
					t.Errorf("an order that fits no page: %d, %v", n, err)
				}
				return
			}
			if err != nil || len(doc) < link.MaxDocBytes*9/10 && n < len(orders) {
				t.Fatalf("%d orders in %d bytes: %v", n, len(doc), err)
			}
			data, err := link.Encode(link.SnapshotReply{N: 1, Doc: doc, Sig: make([]byte, 64)})
			if err != nil || len(data) > natsLimit {
				t.Errorf("%d bytes: %v", len(data), err)
			}
			if _, err := link.Decode[link.SnapshotReply](data); err != nil {
				t.Error(err)
			}
		})
	}
	if n, err := link.FitStandings(nil); n != 0 || err != nil {
		t.Error(n, err)
	}
	bad := standing("o1")
	bad.Since = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := link.FitStandings([]event.OrderStanding{bad}); err == nil {
		t.Error("an order nobody can write")
	}
}

func TestMessagesOfAHealingThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"a question about nothing":      second(link.Decode[link.HealRequest]([]byte(`{"device":"d","boot":"b","epoch":1}`))),
		"a question without device":     second(link.Decode[link.HealRequest]([]byte(`{"boot":"b","epoch":1,"renew":true}`))),
		"a question of epoch 0":         second(link.Decode[link.HealRequest]([]byte(`{"device":"d","boot":"b","renew":true}`))),
		"an epoch beyond counting":      second(link.Encode(link.HealRequest{Device: "d", Boot: "b", Epoch: link.MaxEpoch + 1, Renew: true})),
		"a command beyond counting":     second(link.Encode(link.HealRequest{Device: "d", Boot: "b", Epoch: 1, CmdSeq: link.MaxCommand + 1, Renew: true})),
		"an event without a name":       second(link.Decode[link.HealRequest]([]byte(`{"device":"d","boot":"b","epoch":1,"ids":["e1",""]}`))),
		"more ids than a page":          second(link.Encode(link.HealRequest{Device: "d", Boot: "b", Epoch: 1, IDs: make([]string, link.HealPage+1)})),
		"an answer without kind":        second(link.Decode[link.HealReply]([]byte(`{"inc":"pg-1"}`))),
		"an answer of nobody":           second(link.Decode[link.HealReply]([]byte(`{"kind":"fork"}`))),
		"more bits than a page":         second(link.Encode(link.HealReply{Kind: link.Forked, Inc: "p", Known: make([]byte, link.HealPage/8+1)})),
		"orders for nobody":             second(link.Decode[link.SnapshotRequest]([]byte(`{"n":1}`))),
		"less than no orders":           second(link.Encode(link.SnapshotRequest{Device: "d", Most: -1})),
		"a snapshot without signature":  second(link.Encode(link.SnapshotReply{Doc: []byte("{}")})),
		"a document that is too large":  second(link.Encode(link.SnapshotReply{Doc: make([]byte, link.MaxDocBytes+1), Sig: []byte("s")})),
		"a snapshot of no restaurant":   second(link.Encode(link.Snapshot{Device: "d", Epoch: 1, Inc: "p"})),
		"more pages after an empty one": second(link.Encode(link.Snapshot{Restaurant: "r1", Device: "d", Epoch: 1, Inc: "p", More: true})),
		"orders that go back":           second(link.Encode(link.Snapshot{Restaurant: "r1", Device: "d", Epoch: 1, Inc: "p", Orders: []event.OrderStanding{standing("o2"), standing("o1")}})),
		"an order twice":                second(link.Encode(link.Snapshot{Restaurant: "r1", Device: "d", Epoch: 1, Inc: "p", Orders: []event.OrderStanding{standing("o1"), standing("o1")}})),
	} {
		if !errors.Is(err, link.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := link.Encode(link.SnapshotReply{N: 1, Fail: "the restaurant is being enrolled"}); err != nil {
		t.Errorf("a refusal: %v", err)
	}
}
