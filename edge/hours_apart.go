package edge

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/clock"
)

const (
	clockAlert = "clock/node"
	clockApart = "clock_apart"
	apartMost  = 5 * time.Minute
	apartLook  = 5 * time.Second
	wordFile   = "clock.word" // somebody has said that the machine's clock is right
)

// timekeeper looks after the clock of a restaurant without a chain, where nobody tells the time: it says so when node and machine disagree, and
// takes a person's word that the machine is right. In a chain the cloud knows better, and the timekeeper only takes back what it said before.
type timekeeper struct {
	now   *hours
	bell  bell
	alone bool
	log   *slog.Logger

	rings string // what the board says, "?" while that is not known
	ails  string // why somebody's word could not be taken the last time
}

func timekeeperOf(at place, k bell) *timekeeper {
	return &timekeeper{now: at.now, bell: k, alone: at.enrolment.Alone, log: at.log, rings: "?"}
}

// run looks at both clocks every few seconds until ctx ends.
func (k *timekeeper) run(ctx context.Context) error {
	every := time.NewTicker(apartLook)
	defer every.Stop()
	for {
		if k.alone {
			k.listen(ctx)
		}
		k.ring(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
	}
}

// listen takes somebody's word that the machine is right. What could not be done is tried again, and said once.
func (k *timekeeper) listen(ctx context.Context) {
	word := filepath.Join(k.now.dir, wordFile)
	if _, err := os.Stat(word); errors.Is(err, fs.ErrNotExist) {
		return
	}
	err := k.now.rely(ctx)
	if err == nil {
		err = os.Remove(word)
	}
	if err == nil || ctx.Err() != nil {
		k.ails = ""
		return
	}
	if k.ails != err.Error() {
		k.log.Error("the machine's time could not be taken over", "err", err)
	}
	k.ails = err.Error()
}

// ring says on the board whether node and machine disagree.
func (k *timekeeper) ring(ctx context.Context) {
	what := ""
	if k.alone && k.now.apart().Abs() > apartMost {
		what = clockApart
	}
	if what == k.rings {
		return
	}
	var err error
	if what == "" {
		err = k.bell.ClearAlert(ctx, clockAlert)
	} else {
		k.log.Error("node and machine disagree about the time: set the machine's clock, or say that it is right with: edge clock --machine-is-right",
			"node", k.now.Now(), "machine", k.now.Machine())
		err = k.bell.Alert(ctx, kitchen.Alert{ID: clockAlert, Device: "node", What: what, Level: "critical"})
	}
	if err == nil {
		k.rings = what
	} else if ctx.Err() == nil {
		k.log.Error("an alert is not on the board", "alert", clockAlert, "what", what, "err", err)
	}
}

// apart is how far the node's clock is ahead of the machine's.
func (h *hours) apart() time.Duration { return h.Now().Sub(h.Machine()) }

// rely puts the node's clock where the machine's is. This run's labels are all wrong by the same; so is whatever lies in the future then.
func (h *hours) rely(ctx context.Context) error {
	machine := h.Machine()
	by := h.apart()
	if by.Abs() <= clock.Slewed && h.Hear(h.Ran(), machine) == nil {
		return h.save()
	}
	from := h.began
	if machine.Before(from) {
		from = machine
	}
	err := h.take(ctx, h.Put(from, machine))
	if err == nil {
		h.began = h.Now()
	}
	return err
}
