package cloud

import (
	"testing"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

func TestAHeartbeatWhoseOutlookCannotBeIsAHeartbeatWithoutOne(t *testing.T) {
	t.Parallel()
	sound := &order.Outlook{Pizzas: []order.Prospect{{Pieces: 1, Ready: 400, Spread: 300}}, Hands: 1}
	if b := beat(link.Heartbeat{Outlook: sound, Open: 3}); b.Outlook != sound || b.Open != 3 {
		t.Errorf("%+v", b)
	}
	if b := beat(link.Heartbeat{Outlook: &order.Outlook{Hands: 1}, Open: 3}); b.Outlook != nil || b.Open != 3 {
		t.Errorf("%+v", b)
	}
	if b := beat(link.Heartbeat{Open: 3}); b.Outlook != nil || b.Open != 3 {
		t.Errorf("%+v", b)
	}
}
