package link_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// -update writes the golden files of messages that have none. One that exists is never changed: nodes in the field write it. Those of
// schema 1 were written by the last program that knew no other.
//
//go:generate go test . -count=1 -run TestEveryMessageReadsAndWritesItsGoldenFile -update
var update = flag.Bool("update", false, "write golden files that are missing")

const (
	goldenOrder = "0198c0de-0000-7000-8000-000000000001"
	goldenBoot  = "0198c0de-0000-7000-8000-0000000000b0"
	goldenTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
)

var goldenAt = time.Date(2026, 7, 3, 19, 30, 0, 250e6, time.UTC)

// goldenEvents are the events that all golden messages speak of.
func goldenEvents() []link.Event {
	e1 := link.Seal(link.Hash{}, 1, link.Event{
		ID: "0198c0de-0000-7000-8000-00000000000a", Order: goldenOrder, Kind: "order.stepped.v1", At: goldenAt, Trace: goldenTrace,
		Body: json.RawMessage(`{"order":"` + goldenOrder + `","action":"queue","number":42,"cause":"rule"}`),
	})
	e2 := link.Seal(e1.Hash, 2, link.Event{
		ID: "0198c0de-0000-7000-8000-00000000000b", Kind: "alert.cleared.v1", At: goldenAt.Add(time.Second),
		Body: json.RawMessage(`{"alert":"silent/oven-1","device":"oven-1","at":"2026-07-03T19:30:01Z"}`),
	})
	return []link.Event{e1, e2}
}

func goldenBatch(schema int) link.Batch {
	return link.Batch{Edge: edgeID, Device: "UDEV1", Epoch: 1, First: 1, Last: 2, Gen: "b0.1", Schema: schema, Events: goldenEvents()}
}

func goldenRow() link.LinkRow {
	return link.LinkRow{Edge: edgeID, Device: "UDEV1", Epoch: 1, Seq: 1, Hash: goldenEvents()[0].Hash}
}

// goldenV1 is what the messages of schema 1 say.
func goldenV1() map[string]any {
	e := goldenEvents()
	reply := link.SyncReply{N: 3, Kind: link.Resume, Inc: "pg-1", Epoch: 1, Seq: 1, Hash: e[0].Hash, CmdFrom: 8, CmdHigh: 9, Time: goldenAt}
	resume, fork, fenced, empty := reply, reply, reply, reply
	resume.MaxRate = 500
	fork.Kind, fork.Reason = link.Forked, "the edge is in epoch 2, the cloud in 1"
	fenced.Kind, fenced.Reason = link.Fenced, "another device is enrolled for this restaurant"
	empty.Kind, empty.Reason = link.Emptied, "the edge is empty, the cloud holds 1 events"
	return map[string]any{
		"sync_request": link.SyncRequest{
			N: 3, Device: "UDEV1", Boot: goldenBoot, Epoch: 1, Last: 2, LastHash: e[1].Hash, Acked: 1, Schema: 1,
			CmdSeq: 7, CmdID: "0198c0de-0000-7000-8000-0000000000c7", Clock: goldenAt, Trusted: true, Open: 4,
		},
		"sync_reply_resume": resume, "sync_reply_fork": fork, "sync_reply_fenced": fenced, "sync_reply_snapshot": empty,
		"ack":            link.Ack{Inc: "pg-1", Epoch: 1, Seq: 1, Hash: e[0].Hash},
		"control_rewind": link.Control{Kind: link.Rewind, Epoch: 1, Seq: 2, Gen: "b0.1", Reason: "batch leaves a gap after 1"},
		"control_sync":   link.Control{Kind: link.CallSync, Gen: "b0.1", Reason: "batch continues another event 1"},
		"command_batch": link.CommandBatch{Edge: edgeID, Inc: "pg-1", High: 9, Commands: []link.Command{
			{
				Seq: 8, ID: "0198c0de-0000-7000-8000-0000000000c8", Kind: "order.revoked.v1", At: goldenAt, Order: goldenOrder, Trace: goldenTrace,
				Body: json.RawMessage(`{"order":"` + goldenOrder + `","reason":"the guest changed their mind"}`),
			},
			{
				Seq: 9, ID: "0198c0de-0000-7000-8000-0000000000c9", Kind: "status.wished.v1", At: goldenAt,
				Body: json.RawMessage(`{"order":"` + goldenOrder + `","status":"preparing","by":"staff"}`),
			},
		}},
		"heartbeat": link.Heartbeat{
			Device: "UDEV1", Boot: goldenBoot, Version: "1.2.3", Schema: 1, Epoch: 1, Last: 2, Acked: 1, CmdSeq: 7, At: goldenAt, Backlog: 1,
			OldestUnsent: goldenAt.Add(time.Second), Open: 4,
		},
	}
}

