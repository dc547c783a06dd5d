package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/cenkalti/backoff/v4"

	"awesome.pizza/shared/link"
)

// salvageSoon is how soon after something has happened a fenced node tells.
const salvageSoon = 2 * time.Second

// salvageFile is where a fenced node keeps how far it has come, so that it does not begin again with every start.
const salvageFile = "salvage.json"

// salvaged is what the cloud has put aside of this device's events.
type salvaged struct {
	Device string `json:"device"`
	Epoch  uint64 `json:"epoch"`
	Seq    uint64 `json:"seq"`
}

type salvageRequest struct {
	signed
	Epoch  uint64          `json:"epoch"`
	Events json.RawMessage `json:"events"` // [link.Event…]
	Prev   link.Hash       `json:"prev"`
}

// salvage gives what a fenced node has and the cloud has not to the cloud, over HTTPS, in order: a person decides what becomes of it. The
// node cooks on, so it looks again for as long as it is fenced.
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
			look.Reset(wait.NextBackOff())
		default:
			if stored > 0 {
				u.cfg.Log.Info("what this device has is put aside in the cloud", "events", stored)
			}
			wait.Reset()
			look.Reset(askAgain)
		}
	}
}

// salvageAll sends everything after what is known to be there.
func (u *Uplink) salvageAll(ctx context.Context) (stored int, err error) {
	tip, acked, err := u.stand(ctx)
	if err != nil {
		return 0, err
	}
	done, err := u.loadSalvaged(tip.Epoch)
	if err != nil {
		return 0, err
	}
	tail := link.SalvageOf(tip, acked)
	tail.Stored(done.Seq)
	for {
		first, last, more := tail.Next()
		if !more {
			return stored, nil
		}
		n, err := u.salvageBatch(ctx, tip.Epoch, first, last)
		if err != nil {
			return stored, err
		}
		stored += n
		done = salvaged{u.papers.read().Device, tip.Epoch, first + uint64(n) - 1}
		tail.Stored(done.Seq)
		if err := u.storeSalvaged(done); err != nil {
			return stored, err
		}
	}
}

// salvageBatch sends as many of the events first to last as fit.
func (u *Uplink) salvageBatch(ctx context.Context, epoch, first, last uint64) (sent int, err error) {
	events, prev, err := u.outbox.Events(ctx, first, int(last-first+1), link.MaxBatchBytes)
	if err != nil {
		return 0, err
	}
	if len(events) == 0 {
		return 0, fmt.Errorf("the outbox lacks event %d", first)
	}
	events = events[:link.Fit(events)]
	raw, err := json.Marshal(events)
	if err != nil {
		return 0, fmt.Errorf("write the events from %d on: %w", first, err)
	}
	var answer struct {
		Stored int `json:"stored"`
	}
	err = u.fleet.ask(ctx, link.SalvagePath, raw, func(s signed) any { return salvageRequest{s, epoch, raw, prev} }, &answer)
	return len(events), err
}

func (u *Uplink) loadSalvaged(epoch uint64) (s salvaged, err error) {
	if u.papers.dir == "" {
		if u.aside.Epoch == epoch {
			s = u.aside
		}
		return s, nil
	}
	data, err := os.ReadFile(filepath.Join(u.papers.dir, salvageFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("read what was put aside: %w", err)
	}
	if json.Unmarshal(data, &s) == nil && s.Device == u.papers.read().Device && s.Epoch == epoch {
		return s, nil
	}
	return salvaged{}, nil // torn, or of another life of this node
}

func (u *Uplink) storeSalvaged(s salvaged) error {
	u.aside = s
	if u.papers.dir == "" {
		return nil
	}
	return Keep(u.papers.dir, salvageFile, s)
}
