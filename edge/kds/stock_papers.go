package kds

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/edge/stock"
)

// mostDays is how far a report reaches: as far as the ledger does.
const mostDays = 400

// suggested answers GET /api/stock/purchase-order: what to order, so that everything is at its par.
func (s *Server) suggested(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Kitchen.Suggest(r.Context())
	if err != nil {
		return err
	}
	lines := make([]map[string]any, len(all))
	for n, l := range all {
		lines[n] = map[string]any{
			"ingredient": l.Ingredient.ID, "name": l.Ingredient.Name, "unit": l.Ingredient.Unit, "pack": l.Ingredient.Pack, "packs": l.Packs,
			"quantity": l.Quantity, "on_hand": l.OnHand, "on_order": l.OnOrder, "par": l.Par, "urgent": l.Urgent,
		}
	}
	return respond(w, http.StatusOK, map[string]any{"restaurant_id": s.settings.Restaurant, "as_of": at(s.Clock.Now()), "lines": lines})
}

// ordered answers POST /api/stock/purchase-order: this was ordered, and is suggested no more.
func (s *Server) ordered(w http.ResponseWriter, r *http.Request) error {
	var body slipBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	lines, err := body.lines()
	if err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	replayed, err := s.Kitchen.OrderStock(ctx, requestOf(r, body.Request), lines)
	if err != nil {
		return err
	}
	return s.levels(w, r, written(w, replayed))
}

// report answers GET /api/stock/report: what happened to each ingredient, day by day; of the last week when nothing else is asked for. It is CSV, as in
// the cloud, unless who asks takes JSON and no CSV.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	from, to, err := s.days(r)
	if err != nil {
		return err
	}
	days, err := s.Kitchen.StockReport(r.Context(), from, to)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Add("Vary", "Accept")
	if accept := r.Header.Get("Accept"); r.URL.Path == "/api/stock/report" && strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/csv") {
		return respond(w, http.StatusOK, map[string]any{"from": from, "to": to, "days": daysOf(days)})
	}
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="stock-`+from+`-`+to+`.csv"`)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	out := csv.NewWriter(w)
	_ = out.Write([]string{
		"date", "ingredient", "name", "unit", "opening", "received", "used", "wasted", "transferred_in", "transferred_out", "counted", "closing", "waste_reasons",
	})
	for _, d := range days {
		_ = out.Write(cells(d))
	}
	out.Flush()
	return nil // who went away meanwhile reads no error
}

// dayView is what happened to one ingredient on one business day, in its unit.
type dayView struct {
	Date       string   `json:"date"`
	Ingredient string   `json:"ingredient"`
	Name       string   `json:"name"`
	Unit       string   `json:"unit"`
	Opening    int64    `json:"opening"`
	Received   int64    `json:"received"`
	Used       int64    `json:"used"`
	Wasted     int64    `json:"wasted"`
	In         int64    `json:"transferred_in"`
	Out        int64    `json:"transferred_out"`
	Counted    int64    `json:"counted"`
	Closing    int64    `json:"closing"`
	Reasons    []string `json:"waste_reasons,omitempty"`
}

func daysOf(days []stock.Day) []dayView {
	views := make([]dayView, len(days))
	for n, d := range days {
		views[n] = dayView{
			d.Day, d.Ingredient.ID, d.Ingredient.Name, d.Ingredient.Unit, d.Opening, d.Received, d.Used, d.Wasted, d.Incoming, d.Outgoing, d.Counted, d.Closing, d.Reasons,
		}
	}
	return views
}

func cells(d stock.Day) []string {
	row := []string{d.Day, d.Ingredient.ID, harmless(d.Ingredient.Name), d.Ingredient.Unit}
	for _, n := range []int64{d.Opening, d.Received, d.Used, d.Wasted, d.Incoming, d.Outgoing, d.Counted, d.Closing} {
		row = append(row, strconv.FormatInt(n, 10))
	}
	return append(row, harmless(strings.Join(d.Reasons, "; ")))
}

// harmless is a text that no spreadsheet takes for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// days are the business days that a report is asked for.
func (s *Server) days(r *http.Request) (from, to string, err error) {
	to = s.Kitchen.Today()
	if asked := r.URL.Query().Get("to"); asked != "" {
		to = asked
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return "", "", invalid("to", "to is %q; write a day like 2026-11-22", clip(to))
	}
	first := last.AddDate(0, 0, -6)
	if asked := r.URL.Query().Get("from"); asked != "" {
		if first, err = time.Parse(time.DateOnly, asked); err != nil {
			return "", "", invalid("from", "from is %q; write a day like 2026-11-22", clip(asked))
		}
	}
	if first.After(last) || last.Sub(first) > mostDays*24*time.Hour {
		return "", "", invalid("from", "a report is of up to %d days, from a day to a later one", mostDays)
	}
	return first.Format(time.DateOnly), to, nil
}
