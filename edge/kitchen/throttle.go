package kitchen

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Throttle is how web orders are held against what the kitchen can make. Zero fields stand for the defaults named beside them.
type Throttle struct {
	Reserve     int           // percent of hands and ovens that web orders leave to who stands at the counter or calls; 20
	PauseAfter  time.Duration // web orders are paused when a new one would have to wait for so long; 45 min
	ResumeBelow time.Duration // and taken again when it would wait for no longer than this; 25 min
	Ahead       time.Duration // web orders are given to the line when they can be begun within this time; 10 min
	LargePieces int           // an order of more pieces has to be agreed upon, or is promised later on the web; 20

	Channels map[order.Channel]ChannelRule // that have another rule than web orders

	// Gentle is for a restaurant that has set nothing: web orders are paused only while somebody who makes is signed in and the ovens alone have
	// work for PauseAfter, 90 min by default; nothing is dripped into the line, and no order of the counter has to be agreed upon.
	Gentle bool
}

// ChannelRule is how the orders of one channel are held, where that is another way than web orders are. Zero fields are as for web orders.
type ChannelRule struct {
	Reserve     int           // percent of hands and ovens that web orders together leave free, or one of this channel is refused
	PauseAfter  time.Duration // one of this channel is refused while it would have to wait for so long
	LargePieces int           // of orders that are taken here
}

func (c ChannelRule) refuses() bool { return c.Reserve > 0 || c.PauseAfter > 0 }

// drips reports whether web orders are given to the line only when there is room.
func (s Settings) drips() bool { return s.Throttle != nil && !s.Throttle.Gentle }

// Checked is the throttle with its defaults, or what is wrong with it.
func (t Throttle) Checked() (Throttle, error) { return t.withDefaults() }

func (t Throttle) withDefaults() (Throttle, error) {
	t.Reserve = orElse(t.Reserve, 20)
	if t.Gentle {
		t.PauseAfter = orElse(t.PauseAfter, 90*time.Minute)
		t.ResumeBelow = orElse(t.ResumeBelow, t.PauseAfter/2)
	}
	t.PauseAfter = orElse(t.PauseAfter, 45*time.Minute)
	t.ResumeBelow = orElse(t.ResumeBelow, min(25*time.Minute, t.PauseAfter/2))
	t.Ahead = orElse(t.Ahead, 10*time.Minute)
	t.LargePieces = orElse(t.LargePieces, 20)
	if t.Reserve > 90 || t.ResumeBelow >= t.PauseAfter || t.PauseAfter > line.Windows*line.Window {
		return t, fmt.Errorf("the throttle keeps %d %% in reserve, pauses at %s and resumes at %s: the reserve can be 1 to 90 %%, and it must resume below where it pauses, which is at most %s",
			t.Reserve, t.PauseAfter, t.ResumeBelow, line.Windows*line.Window)
	}
	for c, rule := range t.Channels {
		if err := rule.check(c, t); err != nil {
			return t, err
		}
	}
	return t, nil
}

// check reports what is wrong with the rule of a channel.
func (c ChannelRule) check(of order.Channel, t Throttle) error {
	switch {
	case of != order.Phone && of != order.Kiosk && of != order.Partner && of != order.Counter:
		return fmt.Errorf("the throttle has a rule for the channel %q; it can be phone, kiosk, partner or counter: what is said of no channel is for the web", of)
	case of == order.Counter && c.refuses():
		return fmt.Errorf("the throttle refuses orders of the counter; only large_order_pieces can be said of them")
	case c.Reserve < 0 || c.Reserve > 90 || c.PauseAfter < 0 || c.LargePieces < 0:
		return fmt.Errorf("the throttle keeps %d %% from the channel %s; it can be 1 to 90 %%", c.Reserve, of)
	case c.PauseAfter > t.PauseAfter:
		return fmt.Errorf("the throttle refuses the channel %s after %s, when all web orders are paused after %s: write less", of, c.PauseAfter, t.PauseAfter)
	}
	return nil
}

// Intake is whether web orders are taken.
type Intake struct {
	Paused bool
	By     string // who paused it: a person, or IntakeRule
	Reason string
	Since  time.Time
	Until  time.Time // when it ends by itself at the latest, or is judged again
}

// IntakeRule is By of a pause that the kitchen made by itself.
const IntakeRule = "rule"

const (
	mostPause = 24 * time.Hour // by a person
)

// intake is as this draft leaves it.
func (d *draft) intake() Intake {
	if d.commit.Intake != nil {
		return *d.commit.Intake
	}
	return d.board.intake
}