// goldenV2 is what the messages say that schema 2 has added or made larger.
func goldenV2() map[string]any {
	v1 := goldenV1()
	req, resume := v1["sync_request"].(link.SyncRequest), v1["sync_reply_resume"].(link.SyncReply)
	req.Schema, req.SchemaMin, req.Inc = 2, 1, "pg-1"
	again := v1["command_batch"].(link.CommandBatch)
	again.Commands = slices.Clone(again.Commands)
	again.Commands[0].Again = "0198c0de-0000-7000-8000-0000000000c4"
	proven := req
	proven.Proof = &link.SignedProof{Doc: []byte(`{}`), Sig: []byte("signature")}
	req.Digest = []link.OpenOrder{{Order: goldenOrder, State: order.Baking, Number: 42, Since: goldenAt}}
	resume.Schema = 2
	beat := v1["heartbeat"].(link.Heartbeat)
	beat.Schema, beat.Outlook = 2, goldenOutlook()
	incompatible := v1["sync_reply_fork"].(link.SyncReply)
	incompatible.Kind, incompatible.Reason = link.Incompatible, "the edge writes schemas 3 to 4, the cloud reads schemas 1 to 2"
	return map[string]any{
		"sync_request": req, "sync_request_proof": proven, "sync_reply_resume": resume, "sync_reply_incompatible": incompatible,
		"proof":             link.Proof{Kind: link.EnrolmentProof, Restaurant: edgeID, Device: "UDEV1", Epoch: 2, At: goldenAt},
		"control_sync_past": link.Control{Kind: link.CallSync, Epoch: 2, Gen: "b0.1", Reason: "batch is of epoch 1, the link is in 2"},
		"control_renew":     link.Control{Kind: link.Renew, Reason: "half of the credential's life is over"},
		"command_batch":     again,
		"heartbeat_outlook": beat,
		"heal_request": link.HealRequest{
			N: 1, Device: "UDEV1", Boot: goldenBoot, Epoch: 1, CmdSeq: 7, IDs: []string{goldenEvents()[0].ID, goldenEvents()[1].ID}, Renew: true,
		},
		"heal_reply": link.HealReply{
			N: 1, Kind: link.Forked, Inc: "pg-1", Known: []byte{0b01}, Epoch: 3, Commands: 9, CommandID: "0198c0de-0000-7000-8000-0000000000c9", Time: goldenAt,
		},
		"heal_reply_fenced": link.HealReply{N: 1, Kind: link.Fenced, Inc: "pg-1", Time: goldenAt, Reason: "another device is enrolled for this restaurant"},
		"snapshot_request":  link.SnapshotRequest{N: 2, Device: "UDEV1", After: goldenOrder, Most: 64},
		"desk_request":      link.DeskRequest{Device: "UDEV1", Ask: link.DeskAssign, Order: goldenOrder, Driver: "d2", Instead: "d1"},
		"desk_reply":        goldenDesk(),
		"desk_reply_what_if": link.DeskReply{WhatIf: &link.DeskCompare{
			Now: link.DeskSum{Late: 2, LateMin: 9.5, ClickToDoor: 34, Nobody: 1}, Then: link.DeskSum{ClickToDoor: 29.5},
		}},
		"desk_reply_refused": link.DeskReply{Refused: &link.DeskRefusal{Kind: "conflict", Code: "not_with_driver", Detail: "the order is not with driver d1: read it again"}},
		"snapshot_reply":     link.SnapshotReply{N: 2, Doc: []byte(`{}`), Sig: []byte("signature")},
		"snapshot": link.Snapshot{
			Restaurant: edgeID, Device: "UDEV1", Epoch: 3, Inc: "pg-1", Made: goldenAt, More: true, Numbers: map[string]int{"2026-07-03": 42},
			Orders: []event.OrderStanding{goldenStanding()},
		},
	}
}

