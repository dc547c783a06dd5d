package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // its name in database/sql

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// For every schema of the node a file is kept: testdata/schema1.db as the first program wrote it, beside it what that program read in it, and
// the same evening in each schema since. A migration gets its file when it is written, with make gen, while its program is there.
//
//go:generate go test . -count=1 -run Recorded -record
var recording = flag.Bool("record", false, "write the files of schemas that have none")

// memory is what a program reads in a file.
type memory struct {
	State   kitchen.State
	Ended   []kitchen.Ticket
	Tip     link.Mark
	Acked   link.Mark
	Unsent  time.Time
	Device  string
	Command uint64
	CmdID   string
	Events  []link.Event
	Letters []kitchen.DeadLetter
	Answers map[string]kitchen.Answer
}

func remember(t *testing.T, s *store.Store) (m memory) {
	t.Helper()
	ctx := t.Context()
	fine := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	m.Device = s.Device()
	m.State, err = s.Load(ctx)
	fine(err)
	m.Ended, err = s.Recent(ctx, "2026-07-03", 100)
	fine(err)
	m.Tip, err = s.Tip(ctx)
	fine(err)
	m.Acked, err = s.Acked(ctx)
	fine(err)
	m.Unsent, err = s.OldestUnsent(ctx)
	fine(err)
	m.Command, m.CmdID, err = s.CommandSeq(ctx)
	fine(err)
	m.Events, _, err = s.Events(ctx, 1, 10_000, 1<<30)
	fine(err)
	m.Letters, err = s.DeadLetters(ctx, 100)
	fine(err)
	m.Answers = map[string]kitchen.Answer{}
	for _, known := range []string{"tap/tap-1", "tap/tap-2"} {
		a, ok, err := s.Answer(ctx, known)
		fine(err)
		if ok {
			m.Answers[known] = a
		}
	}
	return m
}

func TestFilesRecordedByOldProgramsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	want := memory{}
	readJSON(t, "testdata/schema1.json", &want)
	want.State.Stock.Epoch = want.Tip.Epoch // the file knew it always, the kitchen did not ask
	for _, schema := range schemas(t) {
		t.Run(fmt.Sprint("schema ", schema), func(t *testing.T) {
			t.Parallel()
			file := fileOf(schema)
			if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) && *recording {
				record(t, schema)
			} else if err != nil {
				t.Fatalf("no file was kept (make gen writes it): %v", err)
			}
			path := copied(t, file)
			if in := schemaIn(t, path); in != schema {
				t.Errorf("%s is of schema %d", file, in)
			}
			for range 2 { // the second time it is migrated already
				s := open(t, path)
				if diff := cmp.Diff(want, asRead(t, remember(t, s))); diff != "" {
					t.Errorf("it is read differently (-as written +now):\n%s", diff)
				}
				closed(t, s)
			}
		})
	}
	prev := link.Hash{}
	for _, e := range want.Events {
		if again := link.Seal(prev, e.Seq, e); again.Hash != e.Hash || string(again.Body) != string(e.Body) {
			t.Errorf("event %d would be sealed differently today", e.Seq)
		}
		prev = e.Hash
	}
}

func fileOf(schema int64) string { return fmt.Sprintf("testdata/schema%d.db", schema) }

