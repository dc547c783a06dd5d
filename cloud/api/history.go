package api

import (
	"context"
	"time"

	"awesome.pizza/cloud/road"
)

// historySpan is how far back the history goes when nobody says.
const historySpan = 24 * time.Hour

type historyInput struct {
	Restaurant string    `query:"restaurant_id" doc:"only of this restaurant"`
	From       time.Time `query:"from" doc:"orders placed from then on; a day before to"`
	To         time.Time `query:"to" doc:"and before then; now"`
	Minutes    int       `query:"minutes" minimum:"15" maximum:"1440" default:"60" doc:"how long a part of the history is"`
}

type historyView struct {
	From    instant       `json:"from"`
	To      instant       `json:"to"`
	Minutes int           `json:"minutes" doc:"of a part"`
	Parts   []figuresView `json:"parts" doc:"oldest first, without a gap; the first begins at the hour or quarter before from, the last ends at to"`
}

type historyOutput struct{ Body historyView }

// history answers GET /api/dashboard/history: the figures of a span, part by part, each order in the part it was placed in.
func (a *API) history(ctx context.Context, in *historyInput) (*historyOutput, error) {
	asked, now := figuresInput{in.Restaurant, in.From, in.To}, a.now()
	if asked.To.IsZero() {
		asked.To = now
	}
	if asked.From.IsZero() {
		asked.From = asked.To.Add(-historySpan)
	}
	from, to, err := asked.span(now)
	if err != nil {
		return nil, err
	}
	each := time.Duration(in.Minutes) * time.Minute
	from = from.Truncate(each)
	if err := a.knownHouse(ctx, asked.Restaurant); err != nil {
		return nil, err
	}
	buckets := make([]road.Tally, (to.Sub(from)+each-1)/each)
	err = a.Proofs.EachPlaced(ctx, asked.Restaurant, from, to, func(placed time.Time, p *road.Parts) {
		buckets[min(max(0, int(placed.Sub(from)/each)), len(buckets)-1)].Add(p)
	})
	if err != nil {
		return nil, err
	}
	h := historyView{From: instant{from}, To: instant{to}, Minutes: in.Minutes, Parts: make([]figuresView, len(buckets))}
	for i := range buckets {
		begins := from.Add(time.Duration(i) * each)
		ends := begins.Add(each)
		if ends.After(to) {
			ends = to
		}
		h.Parts[i] = figuresOf(begins, ends, buckets[i].Figures())
	}
	return &historyOutput{h}, nil
}
