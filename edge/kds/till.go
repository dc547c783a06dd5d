package kds

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// Till is the drawer at the counter.
type Till interface {
	OpenDay(ctx context.Context, key string, float int64) (kitchen.Booked, error)
	CloseDay(ctx context.Context, key string, counted int64, note string, anyway bool) (kitchen.Booked, error)
	Book(ctx context.Context, m kitchen.Money) (kitchen.Booked, error)
	Drawer(ctx context.Context) (kitchen.Drawer, error)
	TillReport(ctx context.Context, day string) (till.Report, []till.Entry, error)
}

// moneyBody is what a screen sends when money moves. Amounts are minor units. The key is the Idempotency-Key header or tap; without either each
// request is one of its own, but that a payment of all that is due is one payment.
type moneyBody struct {
	overridable
	Tap      string `json:"tap"`
	Kind     string `json:"kind"`
	Method   string `json:"method"`
	Amount   int64  `json:"amount"`
	Tendered int64  `json:"tendered"`
	Reason   string `json:"reason"`
}

// booked answers with an entry, and the order it belongs to as it is after it.
func (s *Server) booked(w http.ResponseWriter, b kitchen.Booked, err error) error {
	if err != nil {
		return err
	}
	v := s.viewer()
	answer := map[string]any{"entry": v.entry(b.Entry)}
	if b.Ticket.Order.ID != "" {
		o := v.order(b.Ticket)
		answer["order"] = o
		answer["due"] = o.Bill.Due
	}
	if len(b.Parts) > 0 {
		parts := make([]entryView, len(b.Parts))
		for n, e := range b.Parts {
			parts[n] = v.entry(e)
		}
		answer["entries"] = parts
	}
	if b.Entry.Kind == till.Payment {
		answer["change"] = money.Of(b.Entry.Change, s.dishes().Currency)
	}
	if b.Replayed {
		w.Header().Set("Idempotent-Replayed", "true")
		return respond(w, http.StatusOK, answer)
	}
	return respond(w, http.StatusCreated, answer)
}

// money answers POST /api/orders/{id}/pay, /refund and /discount, and POST /api/till/entries.
func (s *Server) money(kind till.Kind) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		var body moneyBody
		if err := read(w, r, &body); err != nil {
			return err
		}
		ctx, err := s.vouched(r, body.overridable)
		if err != nil {
			return err
		}
		m := kitchen.Money{
			Kind: kind, Order: order.ID(chi.URLParam(r, "id")), Method: till.Method(body.Method), Amount: body.Amount, Given: body.Tendered, Reason: body.Reason,
		}
		if kind == "" {
			m.Kind = till.Kind(body.Kind)
		} else if body.Kind != "" {
			return invalid("kind", "the path says what it is")
		}
		if m.Key = keyOf(r, body.Tap); m.Key == "" {
			m.Key = id.New()
			if kind == till.Payment && m.Amount == 0 {
				m.Key = s.unkeyed(ctx, m)
			}
		}
		b, err := s.Kitchen.Book(ctx, m)
		return s.booked(w, b, err)
	}
}

// unkeyed is the key of a payment of all that is due to which the screen gave none: the same once more is the same payment, until the order
// costs more than was paid.
func (s *Server) unkeyed(ctx context.Context, m kitchen.Money) string {
	t, err := s.Kitchen.Ticket(ctx, m.Order)
	if err != nil {
		return m.Key // the kitchen says what is wrong with it
	}
	return fmt.Sprintf("pay/%s/%s/%d/%d", m.Order, m.Method, m.Given, t.Bill.Paid+t.Due())
}

func keyOf(r *http.Request, tap string) string { return cmp.Or(r.Header.Get("Idempotency-Key"), tap) }

// openTill answers POST /api/till/open {"float": 15000}.
func (s *Server) openTill(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		overridable
		Tap   string `json:"tap"`
		Float int64  `json:"float"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	b, err := s.Kitchen.OpenDay(ctx, cmp.Or(keyOf(r, body.Tap), id.New()), body.Float)
	return s.booked(w, b, err)
}

// closeTill answers POST /api/till/close {"counted": 48210} with the day's report.
func (s *Server) closeTill(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		overridable
		Tap     string `json:"tap"`
		Counted *int64 `json:"counted"`
		Note    string `json:"note"`
		Anyway  bool   `json:"anyway"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if body.Counted == nil {
		return invalid("counted", "say what was counted in the drawer, in minor units")
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	b, err := s.Kitchen.CloseDay(ctx, cmp.Or(keyOf(r, body.Tap), id.New()), *body.Counted, body.Note, body.Anyway)
	if err != nil {
		return err
	}
	report, _, err := s.Kitchen.TillReport(ctx, b.Entry.Day)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, s.dayReport(report))
}

// till answers GET /api/till: the open one or the last, and what is not settled.
func (s *Server) till(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Kitchen.Drawer(r.Context())
	if err != nil {
		return err
	}
	view := map[string]any{
		"open": d.Till.IsOpen(), "runs": s.viewer().runs(d.Runs), "unpaid": openOrders(d.Unpaid, kitchen.Ticket.Due),
		"owed": openOrders(d.Owed, kitchen.Ticket.Owed), "short": shortRuns(d.Short), "till": nil,
	}
	if d.Till.ID != "" {
		view["till"] = tillViewOf(d.Till)
	}
	return respond(w, http.StatusOK, view)
}

// tillReport answers GET /api/till/report?day=&format=csv; the CSV is the ledger.
func (s *Server) tillReport(w http.ResponseWriter, r *http.Request) error {
	day, err := dayOf(r)
	if err != nil {
		return err
	}
	report, entries, err := s.Kitchen.TillReport(r.Context(), day)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") != "csv" {
		return respond(w, http.StatusOK, s.dayReport(report))
	}
	rows := [][]string{{"at", "till", "kind", "method", "amount", "tendered", "change", "currency", "order", "number", "channel", "who", "driver", "reason", "bag", "expected"}}
	for _, e := range entries {
		rows = append(rows, []string{
			e.At.Format(time.RFC3339), e.Till, string(e.Kind), string(e.Method), strconv.FormatInt(e.Amount, 10), strconv.FormatInt(e.Given, 10),
			strconv.FormatInt(e.Change, 10), report.Currency, string(e.Order), strconv.Itoa(e.Number), string(e.Channel), e.Who, e.Driver, e.Reason,
			e.Bag, strconv.FormatInt(e.Expected, 10),
		})
	}
	return respondCSV(w, "till-"+report.Day, rows)
}

// dayReport is a day's report with its tills. Amounts within are minor units of its currency.
func (s *Server) dayReport(r till.Report) any {
	tills := make([]tillView, len(r.Tills))
	for n, t := range r.Tills {
		tills[n] = tillViewOf(t)
	}
	return struct {
		till.Report
		Tills []tillView `json:"tills"`
	}{r, tills}
}
