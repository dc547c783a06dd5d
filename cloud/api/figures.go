package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/problem"
)

// Spans of figures.
const (
	figuresSpan = 3 * time.Hour
	figuresMost = 8 * 24 * time.Hour
)

type figuresInput struct {
	Restaurant string    `query:"restaurant_id" doc:"only of this restaurant"`
	From       time.Time `query:"from" doc:"orders placed from then on; three hours before to"`
	To         time.Time `query:"to" doc:"and before then; now"`
}

// spreadView is how long something took: of how many orders it is known, the middle one, and the one that nine in ten do not exceed.
type spreadView struct {
	N   int `json:"n"`
	P50 int `json:"p50_s"`
	P90 int `json:"p90_s"`
}

type figuresView struct {
	From       instant    `json:"from"`
	To         instant    `json:"to"`
	Orders     int        `json:"orders"`
	Delivered  int        `json:"delivered" doc:"by a driver"`
	Late       int        `json:"late" doc:"of those, after their promise"`
	Afar       int        `json:"afar" doc:"marked as delivered or failed more than 500 m from the door"`
	Unseen     int        `json:"unseen" doc:"delivered, and nobody knows where the phone was"`
	Load       spreadView `json:"load" doc:"placed until in the oven"`
	Rack       spreadView `json:"rack" doc:"ready until it left with a driver"`
	OutTheDoor spreadView `json:"out_the_door" doc:"placed until it left with a driver"`
	OnRoad     spreadView `json:"on_road" doc:"left until the phone was seen at the door, or else until it was marked as delivered"`
	Door       spreadView `json:"door" doc:"seen at the door until marked as delivered"`
	Delivery   spreadView `json:"delivery" doc:"placed until delivered"`
}

type figuresOutput struct{ Body figuresView }

// span is which orders are asked for.
func (in *figuresInput) span(now time.Time) (from, to time.Time, err error) {
	if to = in.To; to.IsZero() {
		to = now
	}
	if from = in.From; from.IsZero() {
		from = to.Add(-figuresSpan)
	}
	if !from.Before(to) || to.Sub(from) > figuresMost {
		return from, to, problem.New(problem.Invalid, "bad_span", "figures are of a span that ends after it begins, of %d days at most", int(figuresMost.Hours()/24)).With("path", "from")
	}
	return from, to, nil
}

// knownHouse refuses a restaurant that is not there.
func (a *API) knownHouse(ctx context.Context, restaurant string) error {
	if restaurant == "" {
		return nil
	}
	_, err := a.Restaurants.Restaurant(ctx, restaurant)
	return err
}

// parts are the newest orders of a span, newest first, cut into parts.
func (a *API) parts(ctx context.Context, in *figuresInput, from, to time.Time) ([]ordering.Record, []road.Parts, error) {
	if err := a.knownHouse(ctx, in.Restaurant); err != nil {
		return nil, nil, err
	}
	all, doors, err := a.Proofs.PlacedBetween(ctx, in.Restaurant, from, to)
	if err != nil {
		return nil, nil, err
	}
	parts := make([]road.Parts, len(all))
	for i := range all {
		parts[i] = road.PartsOf(&all[i], doors[all[i].Order.ID])
	}
	return all, parts, nil
}

func (a *API) figures(ctx context.Context, in *figuresInput) (*figuresOutput, error) {
	from, to, err := in.span(a.now())
	if err != nil {
		return nil, err
	}
	if err := a.knownHouse(ctx, in.Restaurant); err != nil {
		return nil, err
	}
	var t road.Tally
	if err := a.Proofs.EachPlaced(ctx, in.Restaurant, from, to, func(_ time.Time, p *road.Parts) { t.Add(p) }); err != nil {
		return nil, err
	}
	return &figuresOutput{figuresOf(from, to, t.Figures())}, nil
}

func figuresOf(from, to time.Time, f road.Figures) figuresView {
	return figuresView{
		From: instant{from}, To: instant{to}, Orders: f.Orders, Delivered: f.Delivered, Late: f.Late, Afar: f.Afar, Unseen: f.Unseen,
		Load: spreadOf(f.Load), Rack: spreadOf(f.Rack), OutTheDoor: spreadOf(f.OutTheDoor), OnRoad: spreadOf(f.OnRoad), Door: spreadOf(f.Door),
		Delivery: spreadOf(f.Delivery),
	}
}

func spreadOf(s road.Spread) spreadView {
	return spreadView{s.N, int(s.P50.Seconds()), int(s.P90.Seconds())}
}

// figuresReport is each order of the span with its parts in seconds, newest first. What nobody knows is left empty.
func (a *API) figuresReport(ctx context.Context, in *figuresInput) (*csvOutput, error) {
	from, to, err := in.span(a.now())
	if err != nil {
		return nil, err
	}
	all, parts, err := a.parts(ctx, in, from, to)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	w := csv.NewWriter(&text)
	_ = w.Write([]string{
		"restaurant_id", "number", "order_id", "channel", "fulfilment", "status", "placed_at", "driver_id",
		"load_s", "rack_s", "out_the_door_s", "on_road_s", "door_s", "delivery_s", "late", "from_door_m",
	})
	for i := range all {
		r, p := &all[i], &parts[i]
		row := []string{
			r.Order.Restaurant, strconv.Itoa(r.Number), string(r.Order.ID), string(r.Order.Channel), string(r.Order.Fulfilment), string(r.Status()),
			clock.Format(r.Order.PlacedAt), "",
		}
		if r.Driver != nil {
			row[7] = harmless(r.Driver.ID)
		}
		for _, d := range []*time.Duration{p.Load, p.Rack, p.OutTheDoor, p.OnRoad, p.Door, p.Delivery} {
			row = append(row, seconds(d))
		}
		row = append(row, strconv.FormatBool(p.Late), "")
		if p.Away != nil {
			row[len(row)-1] = strconv.Itoa(*p.Away)
		}
		_ = w.Write(row)
	}
	w.Flush()
	return &csvOutput{"text/csv; charset=utf-8", fmt.Sprintf("attachment; filename=%q", "deliveries-"+from.UTC().Format("20060102-1504")+".csv"), []byte(text.String())}, nil
}

func seconds(d *time.Duration) string {
	if d == nil {
		return ""
	}
	return strconv.Itoa(int(d.Seconds()))
}
