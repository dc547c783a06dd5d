package uplink_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
)

func TestOfTwoCopiesOneStaysOnline(t *testing.T) {
	t.Parallel()
	h := hub{freePort(t), freePort(t)}
	s := h.start(t, "")
	t.Cleanup(func() { stop(s) })
	core(t, s)
	one, two := open(t, h, uplink.Leaf, time.Hour), open(t, h, uplink.Leaf, time.Hour)
	var stays uint64
	since := time.Now()
	eventually(t, "one of them is not torn off for three seconds", func() bool {
		if now := seen(s, uplink.Leaf); now == 0 || now != stays {
			stays, since = now, time.Now()
		}
		return time.Since(since) > 3*time.Second
	})
	eventually(t, "it is online", func() bool {
		return one.State().Condition == link.Online || two.State().Condition == link.Online
	})
}

// heard passes on what is logged.
type heard chan string

func (h heard) Write(line []byte) (int, error) {
	select {
	case h <- string(line):
	default:
	}
	return len(line), nil
}

func TestANodeThatTheCloudDoesNotWantDoesNotDialOn(t *testing.T) {
	t.Parallel()
	for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			m, lines := newMember(t, mode, nil), make(heard, 100)
			m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(-time.Minute))
			m.renew, m.Knocking, m.Log = refused("revoked"), time.Second, slog.New(slog.NewTextHandler(lines, nil))
			s := m.opens(t)
			t.Cleanup(func() { stop(s) })
			line := runs(t, m.Config, nothing{})
			rests := 0
			eventually(t, "it closes its bus, and knocks again", func() bool {
				select {
				case said := <-lines:
					if strings.Contains(said, "does not want this node") {
						rests++
					}
				default:
				}
				return rests > 1
			})
			if state := line.State(); state.Condition != link.Blocked || state.Cause != uplink.CauseRevoked {
				t.Errorf("it says %+v", state)
			}
		})
	}
}