// schemas are those that the node has had, each made by a migration.
func schemas(t *testing.T) (all []int64) {
	t.Helper()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	for _, f := range files {
		v, err := goose.NumericComponent(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func plain(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// schemaIn is the schema that a file has.
func schemaIn(t *testing.T, path string) (schema int64) {
	t.Helper()
	db := plain(t, path)
	if err := db.QueryRowContext(t.Context(), `SELECT max(version_id) FROM goose_db_version`).Scan(&schema); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return schema
}

func copied(t *testing.T, file string) string {
	t.Helper()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "edge.db")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

// asRead is a memory as it comes out of a file of JSON.
func asRead(t *testing.T, m memory) (out memory) {
	t.Helper()
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

type still struct{ now time.Time }

func (s *still) Now() time.Time { return s.now }

// record brings the first file to a schema, and writes that down. What a program does beside its migrations, the one of the newest schema has
// done as well. The same migrations write the same file, byte for byte.
func record(t *testing.T, schema int64) {
	t.Helper()
	path := copied(t, fileOf(1))
	db := plain(t, path)
	p, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE goose_db_version SET tstamp = ?`, at.Format(time.DateTime)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if all := schemas(t); schema == slices.Max(all) {
		closed(t, open(t, path))
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(path + "-*"); err != nil || len(left) > 0 {
		t.Fatalf("the file is not whole without %v, %v", left, err)
	}
	if err := os.WriteFile(fileOf(schema), whole, 0o600); err != nil {
		t.Fatal(err)
	}
}

// evening fills a store with open and ended orders of counter and web, alerts, timers, answers, a dead letter, and an outbox of which
// the cloud has a part.
func evening(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	screens := live.New[kitchen.Change](256)
	defer screens.Close()
	dishes, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	clock := &still{at}
	k, err := kitchen.New(ctx, s, dishes, clock, screens, kitchen.Settings{Restaurant: "r1", DayStarts: 4, Roster: []kitchen.Cook{
		{ID: "ada", Name: "Ada", Skills: []string{menu.StationMake}}, {ID: "bob", Name: "Bob"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	fine := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fine(k.SignIn(ctx, "ada"))
	fine(k.Release(ctx, 0))
	pizza, cola := order.Line{Product: "margherita", Size: "large", Quantity: 1}, order.Line{Product: "cola", Quantity: 2}
	var placed []order.ID
	for n := range 3 {
		ticket, _, err := k.Place(ctx, kitchen.CounterOrder{
			Key: fmt.Sprint("key-", n), Channel: order.Counter, Fulfilment: order.Carryout, Customer: order.Customer{Name: "Grace"},
			Lines: []order.Line{pizza, cola}, Payment: order.Payment{Method: "cash"},
		})
		fine(err)
		placed = append(placed, ticket.Order.ID)
	}
	commands := uint64(0)
	obey := func(to order.ID, b event.Body) {
		t.Helper()
		body, err := event.Encode(b)
		fine(err)
		commands++
		fine(k.Obey(ctx, kitchen.Command{Seq: commands, ID: fmt.Sprint("command-", commands), Kind: b.Kind(), At: at, Order: string(to), Body: body}))
	}
	offer := func(how order.Fulfilment, fire *time.Time) order.ID {
		o := order.Order{
			ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: how, Lines: []order.Line{pizza},
			Customer: order.Customer{Name: "Zoë"}, PlacedAt: at, FireAt: fire,
		}
		if how == order.ByDelivery {
			o.Address = &order.Address{Street: "1 Main St", City: "Springfield", Latitude: 39.8, Longitude: -89.6}
		}
		obey(o.ID, event.OrderOffered{Order: o, Items: dishes.Items(o.Lines)})
		return o.ID
	}
	tonight := at.Add(3 * time.Hour)
	delivery, _, revoked, _ := offer(order.ByDelivery, nil), offer(order.Carryout, nil), offer(order.Carryout, nil), offer(order.Carryout, &tonight)
	obey(revoked, event.OrderRevoked{Order: revoked, Reason: "changed my mind"})
	obey(delivery, event.DeliveryStepped{Order: delivery, Delivery: order.Assigned, Driver: "d1", Name: "Linus"})
	obey("nobody", event.OrderRevoked{Order: "nobody", Reason: "a stranger"})
	tap := func(n int, act func(context.Context, order.ID, kitchen.Tap) (kitchen.Ticket, error), on order.ID, station string) {
		t.Helper()
		clock.now = clock.now.Add(time.Minute)
		_, err := act(ctx, on, kitchen.Tap{ID: fmt.Sprint("tap-", n), Who: "ada", Station: station, Reason: "it is so"})
		fine(err)
	}
	tap(1, k.Bump, placed[0], menu.StationMake)
	fine(k.OvenEvent(ctx, "oven-1", wire.OvenEvent{ID: id.New(), At: wire.At(clock.now), Kind: wire.ItemPutIn, Slot: 2}))
	tap(2, k.Bump, placed[1], menu.StationMake)
	tap(3, k.Start, delivery, "")
	for n := range 5 {
		tap(4+n, k.Bump, placed[1], "") // until it is handed over
	}
	tap(9, k.Void, placed[2], "")
	fine(k.Alert(ctx, kitchen.Alert{ID: "silent/oven-2", Device: "oven-2", What: "silent", Level: "critical"}))
	fine(k.OvenEvent(ctx, "oven-1", wire.OvenEvent{ID: id.New(), At: wire.At(clock.now), Kind: "levitate", Slot: 9}))
	tip, err := s.Tip(ctx)
	fine(err)
	hash, ok, err := s.HashAt(ctx, tip.Seq/2)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	fine(s.SetAcked(ctx, link.Mark{Epoch: tip.Epoch, Seq: tip.Seq / 2, Hash: hash}))
}
