package dispatch

import (
	"context"
	"fmt"
	"time"

	"awesome.pizza/shared/order"
)

// Miss is by how much a kitchen's forecast was off, either way, that it gave when an order came to a stage.
type Miss struct {
	Restaurant string
	Kitchen    order.Kitchen
	By         time.Duration
}

// Misses keeps by how much forecasts were off.
type Misses interface {
	SaveMisses(ctx context.Context, all []Miss) error
}

// What is believed of misses. Until there are many, the guess (SpreadOf) counts as well.
const (
	guessed = 20  // misses that the guess stands for
	within  = 1.6 // times the mean miss lie eight misses of ten, if they are spread as Laplace's are (1.609)
	worst   = 30 * time.Minute
)

// MeasuredSpread is how far a kitchen's forecast may be off at a stage, eight times of ten, after so many misses that came to so much.
func MeasuredSpread(k order.Kitchen, misses float64, sum time.Duration) time.Duration {
	guess := SpreadOf(k)
	if guess == 0 || misses <= 0 {
		return guess
	}
	return time.Duration((guessed*float64(guess) + within*float64(sum)) / (guessed + misses)).Round(time.Second)
}

// forecasts is what the kitchens of the zones that this process holds have said of orders that are not done. A process that takes a zone over
// begins with none: what it does not hear of is not learned.
type forecasts struct {
	of map[order.ID]map[order.Kitchen]time.Time
}

// hear takes in what kitchens say now, and returns what has come true. A kitchen that was told to be done when the driver comes is not
// off when it is, and of one whose line is cut nobody knows when it was done.
func (f *forecasts) hear(s *Snapshot) (out []Miss) {
	still := make(map[order.ID]map[order.Kitchen]time.Time, len(s.Orders))
	for i := range s.Orders {
		o := &s.Orders[i]
		said := f.of[o.ID]
		if !o.Arrives.IsZero() || !o.Heard.IsZero() || !o.cooking() {
			continue
		}
		if o.Kitchen == order.Ready {
			for kitchen, ready := range said {
				out = append(out, Miss{o.Restaurant, kitchen, min(s.Now.Sub(ready).Abs(), worst)})
			}
			continue
		}
		if said == nil {
			said = map[order.Kitchen]time.Time{}
		}
		if _, known := said[o.Kitchen]; !known && !o.Ready.IsZero() {
			said[o.Kitchen] = o.Ready
		}
		still[o.ID] = said
	}
	f.of = still
	return out
}

// judge keeps by how much kitchens were off.
func (d *Dispatcher) judge(ctx context.Context, s *Snapshot) error {
	all := d.forecasts.hear(s)
	if len(all) == 0 {
		return nil
	}
	if err := d.Store.SaveMisses(ctx, all); err != nil {
		return fmt.Errorf("keep by how much kitchens were off: %w", err)
	}
	return nil
}
