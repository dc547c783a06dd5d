package edge

import (
	"errors"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/order"
)

// Throttle is how web orders are held against what the kitchen can make. What is left out is the kitchen's default.
type Throttle struct {
	Off         bool `toml:"off"`                  // they all come at once
	Reserve     int  `toml:"reserve_percent"`      // of hands and ovens, for who stands at the counter or calls
	PauseAfter  int  `toml:"pause_after_minutes"`  // of waiting that a new web order would have
	ResumeBelow int  `toml:"resume_below_minutes"` // likewise
	Ahead       int  `toml:"line_ahead_minutes"`   // web orders are given to the line when they can be begun within this time
	LargePieces int  `toml:"large_order_pieces"`   // an order of more is taken when its guest agrees to the promise

	Channels map[order.Channel]Channel `toml:"channel"` // [throttle.channel.partner]
}

// Channel is how the orders of one channel are held, where that is another way than web orders are.
type Channel struct {
	Reserve     int `toml:"reserve_percent"`
	PauseAfter  int `toml:"pause_after_minutes"`
	LargePieces int `toml:"large_order_pieces"`
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// throttle is the kitchen's: what the file says, or a gentle one where it names ovens and cooks and says nothing.
func (h House) throttle() *kitchen.Throttle {
	switch {
	case h.Throttle != nil:
		return h.Throttle.kitchens()
	case len(h.Ovens) > 0 && len(h.Cooks) > 0:
		return &kitchen.Throttle{Gentle: true}
	}
	return nil
}

func (t *Throttle) kitchens() *kitchen.Throttle {
	if t.Off {
		return nil
	}
	k := &kitchen.Throttle{
		Reserve: t.Reserve, PauseAfter: minutes(t.PauseAfter), ResumeBelow: minutes(t.ResumeBelow), Ahead: minutes(t.Ahead), LargePieces: t.LargePieces,
		Channels: map[order.Channel]kitchen.ChannelRule{},
	}
	for name, c := range t.Channels {
		k.Channels[name] = kitchen.ChannelRule{Reserve: c.Reserve, PauseAfter: minutes(c.PauseAfter), LargePieces: c.LargePieces}
	}
	return k
}

func (t *Throttle) check() error {
	if t == nil {
		return nil
	}
	wrong := []error{within("", map[string]int{
		"reserve_percent": t.Reserve, "pause_after_minutes": t.PauseAfter, "resume_below_minutes": t.ResumeBelow, "line_ahead_minutes": t.Ahead,
		"large_order_pieces": t.LargePieces,
	})}
	for name, c := range t.Channels {
		wrong = append(wrong, within("channel."+string(name)+".", map[string]int{
			"reserve_percent": c.Reserve, "pause_after_minutes": c.PauseAfter, "large_order_pieces": c.LargePieces,
		}))
	}
	if err := errors.Join(wrong...); err != nil || t.Off {
		return err
	}
	_, err := t.kitchens().Checked()
	return err
}

func within(section string, all map[string]int) error {
	for name, n := range all {
		if n < 0 || n > 1000 {
			return fmt.Errorf("throttle: %s%s is %d; it can be 0, which stands for the default, to 1000", section, name, n)
		}
	}
	return nil
}
