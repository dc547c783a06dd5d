package kds

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Paper puts something on paper again. What has to be printed is printed by itself.
type Paper interface {
	Print(ctx context.Context, of order.ID, p kitchen.Printing) ([]kitchen.PrintJob, error)
	PrintTest(ctx context.Context, printer, tap string) (kitchen.PrintJob, error)
}

// Printers are the restaurant's printers as they stand now, and what they printed. Printers is asked about once a second.
type Printers interface {
	Printers() []PrinterView
	Prints(ctx context.Context, printer string, most int) ([]kitchen.Printed, error)
}

// PrinterView is a printer for the displays.
type PrinterView struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Address  string          `json:"address"`
	State    string          `json:"state"`            // "ready", "starting", "offline", "paper_out", "cover_open" or "fault"
	Detail   string          `json:"detail,omitempty"` // of offline: why
	PaperLow bool            `json:"paper_low"`
	Since    time.Time       `json:"since"` // of State
	Queue    int             `json:"queue"` // pieces of paper that wait
	Backup   string          `json:"backup,omitempty"`
	OnBackup bool            `json:"on_backup"` // its paper comes out at Backup now
	Printed  *time.Time      `json:"printed_at,omitempty"`
	Jobs     []kitchen.Paper `json:"jobs"`
	Stations []string        `json:"stations"`
}

// noPrinters is a restaurant without any.
type noPrinters struct{}

func (noPrinters) Printers() []PrinterView { return nil }

func (noPrinters) Prints(context.Context, string, int) ([]kitchen.Printed, error) { return nil, nil }

// shownPrints is how many pieces of paper a list shows.
const shownPrints = 100

// printers answers GET /api/printers.
func (s *Server) printers(w http.ResponseWriter, _ *http.Request) error {
	return respond(w, http.StatusOK, map[string]any{"printers": listed(s.Printers.Printers())})
}

type printView struct {
	ID      string             `json:"id"`
	What    kitchen.Paper      `json:"what"`
	Order   order.ID           `json:"order_id,omitempty"`
	Item    string             `json:"item,omitempty"`
	Printer string             `json:"printer"`
	Copy    bool               `json:"copy"`
	State   kitchen.PrintState `json:"state"`
	SentTo  string             `json:"sent_to,omitempty"`
	Tries   int                `json:"tries"`
	At      *moment            `json:"at"`
	Since   *moment            `json:"since"`
	Expires *moment            `json:"expires_at"`
}

func viewPrint(p kitchen.Printed) printView {
	return printView{
		ID: p.ID, What: p.What, Order: p.Order, Item: p.Item, Printer: p.Printer, Copy: p.Copy, State: p.State, SentTo: p.By, Tries: p.Tries,
		At: at(p.At), Since: at(p.Since), Expires: at(p.Expires),
	}
}

// newPrint is a piece of paper that was just asked for.
func newPrint(j kitchen.PrintJob) printView {
	return viewPrint(kitchen.Printed{PrintJob: j, State: kitchen.PrintPending, Since: j.At})
}

// prints answers GET /api/printers/{id}/jobs: the newest first.
func (s *Server) prints(w http.ResponseWriter, r *http.Request) error {
	printer := chi.URLParam(r, "id")
	if !slices.ContainsFunc(s.Printers.Printers(), func(p PrinterView) bool { return p.ID == printer }) {
		return problem.New(problem.NotFound, "no_such_printer", "there is no printer %q in the device file", clip(printer))
	}
	all, err := s.Printers.Prints(r.Context(), printer, shownPrints)
	if err != nil {
		return err
	}
	views := make([]printView, len(all))
	for n, p := range all {
		views[n] = viewPrint(p)
	}
	return respond(w, http.StatusOK, map[string]any{"jobs": views})
}

type printBody struct {
	overridable
	Tap     string `json:"tap"`
	What    string `json:"what"`
	Item    string `json:"item"`
	Printer string `json:"printer"`
}

func (b printBody) check() error {
	for _, field := range []struct{ path, value string }{{"tap", b.Tap}, {"what", b.What}, {"item", b.Item}, {"printer", b.Printer}} {
		if len(field.value) > 64 {
			return invalid(field.path, "%s is %d bytes long; it can have up to 64", field.path, len(field.value))
		}
	}
	return nil
}

// print answers POST /api/tickets/{id}/print: it waits in the queue, which is on disk. No printer is waited for.
func (s *Server) print(w http.ResponseWriter, r *http.Request) error {
	body := printBody{Tap: id.New(), What: string(kitchen.PaperTicket)}
	if !emptyBody(r) {
		body = printBody{}
		if err := read(w, r, &body); err != nil {
			return err
		}
	}
	if err := body.check(); err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	jobs, err := s.Kitchen.Print(ctx, order.ID(chi.URLParam(r, "id")), kitchen.Printing{
		Tap: body.Tap, What: kitchen.Paper(body.What), Item: body.Item, Printer: body.Printer,
	})
	if err != nil {
		return err
	}
	views := make([]printView, len(jobs))
	for n, j := range jobs {
		views[n] = newPrint(j)
	}
	return respond(w, http.StatusAccepted, map[string]any{"jobs": views})
}

// printTest answers POST /api/printers/{id}/test.
func (s *Server) printTest(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		overridable
		Tap string `json:"tap"`
	}
	if err := readIfAny(w, r, &body); err != nil {
		return err
	}
	if len(body.Tap) > 64 {
		return invalid("tap", "tap is %d bytes long; it can have up to 64", len(body.Tap))
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	j, err := s.Kitchen.PrintTest(ctx, chi.URLParam(r, "id"), body.Tap)
	if err != nil {
		return err
	}
	return respond(w, http.StatusAccepted, map[string]any{"jobs": []printView{newPrint(j)}})
}
