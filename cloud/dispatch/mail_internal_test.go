package dispatch

import (
	"testing"
	"time"
)

func TestTheMailRemembersNoMoreThanIsRecent(t *testing.T) {
	t.Parallel()
	m, now := newMail(), time.Now()
	open := Offer{ID: "open", State: Open}
	for _, o := range []Offer{open, {ID: "gone", State: Open}, {ID: "over", State: Revoked}} {
		m.note(&o, now)
	}
	m.connected("d1", now)
	m.forget([]Offer{open})
	if len(m.sent) != 1 || len(m.over) != 0 || m.sent["open"] != now {
		t.Errorf("%v, %v", m.sent, m.over)
	}
	if !m.greeted(now)["d1"] || len(m.greeted(now.Add(2*greeting))) != 1 || len(m.greeted(now.Add(2*greeting))) != 0 {
		t.Error("a phone is fresh for ever, or never")
	}
}
