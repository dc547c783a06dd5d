package edge

import (
	"context"
	"log/slog"
	"strings"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/wire"
)

// loudspeaker is how the house is told something over MQTT: a *broker.Broker.
type loudspeaker interface {
	Publish(topic string, payload []byte, retain bool, qos byte) error
}

// announcer tells the devices in the house what the kitchen has committed: each step of an order, and alerts while they are open. MQTT is a
// hint to them, never the truth: that is on the board.
type announcer struct {
	restaurant string
	kitchen    *kitchen.Kitchen
	screens    *live.Hub[kitchen.Change]
	out        loudspeaker
	now        clock.Clock
	log        *slog.Logger
	open       map[string]wire.Alert // retained now
}

// run announces until ctx ends. It starts from the board as it is, again whenever it has fallen behind.
func (a *announcer) run(ctx context.Context) error {
	for ctx.Err() == nil {
		changes, leave := a.screens.Subscribe()
		a.catchUp(ctx)
		a.follow(ctx, changes)
		leave()
	}
	return nil
}

// catchUp announces what is open now, for the broker forgets retained messages with its process, and clears what ended unheard.
func (a *announcer) catchUp(ctx context.Context) {
	now, err := a.kitchen.Snapshot(ctx)
	if err != nil {
		a.log.Warn("announce what is on the board", "err", err)
		return
	}
	still := map[string]bool{}
	for _, alert := range now.Alerts {
		still[alert.ID] = true
		a.raise(alert)
	}
	for alertID := range a.open {
		if !still[alertID] {
			a.clear(alertID)
		}
	}
}

func (a *announcer) follow(ctx context.Context, changes <-chan kitchen.Change) {
	for {
		select {
		case <-ctx.Done():
			return
		case c, open := <-changes:
			if !open {
				return
			}
			a.tell(ctx, c)
		}
	}
}

func (a *announcer) tell(ctx context.Context, c kitchen.Change) {
	for _, t := range c.Tickets {
		a.step(t)
	}
	for _, gone := range c.Gone {
		if t, err := a.kitchen.Ticket(ctx, gone); err == nil {
			a.step(t)
		}
	}
	for _, alert := range c.Alerts {
		a.raise(alert)
	}
	for _, cleared := range c.Cleared {
		a.clear(cleared)
	}
}

func (a *announcer) step(t kitchen.Ticket) {
	a.say(wire.OrderEventTopic(string(t.Order.ID)), wire.OrderEvent{
		ID: id.New(), At: wire.At(a.now.Now()), Order: string(t.Order.ID), Restaurant: a.restaurant, Number: t.Number,
		Status: string(t.Progress.Status()), Version: int64(t.Version),
	}, false, wire.KindOrderEvent)
}

func (a *announcer) raise(k kitchen.Alert) {
	level := wire.Level(k.Level)
	alert := wire.Alert{ID: strings.ReplaceAll(k.ID, "/", "."), At: wire.At(k.Since), Device: k.Device, Kind: wire.AlertKind(k.What), Level: level}
	if k.Device == "" || alert.Validate(a.now.Now()) != nil {
		return // about an order, not about a device: the displays show it
	}
	a.open[k.ID] = alert
	a.say(wire.AlertTopic(a.restaurant), alert, true, wire.KindAlert)
}

// clear says that it is over, and takes back what is retained unless another alert is.
func (a *announcer) clear(alertID string) {
	alert, ok := a.open[alertID]
	if !ok {
		return
	}
	delete(a.open, alertID)
	over := wire.At(a.now.Now())
	alert.ClearedAt = &over
	a.say(wire.AlertTopic(a.restaurant), alert, false, wire.KindAlert)
	for _, still := range a.open {
		a.say(wire.AlertTopic(a.restaurant), still, true, wire.KindAlert)
		return
	}
	if err := a.out.Publish(wire.AlertTopic(a.restaurant), nil, true, wire.KindAlert.QoS()); err != nil {
		a.log.Warn("take back an alert", "err", err)
	}
}

func (a *announcer) say(topic string, what wire.Payload, retain bool, kind wire.Kind) {
	payload, err := wire.Encode(what)
	if err == nil {
		err = a.out.Publish(topic, payload, retain, kind.QoS())
	}
	if err != nil {
		a.log.Warn("announce to the house", "topic", topic, "err", err)
	}
}
