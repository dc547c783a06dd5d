package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
)

// stockLevel is how an ingredient stands. Of what nobody has counted or received no quantity is known: it sells without limit.
type stockLevel struct {
	Ingredient string      `json:"ingredient"`
	Name       string      `json:"name"`
	Unit       string      `json:"unit" enum:"g,piece" doc:"of all quantities"`
	Tracked    bool        `json:"tracked" doc:"somebody has counted or received it"`
	OnHand     or[int64]   `json:"on_hand"`
	Reserved   int64       `json:"reserved" doc:"by open orders that nobody has started"`
	Lent       int64       `json:"lent" doc:"what the cloud may sell"`
	Available  or[int64]   `json:"available" doc:"neither reserved nor lent"`
	Threshold  int64       `json:"threshold"`
	Par        int64       `json:"par"`
	OnOrder    int64       `json:"on_order"`
	Low        bool        `json:"low"`
	RunsOut    or[instant] `json:"runs_out_at"`
	AsOf       or[instant] `json:"as_of" doc:"when the restaurant said so"`
}

// inventory reads a restaurant's stock: every ingredient of its menu, and what else its node speaks of.
func (a *API) inventory(ctx context.Context, rid string) ([]stockLevel, menu.Offer, error) {
	o, err := a.Inventory.Offer(ctx, rid)
	if err != nil {
		return nil, o, err
	}
	known, err := a.Inventory.Levels(ctx, rid)
	if err != nil {
		return nil, o, err
	}
	told := map[string]restaurant.Level{}
	for _, l := range known {
		told[l.Ingredient] = l
	}
	levels := make([]stockLevel, 0, len(o.Menu.Ingredients))
	for _, g := range o.Menu.Ingredients {
		v := stockLevel{Ingredient: g.ID, Name: g.Name, Unit: g.Unit, Threshold: g.Threshold, Par: g.Par}
		if l, tracked := told[g.ID]; tracked {
			v.Tracked, v.OnHand, v.Available = true, some(l.OnHand), some(max(0, l.OnHand-l.Reserved-l.Lent))
			v.Reserved, v.Lent, v.Threshold, v.Par, v.OnOrder, v.Low = l.Reserved, l.Lent, l.Threshold, l.Par, l.OnOrder, l.Low
			v.RunsOut, v.AsOf = when(l.RunsOut), at(l.AsOf)
		}
		levels = append(levels, v)
	}
	return levels, o, nil
}

// knownStock says how old an answer about a stock is.
func (a *API) knownStock(rid string, levels []stockLevel) asKnown {
	k := asKnown{Restaurant: rid, Link: linkOf(a.Links.Of(rid, a.now()))}
	for _, l := range levels {
		if l.AsOf.it != nil && (k.AsOf.it == nil || l.AsOf.it.After(k.AsOf.it.Time)) {
			k.AsOf = l.AsOf
		}
	}
	return k
}

type stockOutput struct {
	Body struct {
		asKnown
		Ingredients []stockLevel `json:"ingredients"`
		SoldOut     menu.SoldOut `json:"sold_out"`
	}
}

