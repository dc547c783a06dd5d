package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/broker"
)

func TestTheNewestPositionIsKept(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	c.hire(t, "d1")
	heading, now := 90.0, time.Now().UTC().Truncate(time.Millisecond).Add(time.Second)
	at := func(lat float64, ago time.Duration) dispatch.Position {
		return dispatch.Position{Driver: "d1", Lat: lat, Lon: 10, Heading: &heading, At: now.Add(-ago), Heard: now}
	}
	for _, batch := range [][]dispatch.Position{{at(41, time.Millisecond), at(42, 0), at(43, 2*time.Millisecond)}, {at(44, time.Second)}, nil} {
		if err := c.SavePositions(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	d, err := c.Driver(t.Context(), "d1")
	if err != nil || d.Position != (dispatch.Point{Lat: 42, Lon: 10}) || !d.SeenAt.Equal(now) {
		t.Errorf("%+v, %v", d, err)
	}
	if kept := c.sql(t, `SELECT heading FROM driver_positions WHERE speed IS NULL`); kept != heading {
		t.Errorf("heading %v", kept)
	}
}

func TestAPositionThatWaitedInThePhoneIsOld(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	now := time.Now().UTC().Truncate(time.Millisecond).Add(time.Minute)
	for did, c2 := range map[string]struct{ at, seen time.Time }{
		"a clock that is a minute slow": {now.Add(-time.Minute), now},
		"an hour without signal":        {now.Add(-time.Hour), now.Add(-time.Hour)},
	} {
		id := strings.ReplaceAll(did, " ", "-")
		if _, _, err := c.RegisterDriver(t.Context(), dispatch.Driver{ID: id, Name: did}); err != nil {
			t.Fatal(err)
		}
		if err := c.SavePositions(t.Context(), []dispatch.Position{{Driver: id, Lat: 1, Lon: 1, At: c2.at, Heard: now}}); err != nil {
			t.Fatal(err)
		}
		if d, err := c.Driver(t.Context(), id); err != nil || !d.SeenAt.Equal(c2.seen) {
			t.Errorf("%s: seen %v, want %v, %v", did, d.SeenAt, c2.seen, err)
		}
	}
}

func TestDeadLettersAreKeptWithTheirReasonAndBounded(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	l := broker.DeadLetter{
		Device: "d1", ClientID: "d1", Remote: "127.0.0.1:5", Topic: "pizza/\xff\x00", Payload: []byte{0, 0xff}, Bytes: 2, Code: "not_json",
		Reason: "the payload must be JSON", At: time.Now().UTC().Truncate(time.Millisecond),
	}
	for _, next := range []int{1, 2, store.KeepLetters + 1, store.KeepLetters + 2} {
		c.sql(t, `SELECT setval(pg_get_serial_sequence('dead_letters', 'id'), $1::bigint, false)`, next)
		l.Bytes = next
		if err := c.SaveDeadLetter(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	all, err := c.DeadLetters(t.Context(), 10)
	if err != nil || len(all) != 2 || all[0].Bytes != store.KeepLetters+2 || all[1].Bytes != store.KeepLetters+1 {
		t.Fatalf("%+v, %v", all, err)
	}
	l.Topic = "pizza/\uFFFD\uFFFD"
	if diff := cmp.Diff(l, all[0]); diff != "" {
		t.Error(diff)
	}
	l.Payload = nil
	if err := c.SaveDeadLetter(t.Context(), l); err != nil {
		t.Errorf("an empty payload: %v", err)
	}
}
