package api

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// notes says whose use of a route leaves a line in the log of acts. A route that changes something and says nothing else notes what staff do: a new
// one cannot be forgotten.
type notes int

const (
	notesNobody  notes = iota
	notesStaff         // and operators
	notesDrivers       // them too: cash
	notesDone          // whoever it is, but only what was done: a stranger's tries are no acts
)

// String is for the document.
func (n notes) String() string {
	return [...]string{
		notesNobody:  "",
		notesStaff:   " Noted in the log of acts when staff does it.",
		notesDrivers: " Noted in the log of acts.",
		notesDone:    " Noted in the log of acts once it is done.",
	}[n]
}

const notesKey = "notes"

// unnoted is a route that changes nothing, or whose use stands elsewhere: orders say who placed them, nodes' requests are the link's.
func unnoted(r route) route {
	r.Metadata[notesKey] = notesNobody
	return r
}

// cash is a route about money: what drivers do with it is noted, too.
func cash(r route) route {
	r.Metadata[notesKey] = notesDrivers
	return r
}

// binds is a route by which a stranger with a code becomes somebody.
func binds(r route) route {
	r.Metadata[notesKey] = notesDone
	return r
}

func notesOf(op *huma.Operation, who access) notes {
	if n, said := op.Metadata[notesKey].(notes); said {
		return n
	}
	if op.Method == http.MethodGet || who == anybody {
		return notesNobody
	}
	return notesStaff
}

var upper = regexp.MustCompile(`[A-Z]+`)

// actName is an operation as the log calls it: assignDriver is assign_driver.
func actName(operation string) string {
	return upper.ReplaceAllStringFunc(operation, func(s string) string { return "_" + strings.ToLower(s) })
}

// begins puts an act under way that is to be noted; nil: it is not.
func (a *API) begins(ctx context.Context, op *huma.Operation) (context.Context, *acts.Open) {
	who, _ := op.Metadata["access"].(access)
	n, c := notesOf(op, who), callerOf(ctx)
	on, rest := subjectOf(ctx)
	var by acts.Who
	switch {
	case n == notesNobody:
		return ctx, nil
	case n == notesDone:
		by.Role = acts.Node
	case c.staff && c.open:
		by.Role = acts.Local
	case c.staff:
		by.Role = acts.Staff
	case n == notesDrivers && c.drives() && on.Kind == acts.OfDriver:
		by = acts.Who{Role: acts.Driver, ID: on.ID}
	default:
		return ctx, nil
	}
	ctx, open := acts.Begin(ctx, by, actName(op.OperationID), requestOf(ctx), on)
	for _, x := range rest {
		open.Say(x.Field, "", x.To)
	}
	return ctx, open
}

// subjectOf is what a path is about: the order, driver or restaurant in it. What else is in it are details.
func subjectOf(ctx context.Context) (on acts.Subject, rest []acts.Change) {
	r := chi.RouteContext(ctx)
	if r == nil {
		return on, nil
	}
	for i, name := range r.URLParams.Keys {
		switch v := r.URLParams.Values[i]; name {
		case "orderId":
			on = acts.Subject{Kind: acts.OfOrder, ID: v}
		case "driverId":
			on = acts.Subject{Kind: acts.OfDriver, ID: v}
		case "restaurantId":
			on = acts.Subject{Kind: acts.OfRestaurant, ID: v, Restaurant: v}
		case "device", "alert", "kind", "id", "offerId":
			rest = append(rest, acts.Change{Field: strings.TrimSuffix(name, "Id"), To: v})
		}
	}
	return on, rest
}

// noteWithin is how long it may take to write a line by itself: its request may be over.
const noteWithin = 5 * time.Second

// ends writes what came of an act, unless that was committed with what it did.
func (a *API) ends(ctx context.Context, open *acts.Open, p *Problem) {
	if open.Left() || p == nil && open.Written() {
		return
	}
	line := open.Line()
	switch {
	case p == nil:
	case line.Who.Role == acts.Node || line.Who.Role == acts.Driver && p.Status == http.StatusForbidden:
		return // nobody who was let in
	case p.Status < http.StatusInternalServerError && p.Code != "gone":
		line.Outcome, line.Code = acts.Refused, p.Code
	default:
		line.Outcome, line.Code = acts.Failed, p.Code
	}
	if p != nil && !a.refusals.room(a.now(), a.settings.Log) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	a.call(ctx, &line.On)
	if err := a.Acts.Note(ctx, line); err != nil {
		a.settings.Log.ErrorContext(ctx, "an act is not in the log", "what", line.What, "outcome", line.Outcome, "request", line.Request, "err", err)
	}
}

// call finds out what people call what an act is about, where nobody has looked. What does not exist is called nothing.
func (a *API) call(ctx context.Context, on *acts.Subject) {
	switch {
	case on.Label != "":
	case on.Kind == acts.OfOrder:
		if r, err := a.Orders.Order(ctx, order.ID(on.ID)); err == nil {
			if on.Restaurant = r.Order.Restaurant; r.Number > 0 {
				on.Label = strconv.Itoa(r.Number)
			}
		}
	case on.Kind == acts.OfDriver:
		if d, err := a.Drivers.Driver(ctx, on.ID); err == nil {
			on.Label, on.Restaurant = d.Name, d.Home
		}
	}
}

// refusals bounds how much a program that does not take no for an answer can write into the log.
type refusals struct {
	mu     sync.Mutex
	minute time.Time
	noted  int
}

// refusalsPerMinute are noted by one core; more are only counted in its own log.
const refusalsPerMinute = 300

func (r *refusals) room(now time.Time, log *slog.Logger) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if minute := now.Truncate(time.Minute); !minute.Equal(r.minute) {
		if over := r.noted - refusalsPerMinute; over > 0 {
			log.Warn("refused acts were not noted: there were too many in a minute", "acts", over)
		}
		r.minute, r.noted = minute, 0
	}
	r.noted++
	return r.noted <= refusalsPerMinute
}

type requestKey struct{}

const (
	requestHeader = "X-Request-Id"
	requestMost   = 64
)

// named gives each request a name, which its answer, its act and the log have in common. One that came with it is kept when it is plain.
func named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Header.Get(requestHeader)
		odd := func(c rune) bool {
			return c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-_.", c)
		}
		if name == "" || len(name) > requestMost || strings.ContainsFunc(name, odd) {
			name = id.New()
		}
		w.Header().Set(requestHeader, name)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, name)))
	})
}

func requestOf(ctx context.Context) string {
	name, _ := ctx.Value(requestKey{}).(string)
	return name
}
