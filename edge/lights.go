package edge

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// lookAtLights is how often the stack lights are held against the board.
const lookAtLights = time.Second

// lights keep the stack lights of a house as the board is. What was said last is retained: a light that comes back hears it.
type lights struct {
	restaurant string
	all        []Light
	kitchen    *kitchen.Kitchen
	out        loudspeaker
	now        clock.Clock
	log        *slog.Logger
	shown      map[string]wire.Light
}

func (l *lights) run(ctx context.Context) error {
	if len(l.all) == 0 {
		return nil
	}
	look := time.NewTicker(lookAtLights)
	defer look.Stop()
	for {
		if board, err := l.kitchen.Snapshot(ctx); err == nil {
			l.show(board)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
	}
}

func (l *lights) show(board kitchen.Snapshot) {
	for _, one := range l.all {
		is := one.of(board)
		if was, said := l.shown[one.Device]; said && was == is {
			continue
		}
		said := is
		said.At = wire.At(l.now.Now())
		payload, err := wire.Encode(said)
		if err == nil {
			err = l.out.Publish(wire.LightTopic(l.restaurant, one.Device), payload, true, wire.KindLight.QoS())
		}
		if err != nil {
			l.log.Warn("a light could not be told", "device", one.Device, "err", err)
			continue
		}
		l.shown[one.Device] = is
	}
}

// of is what the light shows of a board: red that blinks for what is critical, and for a pizza that should be out of the oven; amber for other
// alerts; green when there is none.
func (one Light) of(board kitchen.Snapshot) wire.Light {
	is := wire.Light{Red: wire.Dark, Amber: wire.Dark, Green: wire.Lit}
	for _, a := range board.Alerts {
		if !one.concerns(a, board) {
			continue
		}
		is.Green = wire.Dark
		if a.Level == string(wire.Critical) || a.What == string(kitchen.OverdueBake) {
			is.Red, is.Buzzer = wire.Blink, one.Buzzer
			continue
		}
		is.Amber = wire.Lit
	}
	return is
}

// concerns reports whether an alert is of the light's station: a pizza that is overdue is the oven's, what an order waits for is where its items are,
// and what is wrong with the house is everybody's.
func (one Light) concerns(a kitchen.Alert, board kitchen.Snapshot) bool {
	switch {
	case one.Station == "" || a.Order == "":
		return true
	case a.What == string(kitchen.OverdueBake):
		return one.Station == menu.StationOven
	}
	for i := range board.Tickets {
		t := &board.Tickets[i]
		if t.Order.ID == a.Order {
			return slices.ContainsFunc(t.Progress.Items, func(i order.Item) bool { return kitchen.StationOf(i) == one.Station })
		}
	}
	return false
}
