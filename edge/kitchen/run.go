package kitchen

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"awesome.pizza/shared/problem"
)

const (
	reforecastEvery = 30 * time.Second
	pruneEvery      = time.Hour
	retryEvery      = 5 * time.Second
)

// Run fires timers when they are due, keeps forecasts fresh and lets the store prune, until ctx ends; it returns nil. While the store
// cannot be written to, it logs that and tries again: screens go on showing what there is.
func (k *Kitchen) Run(ctx context.Context) error {
	var pruning sync.WaitGroup
	pruning.Go(func() { k.prune(ctx) })
	pruning.Go(func() { k.hireAtLeisure(ctx) })
	defer pruning.Wait()
	reforecast := time.NewTicker(reforecastEvery)
	defer reforecast.Stop()
	retry := time.Duration(0)
	for {
		wait := time.NewTimer(max(retry, k.untilDue()))
		var err error
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-k.timed:
		case <-wait.C:
			err = k.fireDue(ctx)
		case <-reforecast.C:
			err = k.reforecast(ctx)
		}
		wait.Stop()
		retry = 0
		if err != nil && ctx.Err() == nil {
			retry = retryEvery
			k.settings.Log.ErrorContext(ctx, "kitchen cannot write by itself, trying again", "restaurant", k.settings.Restaurant, "err", err)
		}
	}
}

// prune lets the store prune every hour, beside the timers: it may take a while, and no timer waits for it.
func (k *Kitchen) prune(ctx context.Context) {
	every := time.NewTicker(pruneEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := k.store.Prune(ctx, k.now()); err != nil && ctx.Err() == nil {
			k.settings.Log.ErrorContext(ctx, "what is old could not be pruned", "restaurant", k.settings.Restaurant, "err", err)
		}
	}
}

func (k *Kitchen) reforecast(ctx context.Context) error {
	return k.change(ctx, func(d *draft) error {
		d.endOver()
		d.forgive(d.board.shift.strikes)
		if err := d.queueWaiting(); err != nil {
			return err
		}
		if err := d.queueEarly(); err != nil {
			return err
		}
		d.forecast()
		d.tellStock()
		return nil
	})
}

// untilDue is how long the earliest timer has to go. It is never long: the wall clock may be set meanwhile.
func (k *Kitchen) untilDue() time.Duration {
	k.mu.RLock()
	defer k.mu.RUnlock()
	wait, now := reforecastEvery, k.now()
	for _, t := range k.board.timers {
		wait = min(wait, t.Due.Sub(now))
	}
	return max(0, wait)
}

// fireDue fires every timer that is due, in one commit.
func (k *Kitchen) fireDue(ctx context.Context) error {
	return k.change(ctx, func(d *draft) error { return d.fireDue(d.fire) })
}

// fireDue stops every timer that is due and carries it out, those that came due first before the others. One that makes no sense is kept as a
// dead letter, and is in nobody's way.
func (d *draft) fireDue(fire func(Timer) error) error {
	for _, t := range d.dueTimers() {
		d.commit.Stopped = append(d.commit.Stopped, t.TimerKey)
		err := fire(t)
		if problem.Of(err) != nil {
			err = d.drop(t, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dueTimers are the timers whose time has come, in an order that is always the same.
func (d *draft) dueTimers() (all []Timer) {
	for _, t := range d.board.timers {
		if !t.Due.After(d.now) {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(x, y Timer) int {
		return cmp.Or(x.Due.Compare(y.Due), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Order, y.Order), cmp.Compare(x.Item, y.Item))
	})
	return all
}

// drop keeps a timer that cannot be carried out as a dead letter.
func (d *draft) drop(t Timer, why error) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	d.commit.Letters = append(d.commit.Letters, DeadLetter{At: d.now, Source: "timer/" + string(t.Kind), Reason: why.Error(), Payload: raw})
	return nil
}
