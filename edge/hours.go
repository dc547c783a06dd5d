package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/clock"
)

const (
	clockFile = "clock.json"
	saveEvery = time.Minute
)

// hours is the node's clock: every room has it. It is kept in a file, so that no start is before the last.
type hours struct {
	*clock.Steady
	dir     string
	log     *slog.Logger
	began   time.Time                                                                     // the label with which this run began, or went on after a step
	own     bool                                                                          // there is no cloud to ask: the machine's clock is believed, for it is no other
	relabel func(ctx context.Context, from time.Time, by time.Duration, set func()) error // the kitchen's, which holds labels
}

// openHours begins at what the last run saved, and keeps where it begins.
func openHours(dir string, log *slog.Logger) (*hours, error) {
	h := readHours(dir, log)
	if err := h.save(); err != nil { // the kitchen opens all the same
		log.Warn("the time could not be saved", "err", err)
	}
	return h, nil
}

// readHours begins at what the last run saved, and keeps nothing: for who is not the node, and beside it perhaps. A file that cannot be read is
// worth nothing: the machine's clock is then all there is.
func readHours(dir string, log *slog.Logger) *hours {
	saved, err := readClock(dir)
	if err != nil {
		log.Warn("what was saved of the time is of no use", "err", err)
	}
	h := &hours{Steady: clock.NewSteady(clock.Machine(), saved, builtAt()), dir: dir, log: log}
	h.began = h.Now()
	return h
}

func readClock(dir string) (s clock.Saved, err error) {
	data, err := os.ReadFile(filepath.Join(dir, clockFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	var k kept
	if err == nil {
		err = json.Unmarshal(data, &k)
	}
	if err == nil && k.Sum != "" && k.Sum != sumOf(k.Saved) {
		err = errors.New("it is not what was written")
	}
	if err != nil {
		return clock.Saved{}, fmt.Errorf("read %s: %w", clockFile, err)
	}
	return k.Saved, nil
}

// kept is the file. One without a sum was written by a program of before.
type kept struct {
	clock.Saved
	Sum string `json:"sum,omitempty"` // a digit that the disk has changed would be another year
}

func sumOf(s clock.Saved) string {
	text := s.Floor.UTC().Format(time.RFC3339Nano) + " " + s.Doubt.UTC().Format(time.RFC3339Nano)
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text)))
}

func keepClock(dir string, s clock.Saved) error {
	return uplink.Keep(dir, clockFile, kept{Saved: s, Sum: sumOf(s)})
}

// builtAt is when the program was made, as far as it knows: when its source was.
func builtAt() time.Time {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
			return at
		}
	}
	return time.Time{}
}

// Trusted reports whether the time is known. A restaurant that belongs to no chain has nobody to ask: there it is the machine's, unless that woke
// before what it saw last, or absurdly far ahead of it.
func (h *hours) Trusted() bool { return h.own || h.Steady.Trusted() }

// believe takes the machine's clock for right if the node's is no other: that one is neither before what was saved, nor too far ahead of it.
func (h *hours) believe(machine time.Time) { h.own = h.Now().Sub(machine).Abs() < time.Second }

func (h *hours) save() error { return keepClock(h.dir, h.Save()) }

// run saves the time every minute and at the end, until ctx ends. A disk that takes nothing costs the time that passes, and nothing else.
func (h *hours) run(ctx context.Context) error {
	every := time.NewTicker(saveEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
		case <-every.C:
		}
		if err := h.save(); err != nil {
			h.log.Warn("the time could not be saved", "err", err)
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// Told takes note of the cloud's time. When the clock has to step, the kitchen moves its labels along. A power cut between file and kitchen
// leaves labels in the future, never in a past that makes everything overdue: so the file is first when the time goes back, and last when
// it goes on.
func (h *hours) Told(ctx context.Context, asked time.Duration, cloud time.Time) error {
	knew := h.Trusted()
	step := h.Hear(asked, cloud)
	if step == nil {
		if !knew {
			return h.save()
		}
		return nil
	}
	return h.take(ctx, step)
}

// take carries out a step of the clock.
func (h *hours) take(ctx context.Context, step *clock.Step) error {
	h.log.Warn("the clock is put right", "by", step.By.Round(time.Second).String(), "labels_since", step.From)
	if step.By < 0 {
		if err := keepClock(h.dir, step.Save()); err != nil {
			return err
		}
	}
	if err := h.relabel(ctx, step.From, step.By, step.Take); err != nil {
		return fmt.Errorf("move what the clock labelled: %w", err)
	}
	return h.save()
}

// since is an instant of a clock that was not steady, as this one has it: so long ago.
func (h *hours) since(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return h.Now().Add(-time.Since(at)).Truncate(time.Millisecond)
}