func goldenOutlook() *order.Outlook {
	return &order.Outlook{
		At: goldenAt, Pizzas: []order.Prospect{{Pieces: 1, Ready: 545, Spread: 300}, {Pieces: 2, Ready: 575, Spread: 300}, {Pieces: 32, Ready: 1890, Spread: 480}},
		Side:      &order.Prospect{Pieces: 1, Ready: 30, Spread: 300},
		Reference: order.Reference{MenuMake: 90, MenuBake: 390, Make: 95, Bake: 400, MenuSide: 20},
		Hands:     3, Places: 6.4, Ahead: 4, Wait: 120, Because: []string{"oven-1 is too cold"}, Large: &order.Large{Pieces: 20, Reserve: 20},
		Closed: map[order.Channel]order.Shut{order.Partner: {Wait: 1800, Reason: "a new order would wait 30 min"}},
	}
}

func goldenDesk() link.DeskReply {
	in := func(minutes int) *time.Time { at := goldenAt.Add(time.Duration(minutes) * time.Minute); return &at }
	number, has, other := 42, "d1", "d2"
	return link.DeskReply{Board: &link.DeskBoard{
		AsOf: goldenAt, Restaurants: []link.DeskHouse{{ID: edgeID, Latitude: 40.743, Longitude: -73.99}}, Totals: link.DeskSum{ClickToDoor: 31},
		Drivers: []link.DeskDriver{{
			ID: "d1", Name: "Grace", Vehicle: "scooter", Status: "available", Orders: []order.ID{goldenOrder}, Elsewhere: 1, Way: []order.ID{goldenOrder},
			Position: &link.DeskSeen{DeskPlace: link.DeskPlace{Latitude: 40.744, Longitude: -73.99}, At: goldenAt},
		}},
		Orders: []link.DeskOrder{{
			Order: goldenOrder, Number: &number, Restaurant: edgeID, Kitchen: order.Baking, Delivery: order.Assigned, Drop: &link.DeskPlace{Latitude: 40.75, Longitude: -73.98},
			Placed: in(-12), Promise: link.DeskPromise{From: *in(10), To: *in(20)}, Ready: in(5), Driver: &has, ByHand: true,
			Plan: link.DeskPlan{
				Driver: &has, Arrives: in(4), PickUp: in(5), Door: in(19), RunnerUp: &other, DearerMin: 3.5, Because: []string{"a person gave it to Grace", "3 min away"},
			},
		}},
	}}
}

func goldenStanding() event.OrderStanding {
	arrives := goldenAt.Add(9 * time.Minute)
	return event.OrderStanding{
		Order: order.Order{
			ID: goldenOrder, Restaurant: edgeID, Origin: order.Cloud, Channel: order.Web, Fulfilment: order.ByDelivery,
			Lines:  []order.Line{{Product: "margherita", Quantity: 1, Name: "Margherita", Unit: money.Of(1250, "USD")}},
			Totals: order.Totals{Total: money.Of(1250, "USD")}, PlacedAt: goldenAt,
		},
		Progress: order.Progress{Origin: order.Cloud, Intake: order.Validated, Whole: order.Queued, Delivery: order.Assigned},
		Day:      "2026-07-03", Number: 42, Driver: "d1", Name: "Grace", Arrives: &arrives, Token: "t0", Since: goldenAt,
	}
}

