package uplink

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v4"

	"awesome.pizza/shared/link"
)

// salvageSoon is how soon after something has happened a fenced node tells.
const salvageSoon = 2 * time.Second

// fullAgain is how soon a fenced node asks again after there was no room: a person who makes some waits for the rest.
const fullAgain = time.Minute

type knownRequest struct {
	signed
	IDs json.RawMessage `json:"ids"` // ["…"]
}

type allRequest struct {
	signed
	Inc string `json:"inc"`
}

type salvageRequest struct {
	signed
	Epoch  uint64          `json:"epoch"`
	Events json.RawMessage `json:"events"` // [link.Event…]
	Prev   link.Hash       `json:"prev"`
}

// salvage gives what a fenced node has and the cloud has not to the cloud, over HTTPS, in order: a person decides what becomes of it. The
// node cooks on, and the cloud's database may be restored, so it looks again for as long as it is fenced.
func (u *Uplink) salvage(ctx context.Context) error {
	wait := backoff.NewExponentialBackOff(backoff.WithInitialInterval(2*time.Second), backoff.WithMaxInterval(askAgain), backoff.WithMaxElapsedTime(0))
	look := time.NewTimer(time.Hour)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-u.salvaging:
			look.Reset(salvageSoon) // what happens together goes together
			continue
		case <-look.C:
		}
		if u.verdict().cause != link.CauseFenced {
			look.Reset(time.Hour)
			continue
		}
		stored, err := u.salvageAll(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			u.cfg.Log.Warn("what this device has could not be put aside in the cloud; it will be tried again", "err", err)
			look.Reset(untilAgain(err, wait.NextBackOff()))
		default:
			if stored > 0 {
				u.cfg.Log.Info("what this device has is put aside in the cloud", "events", stored)
			}
			wait.Reset()
			look.Reset(askAgain)
		}
	}
}

// untilAgain is how long to wait after err, when it is not for the first time.
func untilAgain(err error, backoff time.Duration) time.Duration {
	if refusedAs(err, "quarantine_full") {
		return min(backoff, fullAgain)
	}
	return backoff
}

// salvageAll hands over all that the cloud lacks, page by page of the outbox, and says that this was all.
func (u *Uplink) salvageAll(ctx context.Context) (stored int, err error) {
	s, err := u.loadSalvaged(ctx)
	for more := true; more && err == nil; {
		if more, err = u.compare(ctx, s); err != nil {
			break
		}
		var n int
		n, err = u.handOver(ctx, s)
		stored += n
	}
	if err == nil {
		err = u.sayAll(ctx, s)
	}
	return stored, err
}

// sayAll says that the cloud has all. It is said again whenever that was looked into: the cloud may be another one, or a person may have been told
// otherwise meanwhile. A cloud of before that word is not told.
func (u *Uplink) sayAll(ctx context.Context, s *link.Salvage) error {
	inc, _ := s.Through()
	if inc == "" {
		return nil
	}
	var answer struct{}
	err := u.fleet.ask(ctx, link.AllPath, []byte(inc), func(s signed) any { return allRequest{s, inc} }, &answer)
	if refusedAs(err, "no_such_path") {
		return nil
	}
	return err
}

// compare asks which events of the next page the cloud has. more says that there is another page to ask about.
func (u *Uplink) compare(ctx context.Context, s *link.Salvage) (more bool, err error) {
	_, last := s.Through()
	refs, more, err := u.outbox.Retained(ctx, last.Place, link.SalvagePage)
	if err != nil {
		return false, err
	}
	inc, known, err := u.askKnown(ctx, refs)
	if err != nil {
		return false, err
	}
	if !s.Heard(inc, refs, known) {
		u.cfg.Log.Info("the cloud's database is another one: what this device has is compared with it from the beginning")
		return true, nil
	}
	return more, u.storeSalvaged(s)
}

// askKnown asks which events the cloud has. A cloud of before that question counts as having what it acknowledged, and has no incarnation.
func (u *Uplink) askKnown(ctx context.Context, refs []link.Ref) (inc string, known func(i int) bool, err error) {
	ids := make([]string, len(refs))
	for i, r := range refs {
		ids[i] = r.ID
	}
	raw, err := json.Marshal(ids)
	if err != nil {
		return "", nil, fmt.Errorf("write the ids of events: %w", err)
	}
	var a link.SalvageReply
	err = u.fleet.ask(ctx, link.KnownPath, raw, func(s signed) any { return knownRequest{s, raw} }, &a)
	switch {
	case refusedAs(err, "no_such_path"):
		acked, err := u.outbox.Acked(ctx)
		return "", func(i int) bool { return refs[i].Epoch < acked.Epoch || refs[i].Seq <= acked.Seq }, err
	case err == nil && (a.Inc == "" || len(a.Known) != (len(refs)+7)/8):
		err = fmt.Errorf("the cloud's answer about %d events does not fit the question", len(refs))
	}
	return a.Inc, a.Knows, err
}

// handOver gives the cloud what it lacks of a page.
func (u *Uplink) handOver(ctx context.Context, s *link.Salvage) (stored int, err error) {
	for {
		from, most, more := s.Next()
		if !more {
			return stored, nil
		}
		n, err := u.salvageBatch(ctx, from, most)
		if err != nil {
			return stored, err
		}
		stored += n
		s.Stored(n)
		if err := u.storeSalvaged(s); err != nil {
			return stored, err
		}
	}
}

// salvageBatch sends as many events from a place on as fit, at most so many.
func (u *Uplink) salvageBatch(ctx context.Context, from link.Place, most int) (sent int, err error) {
	events, prev, err := u.outbox.EventsOf(ctx, from, most, link.MaxBatchBytes)
	if err != nil {
		return 0, err
	}
	if len(events) == 0 {
		return 0, fmt.Errorf("the outbox lacks event %d of epoch %d", from.Seq, from.Epoch)
	}
	events = events[:link.Fit(events)]
	raw, err := json.Marshal(events)
	if err != nil {
		return 0, fmt.Errorf("write the events from %d on: %w", from.Seq, err)
	}
	var answer struct {
		Stored int `json:"stored"`
	}
	err = u.fleet.ask(ctx, link.SalvagePath, raw, func(s signed) any { return salvageRequest{s, from.Epoch, raw, prev} }, &answer)
	return len(events), err
}