func (a *API) getStock(ctx context.Context, in *restaurantInput) (*stockOutput, error) {
	levels, o, err := a.inventory(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &stockOutput{}
	out.Body.asKnown, out.Body.Ingredients, out.Body.SoldOut = a.knownStock(in.ID, levels), levels, o.SoldOut()
	return out, nil
}

type threshold struct {
	Ingredient string `json:"ingredient"`
	Threshold  int64  `json:"threshold"`
	Par        int64  `json:"par"`
}

type thresholdsOutput struct {
	Body struct {
		asKnown
		Thresholds []threshold `json:"thresholds"`
	}
}

func (a *API) getThresholds(ctx context.Context, in *restaurantInput) (*thresholdsOutput, error) {
	levels, _, err := a.inventory(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &thresholdsOutput{}
	out.Body.asKnown, out.Body.Thresholds = a.knownStock(in.ID, levels), make([]threshold, len(levels))
	for n, l := range levels {
		out.Body.Thresholds[n] = threshold{l.Ingredient, l.Threshold, l.Par}
	}
	return out, nil
}

type csvOutput struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	Body []byte
}

// stockReport is the stock as last known. What happened day by day is the node's to say: it has the ledger.
func (a *API) stockReport(ctx context.Context, in *restaurantInput) (*csvOutput, error) {
	levels, _, err := a.inventory(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	w := csv.NewWriter(&text)
	_ = w.Write([]string{"ingredient", "name", "unit", "on_hand", "reserved", "lent", "threshold", "par", "on_order", "as_of"})
	for _, l := range levels {
		onHand, asOf := "", ""
		if l.OnHand.it != nil {
			onHand = strconv.FormatInt(*l.OnHand.it, 10)
		}
		if l.AsOf.it != nil {
			asOf = l.AsOf.it.Format(time.RFC3339)
		}
		row := []string{l.Ingredient, harmless(l.Name), l.Unit, onHand}
		for _, n := range []int64{l.Reserved, l.Lent, l.Threshold, l.Par, l.OnOrder} {
			row = append(row, strconv.FormatInt(n, 10))
		}
		_ = w.Write(append(row, asOf))
	}
	w.Flush()
	return &csvOutput{"text/csv; charset=utf-8", fmt.Sprintf("attachment; filename=%q", "stock-"+in.ID+".csv"), []byte(text.String())}, nil
}

// harmless is a text that no spreadsheet takes for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

type slipBody struct {
	Lines  []slipLine `json:"lines" minItems:"1" maxItems:"200"`
	Reason string     `json:"reason,omitempty" maxLength:"200"`
	By     string     `json:"by,omitempty" maxLength:"200"`
}

type slipLine struct {
	Ingredient string `json:"ingredient" minLength:"1" maxLength:"200"`
	Quantity   int64  `json:"quantity" minimum:"0" maximum:"10000000" doc:"grams or pieces"`
}

type slipInput struct {
	ID   string `path:"restaurantId"`
	Key  string `header:"Idempotency-Key" maxLength:"100"`
	Body slipBody
}

type askedOutput struct {
	Body struct {
		Request string `json:"request" doc:"under this id the restaurant does it once"`
		State   string `json:"state" enum:"asked"`
	}
}

// asks gives a wish to a restaurant, which does it when it hears of it, or refuses it.
func (a *API) asks(ctx context.Context, rid, key string, w event.StockWished) (*askedOutput, error) {
	if w.Request = key; key == "" {
		w.Request = id.New()
	}
	if w.By == "" {
		w.By = "head office"
	}
	if err := a.Inventory.WishStock(ctx, rid, w); err != nil {
		return nil, err
	}
	out := &askedOutput{}
	out.Body.Request, out.Body.State = w.Request, "asked"
	return out, nil
}

// slip asks for a slip, when the restaurant's menu has what stands on it.
func (a *API) slip(ctx context.Context, in *slipInput, do string) (*askedOutput, error) {
	w := event.StockWished{Do: do, Reason: in.Body.Reason, By: in.Body.By}
	act := acts.Of(ctx)
	act.Words("reason", in.Body.Reason)
	act.Words("by", in.Body.By)
	for _, l := range in.Body.Lines {
		act.Say(l.Ingredient, "", strconv.FormatInt(l.Quantity, 10))
		w.Lines = append(w.Lines, event.StockLine{Ingredient: l.Ingredient, Quantity: &l.Quantity})
	}
	if err := a.knows(ctx, in.ID, w.Lines); err != nil {
		return nil, err
	}
	return a.asks(ctx, in.ID, in.Key, w)
}

// knows refuses ingredients that the restaurant's menu does not have.
func (a *API) knows(ctx context.Context, rid string, lines []event.StockLine) error {
	o, err := a.Inventory.Offer(ctx, rid)
	if err != nil {
		return err
	}
	for n, l := range lines {
		if _, known := o.Menu.Ingredient(l.Ingredient); !known {
			return refuse(422, "unknown_ingredient", "the menu has no ingredient %q", l.Ingredient).at(fmt.Sprintf("lines[%d].ingredient", n))
		}
	}
	return nil
}

func (a *API) receive(ctx context.Context, in *slipInput) (*askedOutput, error) {
	return a.slip(ctx, in, "receipt")
}

func (a *API) count(ctx context.Context, in *slipInput) (*askedOutput, error) {
	return a.slip(ctx, in, "count")
}

func (a *API) waste(ctx context.Context, in *slipInput) (*askedOutput, error) {
	if in.Body.Reason == "" {
		return nil, refuse(422, "reason_missing", "say why it is thrown away").at("reason")
	}
	return a.slip(ctx, in, "waste")
}

type thresholdsInput struct {
	ID   string `path:"restaurantId"`
	Key  string `header:"Idempotency-Key" maxLength:"100"`
	Body struct {
		Lines []thresholdLine `json:"lines" minItems:"1" maxItems:"200"`
	}
}

type thresholdLine struct {
	Ingredient string `json:"ingredient" minLength:"1" maxLength:"200"`
	Threshold  *int64 `json:"threshold,omitempty" minimum:"0" maximum:"10000000"`
	Par        *int64 `json:"par,omitempty" minimum:"0" maximum:"10000000"`
}

func (a *API) putThresholds(ctx context.Context, in *thresholdsInput) (*askedOutput, error) {
	w := event.StockWished{Do: "threshold"}
	for _, l := range in.Body.Lines {
		acts.Of(ctx).Say(l.Ingredient, "", thresholdText(l))
		w.Lines = append(w.Lines, event.StockLine{Ingredient: l.Ingredient, Threshold: l.Threshold, Par: l.Par})
	}
	if err := a.knows(ctx, in.ID, w.Lines); err != nil {
		return nil, err
	}
	return a.asks(ctx, in.ID, in.Key, w)
}

// thresholdText is a threshold and par as the log of acts writes it: what is not asked for stays as it is.
func thresholdText(l thresholdLine) string {
	text := func(n *int64) string {
		if n == nil {
			return "–"
		}
		return strconv.FormatInt(*n, 10)
	}
	return text(l.Threshold) + " / " + text(l.Par)
}

type sellOutInput struct {
	ID   string `path:"restaurantId"`
	Key  string `header:"Idempotency-Key" maxLength:"100"`
	Body struct {
		Kind   string     `json:"kind" enum:"product,topping,ingredient"`
		What   string     `json:"id" minLength:"1" maxLength:"200"`
		Reason string     `json:"reason,omitempty" maxLength:"200"`
		By     string     `json:"by,omitempty" maxLength:"200"`
		Until  *time.Time `json:"until,omitempty" doc:"when it comes back by itself"`
	}
}

func (a *API) sellOut(ctx context.Context, in *sellOutInput) (*askedOutput, error) {
	b := in.Body
	act := acts.Of(ctx)
	act.Say(b.Kind, "", b.What)
	act.Words("reason", b.Reason)
	act.Words("by", b.By)
	return a.asks(ctx, in.ID, in.Key, event.StockWished{Do: "sold_out", What: b.Kind, ID: b.What, Reason: b.Reason, By: b.By, Until: b.Until})
}

type bringBackInput struct {
	ID   string `path:"restaurantId"`
	Kind string `path:"kind" enum:"product,topping,ingredient"`
	What string `path:"id" maxLength:"200"`
	Key  string `header:"Idempotency-Key" maxLength:"100"`
}

func (a *API) bringBack(ctx context.Context, in *bringBackInput) (*askedOutput, error) {
	return a.asks(ctx, in.ID, in.Key, event.StockWished{Do: "back", What: in.Kind, ID: in.What})
}
