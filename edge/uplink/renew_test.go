package uplink_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/link"
)

// resumes answers every SYNC with resume.
func resumes(t *testing.T, conn *nats.Conn) {
	t.Helper()
	_, err := conn.Subscribe(link.SyncWildcard, func(m *nats.Msg) {
		req, err := link.Decode[link.SyncRequest](m.Data)
		if err != nil {
			t.Error(err)
			return
		}
		row := link.LinkRow{Edge: "r1", Device: req.Device, Epoch: 1}
		data, err := link.Encode(link.AnswerSync(row, req, link.Cloud{Inc: "pg-1", CmdID: req.CmdID}, time.Now()))
		if err != nil {
			t.Error(err)
			return
		}
		_ = m.Respond(data)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
}

// running opens a line, and what closes it.
func running(t *testing.T, cfg uplink.Config, outbox uplink.Outbox) (line *uplink.Uplink, closed func() error) {
	t.Helper()
	line = uplink.New(cfg, outbox, nothing{})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- line.Run(ctx) }()
	return line, func() error {
		stop()
		return <-done
	}
}

// member is a node with a credential that a hub believes, and an office that renews it.
type member struct {
	uplink.Config
	*office
	*issuer
	hub hub
	dir string
}

func newMember(t *testing.T, mode uplink.Mode, a *authority) *member {
	t.Helper()
	m := &member{issuer: newIssuer(t), hub: hub{freePort(t), freePort(t)}, dir: t.TempDir()}
	e := enrolled(t)
	m.office = newOffice(t, e.Device, a)
	e.Cloud, e.Leaves, e.Clients = m.url, []string{"nats-leaf://" + addr(m.hub.leaf)}, []string{"nats://" + addr(m.hub.client)}
	if a != nil {
		e.CA = a.PEM()
	}
	m.Config = uplink.Config{Enrolment: e, Mode: mode, Data: m.dir, Log: slog.New(slog.DiscardHandler)}
	m.renew = m.good(t)
	return m
}

// good answers with a credential for a month.
func (m *member) good(t *testing.T) func() (int, any) {
	return func() (int, any) {
		until := time.Now().Add(30 * 24 * time.Hour)
		return http.StatusOK, map[string]any{"jwt": m.credential(t, m.device, until), "expires": until, "time": time.Now()}
	}
}

// opens starts the hub, which believes credentials, and answers SYNC.
func (m *member) opens(t *testing.T) *server.Server {
	t.Helper()
	s := m.hub.startWith(t, func(o *server.Options) { m.trusted(t, o) })
	resumes(t, m.joins(t, s))
	return s
}

// joins is another client of the hub, as the core is.
func (m *member) joins(t *testing.T, s *server.Server) *nats.Conn {
	t.Helper()
	core := enrolled(t)
	conn, err := nats.Connect(s.ClientURL(), nats.UserJWTAndSeed(m.credential(t, core.Device, time.Now().Add(time.Hour)), core.Seed))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

func TestACredentialIsRenewedWhenHalfOfItIsOver(t *testing.T) {
	t.Parallel()
	chain := newAuthority(t)
	m := newMember(t, uplink.Client, chain)
	old := m.credential(t, m.device, time.Now().Add(-time.Minute)) // it expired while the node was off
	m.Enrolment.JWT = old
	s := m.opens(t)
	defer stop(s)
	line := runs(t, m.Config, nothing{})
	eventually(t, "online", func() bool { return line.State().Condition == link.Online })
	kept, err := uplink.LoadEnrolment(m.dir)
	if err != nil || kept.JWT == old || kept.Expires.Before(time.Now().Add(29*24*time.Hour)) || kept.Seed != m.Enrolment.Seed || kept.Cloud != m.url {
		t.Errorf("kept %+v, %v", kept, err)
	}
	m.with(func() {
		if m.asked != 1 {
			t.Errorf("asked %d times", m.asked)
		}
	})
}

func TestACredentialOfManyDaysIsLeftAloneUntilTheCloudCalls(t *testing.T) {
	t.Parallel()
	for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
		m := newMember(t, mode, nil)
		m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(90*24*time.Hour))
		s := m.opens(t)
		line, closed := running(t, m.Config, nothing{})
		eventually(t, "online", func() bool { return line.State().Condition == link.Online })
		m.with(func() {
			if m.asked != 0 {
				t.Errorf("%s: asked %d times for nothing", mode, m.asked)
			}
		})
		conn := m.joins(t, s)
		data, err := link.Encode(link.Control{Kind: link.Renew})
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Publish(link.ControlSubject("r1"), data); err != nil {
			t.Fatal(err)
		}
		eventually(t, "renewed", func() bool {
			kept, err := uplink.LoadEnrolment(m.dir)
			return err == nil && kept.JWT != m.Enrolment.JWT
		})
		if line.State().Condition != link.Online {
			t.Errorf("%s: the line went down for it: %+v", mode, line.State())
		}
		conn.Close()
		if err := closed(); err != nil {
			t.Error(err)
		}
		stop(s)
	}
}

func TestARenewedNodeFollowsTheHub(t *testing.T) {
	t.Parallel()
	m := newMember(t, uplink.Client, nil)
	m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(-time.Minute))
	there := hub{freePort(t), freePort(t)}
	m.renew = func() (int, any) {
		until := time.Now().Add(30 * 24 * time.Hour)
		return http.StatusOK, map[string]any{"jwt": m.credential(t, m.device, until), "expires": until, "clients": []string{"nats://" + addr(there.client)}}
	}
	m.hub = there
	s := m.opens(t)
	defer stop(s)
	line := runs(t, m.Config, nothing{})
	eventually(t, "online at the other hub", func() bool { return line.State().Condition == link.Online })
}

