package mdrp

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"time"
)

// Refuse says whether a courier declines to go to a restaurant at a minute.
type Refuse func(courier, restaurant string, now int) bool

// Declining declines so many of a hundred commands: by who is asked for what and when, so that a day has the same ones whenever it is played.
func Declining(percent int) Refuse {
	return func(courier, restaurant string, now int) bool {
		h := fnv.New32a()
		_, _ = h.Write([]byte(courier + restaurant))
		_, _ = h.Write([]byte{byte(now), byte(now >> 8)})
		return int(h.Sum32()>>8%100) < percent
	}
}

// Suffering is what declines do to somebody who decides: means over the same days without and with them.
type Suffering struct {
	Willing, Declined Measures
}

// Grows is by how many minutes excess does.
func (s Suffering) Grows() float64 { return s.Declined.Excess - s.Willing.Excess }

// Suffer plays all days with couriers who do as they are told and with such who decline, by the engine and by the plain assignment.
func (b Bench) Suffer(ctx context.Context, percent int, clock func() time.Time) (engine, plain Suffering, err error) {
	for _, of := range []struct {
		plain    bool
		declines int
		means    *Measures
	}{
		{false, 0, &engine.Willing}, {false, percent, &engine.Declined}, {true, 0, &plain.Willing}, {true, percent, &plain.Declined},
	} {
		b.Plain, b.Declines = of.plain, of.declines
		days, err := b.Run(ctx, clock)
		if err != nil {
			return engine, plain, err
		}
		*of.means = means(days)
	}
	return engine, plain, nil
}

// SufferTable writes what declines do, in Markdown.
func SufferTable(out io.Writer, percent int, engine, plain Suffering) error {
	_, err := fmt.Fprintf(out, "| %d %% declined | excess | then | grows by | undelivered %% | then |\n|---|---|---|---|---|---|\n", percent)
	for _, row := range []struct {
		name string
		of   Suffering
	}{{"engine", engine}, {"bundles and a linear assignment every 5 minutes", plain}} {
		if err == nil {
			_, err = fmt.Fprintf(out, "| %s | %.2f | %.2f | %.2f | %.3f | %.3f |\n", row.name, row.of.Willing.Excess, row.of.Declined.Excess, row.of.Grows(),
				row.of.Willing.Undelivered, row.of.Declined.Undelivered)
		}
	}
	return err
}