// golden reads a golden file, and writes it first when -update asks for it and it is missing.
func golden(t *testing.T, schema, name string, now any) []byte {
	t.Helper()
	path := filepath.Join("testdata", schema, name+".json")
	if _, err := os.Stat(path); *update && os.IsNotExist(err) && schema != "schema1" {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		raw, err := encode(now)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(raw)
}

// encode and decode are Encode and Decode for a message of any type.
func encode(m any) ([]byte, error) {
	switch m := m.(type) {
	case link.SyncRequest:
		return link.Encode(m)
	case link.SyncReply:
		return link.Encode(m)
	case link.Ack:
		return link.Encode(m)
	case link.Control:
		return link.Encode(m)
	case link.CommandBatch:
		return link.Encode(m)
	case link.Heartbeat:
		return link.Encode(m)
	case link.HealRequest:
		return link.Encode(m)
	case link.HealReply:
		return link.Encode(m)
	case link.SnapshotRequest:
		return link.Encode(m)
	case link.SnapshotReply:
		return link.Encode(m)
	case link.Snapshot:
		return link.Encode(m)
	case link.Proof:
		return link.Encode(m)
	case link.DeskRequest:
		return link.Encode(m)
	case link.DeskReply:
		return link.Encode(m)
	}
	return nil, link.ErrCorrupt
}

func decode(like any, raw []byte) (any, error) {
	switch like.(type) {
	case link.SyncRequest:
		return link.Decode[link.SyncRequest](raw)
	case link.SyncReply:
		return link.Decode[link.SyncReply](raw)
	case link.Ack:
		return link.Decode[link.Ack](raw)
	case link.Control:
		return link.Decode[link.Control](raw)
	case link.CommandBatch:
		return link.Decode[link.CommandBatch](raw)
	case link.Heartbeat:
		return link.Decode[link.Heartbeat](raw)
	case link.HealRequest:
		return link.Decode[link.HealRequest](raw)
	case link.HealReply:
		return link.Decode[link.HealReply](raw)
	case link.SnapshotRequest:
		return link.Decode[link.SnapshotRequest](raw)
	case link.SnapshotReply:
		return link.Decode[link.SnapshotReply](raw)
	case link.Snapshot:
		return link.Decode[link.Snapshot](raw)
	case link.DeskRequest:
		return link.Decode[link.DeskRequest](raw)
	case link.DeskReply:
		return link.Decode[link.DeskReply](raw)
	case link.Proof:
		return link.Decode[link.Proof](raw)
	}
	return nil, link.ErrCorrupt
}

func TestEveryMessageReadsAndWritesItsGoldenFile(t *testing.T) {
	t.Parallel()
	for schema, messages := range map[string]map[string]any{"schema1": goldenV1(), "schema2": goldenV2()} {
		for name, want := range messages {
			t.Run(schema+"/"+name, func(t *testing.T) {
				t.Parallel()
				raw := golden(t, schema, name, want)
				got, err := decode(want, raw)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("it reads differently than it was written (-want +got):\n%s", diff)
				}
				now, err := encode(got)
				if err != nil || !bytes.Equal(now, raw) {
					t.Errorf("it is written differently than before: %v\n%s\n%s", err, raw, now)
				}
			})
		}
	}
}

func TestABatchReadsAndWritesItsGoldenFiles(t *testing.T) {
	t.Parallel()
	payload := golden(t, "schema1", "batch", nil)
	var header map[string]string
	if err := json.Unmarshal(golden(t, "schema1", "batch_headers", nil), &header); err != nil {
		t.Fatal(err)
	}
	got, err := link.DecodeBatch(edgeID, payload, header)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenBatch(1), got); diff != "" {
		t.Error(diff)
	}
	again, headerAgain, err := link.EncodeBatch(got)
	if err != nil || !bytes.Equal(again, payload) {
		t.Errorf("%v\n%s\n%s", err, payload, again)
	}
	if diff := cmp.Diff(header, headerAgain); diff != "" {
		t.Error(diff)
	}
	if d := link.Decide(link.LinkRow{Edge: edgeID, Device: "UDEV1", Epoch: 1}, got); d.Verdict != link.Apply || len(d.Events) != 2 {
		t.Errorf("%s: %s", d.Verdict, d.Reason)
	}
}

func TestEveryGoldenFileIsStillRead(t *testing.T) {
	t.Parallel()
	for schema, messages := range map[string]map[string]any{"schema1": goldenV1(), "schema2": goldenV2()} {
		files, err := filepath.Glob(filepath.Join("testdata", schema, "*.json"))
		if err != nil || len(files) < len(messages) {
			t.Errorf("%d golden files of %s, %v", len(files), schema, err)
		}
		for _, f := range files {
			name := strings.TrimSuffix(filepath.Base(f), ".json")
			if _, known := messages[name]; !known && !strings.HasPrefix(name, "batch") {
				t.Errorf("nobody reads %s/%s any more", schema, name)
			}
		}
	}
}