// throttle pauses and resumes web orders by what the schedule says. Between pausing and resuming there is a gap, so that one order more or
// less changes nothing.
func (d *draft) throttle(p line.Plan) {
	now := d.intake()
	if now.Paused && now.By != IntakeRule || !d.judges() {
		if now.Paused && !d.now.Before(now.Until) {
			d.resumeIntake()
		}
		return
	}
	t := d.settings.Throttle
	wait := p.Loads(d.now).WebWait(t.Reserve)
	why := wouldWait(wait)
	if t.Gentle {
		wait = p.OvenWork(d.now)
		why = fmt.Sprintf("the ovens have work for %d min", int(wait.Minutes()))
	}
	until := d.now.Add(max(line.Window, wait-t.ResumeBelow))
	switch {
	case !now.Paused && wait >= t.PauseAfter:
		d.pause(Intake{Paused: true, By: IntakeRule, Reason: why, Since: d.now, Until: until})
	case now.Paused && wait <= t.ResumeBelow && d.now.Sub(now.Since) >= line.Window:
		d.resumeIntake()
	case now.Paused && !d.now.Before(now.Until):
		d.pause(Intake{Paused: true, By: IntakeRule, Reason: why, Since: now.Since, Until: until})
	}
}

// judges reports whether the kitchen is one that can be judged by what its schedule says.
func (d *draft) judges() bool {
	t := d.settings.Throttle
	return t != nil && (!t.Gentle || d.makers() > 0)
}

func wouldWait(wait time.Duration) string {
	return fmt.Sprintf("a new order would wait %d min", int(wait.Minutes()))
}

func (d *draft) pause(i Intake) {
	i.Until = i.Until.Truncate(time.Second)
	d.commit.Intake = &i
	d.tell("", event.IntakePaused{Since: i.Since, Until: i.Until, By: i.By, Reason: i.Reason})
}

func (d *draft) resumeIntake() {
	d.commit.Intake = &Intake{}
	d.tell("", event.IntakeResumed{At: d.now})
}

// Intake is whether web orders are taken, and how long a new one would wait for hands and ovens.
func (k *Kitchen) Intake(context.Context) (i Intake, wait time.Duration, err error) {
	k.mu.RLock()
	b := k.board.toPlan()
	k.mu.RUnlock()
	d := newDraft(&b, k.settings, k.now()) // taps need not wait for the schedule
	reserve := 0
	if t := k.settings.Throttle; t != nil {
		reserve = t.Reserve
	}
	return b.intake, d.schedule(d.withScheduled(d.withWaiting(d.open()))).Loads(d.now).WebWait(reserve), nil
}

// toPlan is a copy of what the schedule looks at.
func (b *board) toPlan() board {
	return board{tickets: maps.Clone(b.tickets), cooks: b.cooks, alerts: maps.Clone(b.alerts), lessons: maps.Clone(b.lessons), intake: b.intake, words: b.words}
}

// PauseIntake stops web orders for some time, by the word of a person. It reports problem.Invalid.
func (k *Kitchen) PauseIntake(ctx context.Context, who, reason string, within time.Duration) (Intake, error) {
	switch {
	case within < time.Minute || within > mostPause:
		return Intake{}, problem.New(problem.Invalid, "invalid_pause", "web orders can be paused for 1 minute to 24 hours").With("path", "minutes")
	case reason == "" || len(reason) > maxText:
		return Intake{}, problem.New(problem.Invalid, "reason_missing", "say in up to %d bytes why web orders are paused", maxText).With("path", "reason")
	case len(who) > 100:
		return Intake{}, problem.New(problem.Invalid, "invalid_pause", "who pauses is named in up to 100 bytes").With("path", "who")
	}
	if who == "" || who == IntakeRule {
		who = "staff"
	}
	var out Intake
	err := k.change(ctx, func(d *draft) error {
		if err := d.need(staff.Pause, "", reason, within.String()); err != nil {
			return err
		}
		who = cmp.Or(d.answers(), who)
		since := d.now
		if was := d.intake(); was.Paused {
			since = was.Since
		}
		d.pause(Intake{Paused: true, By: who, Reason: reason, Since: since, Until: d.now.Add(within)})
		out = d.intake()
		return nil
	})
	return out, err
}

// ResumeIntake takes web orders again. When they were not paused it does nothing.
func (k *Kitchen) ResumeIntake(ctx context.Context) (Intake, error) {
	err := k.change(ctx, func(d *draft) error {
		if !d.intake().Paused {
			return nil
		}
		if err := d.need(staff.Pause, "", "", "resumed"); err != nil {
			return err
		}
		d.resumeIntake()
		return nil
	})
	return Intake{}, err
}