func TestANodeInAnotherYearSignsWithTheCloudsClock(t *testing.T) {
	t.Parallel()
	m := newMember(t, uplink.Client, nil)
	m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(-time.Minute))
	now := shake(-30*365*24*time.Hour, clock.Saved{}) // a year ago, when it was built: the credential seems fine
	m.Clock = now
	s := m.opens(t)
	defer stop(s)
	line := runs(t, m.Config, nothing{})
	eventually(t, "online", func() bool { return line.State().Condition == link.Online })
	if !now.Trusted() || time.Since(now.Now()).Abs() > 5*time.Second {
		t.Errorf("it believes it is %v", now.Now())
	}
}

func TestANodeThatIsNotWantedSaysWhyInWords(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]struct {
		cause link.Cause
		words string
	}{
		"fenced":         {link.CauseFenced, "another device"},
		"revoked":        {uplink.CauseRevoked, "cut off"},
		"unknown_device": {uplink.CauseCredential, "does not know this device"},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			m := newMember(t, uplink.Client, nil)
			m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(-time.Minute))
			m.renew = refused(code)
			s := m.opens(t)
			defer stop(s)
			line := runs(t, m.Config, nothing{})
			eventually(t, "the node knows", func() bool { return strings.Contains(line.State().Detail, want.words) })
			if state := line.State(); state.Condition != link.Blocked || state.Cause != want.cause {
				t.Errorf("it says %+v", state)
			}
		})
	}
}

func TestAnExpiredNodeWithoutAnybodyToAskCooksOnAndSaysSo(t *testing.T) {
	t.Parallel()
	m := newMember(t, uplink.Client, nil)
	m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(-time.Minute))
	m.renew = func() (int, any) {
		return http.StatusBadGateway, map[string]string{"detail": "nobody is there"}
	}
	s := m.opens(t)
	defer stop(s)
	line := runs(t, m.Config, nothing{})
	eventually(t, "it says that its credential expired", func() bool { return line.State().Cause == uplink.CauseCredential })
	if state := line.State(); state.Condition != link.Offline || !strings.Contains(state.Detail, "cooks on") {
		t.Errorf("it says %+v", state)
	}
	m.with(func() { m.renew = m.good(t) })
	eventually(t, "online once somebody is there", func() bool { return line.State().Condition == link.Online })
}

func TestAFencedNodeHandsOverItsTailAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	m := newMember(t, uplink.Client, nil)
	m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(-time.Minute))
	m.renew, m.refuse = refused("fenced"), 1
	n := &house{t: t, path: filepath.Join(m.dir, "edge.db"), cfg: m.Config}
	n.connect()
	for range 50 { // more than one batch
		n.order()
	}
	all := func() bool {
		tip, err := n.db.Tip(t.Context())
		whole := false
		m.with(func() { whole = len(m.aside) > 0 && m.aside[len(m.aside)-1].Seq == tip.Seq })
		return err == nil && tip.Seq > 2*link.MaxBatchEvents && whole
	}
	eventually(t, "the tail is put aside", all)
	n.closed()
	before := 0
	m.with(func() { before = len(m.aside) })
	n.connect()
	n.order() // it cooks on
	eventually(t, "what came after is put aside, too", all)
	tip, err := n.db.Tip(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.with(func() {
		next, repeated := uint64(1), 0 // a batch whose answer nobody heard comes again
		for _, e := range m.aside {
			switch {
			case e.Seq == next:
				next++
			case e.Seq < next:
				repeated++
			default:
				t.Fatalf("event %d is put aside after %d", e.Seq, next-1)
			}
		}
		if next != tip.Seq+1 || repeated > link.MaxBatchEvents || before <= link.MaxBatchEvents {
			t.Errorf("%d events are put aside of %d, %d of them twice, %d before the start", next-1, tip.Seq, repeated, before)
		}
	})
	if acked, err := n.db.Acked(t.Context()); err != nil || acked.Seq != 0 {
		t.Errorf("put aside counts as acknowledged: %+v, %v", acked, err)
	}
	n.closed()
}

func TestANodeGivesUpOnlyWhenEverybodyElseIsWell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ready int
		want  bool
	}{"the cloud is well": {http.StatusOK, true}, "the cloud is not": {http.StatusServiceUnavailable, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMember(t, uplink.Client, nil)
			m.ready = c.ready
			m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(90*24*time.Hour))
			m.Patience, m.Hopeless = 200*time.Millisecond, 500*time.Millisecond
			mute := m.hub.startWith(t, func(o *server.Options) { m.trusted(t, o) }) // nobody answers SYNC
			defer stop(mute)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan error, 1)
			line := uplink.New(m.Config, nothing{}, nothing{})
			go func() { done <- line.Run(ctx) }()
			if !c.want {
				eventually(t, "it dials again and again", func() bool { return seen(mute, uplink.Client) >= 5 })
				cancel()
			}
			select {
			case err := <-done:
				if errors.Is(err, uplink.ErrHopeless) != c.want || !c.want && err != nil {
					t.Fatalf("it ends with %v", err)
				}
			case <-time.After(30 * time.Second):
				t.Fatal("it does not end")
			}
			if _, err := os.Stat(filepath.Join(m.dir, "restarts.json")); os.IsNotExist(err) == c.want {
				t.Errorf("restarts are remembered: %v", err)
			}
			if !c.want {
				return
			}
			resumes(t, m.joins(t, mute)) // a start that helps
			well := runs(t, m.Config, nothing{})
			eventually(t, "online", func() bool { return well.State().Condition == link.Online })
			eventually(t, "restarts are forgotten", func() bool {
				_, err := os.Stat(filepath.Join(m.dir, "restarts.json"))
				return os.IsNotExist(err)
			})
		})
	}
}
