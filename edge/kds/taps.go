package kds

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// tapBody is what a screen sends with a tap. Tap is an id of the screen's making: the same id again is the same tap.
type tapBody struct {
	overridable
	Tap     string `json:"tap"`
	Who     string `json:"who"`
	Station string `json:"station"`
	Item    string `json:"item"`
	Reason  string `json:"reason"`
	State   string `json:"state"`  // confirm: where the food of a recovered ticket is, if not where the ticket says
	Text    string `json:"text"`   // remake: what was wrong, in words
	Until   string `json:"until"`  // hold: when it ends by itself
	Notice  string `json:"notice"` // acknowledge: only this one
	Of      string `json:"of"`     // recall: the id of the tap that is to be taken back; refused when another one was the last
}

// tap answers a tap with the ticket as it is after it.
func (s *Server) tap(act func(Taps, context.Context, order.ID, kitchen.Tap) (kitchen.Ticket, error)) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, tap, err := s.readTap(w, r)
		if err != nil {
			return err
		}
		t, err := act(s.Kitchen, ctx, order.ID(chi.URLParam(r, "id")), tap)
		if err != nil {
			return err
		}
		w.Header().Set("ETag", etag(t.Version))
		return respond(w, http.StatusOK, s.viewer().ticket(t))
	}
}

// readTap takes a tap from a request. Without a body it is a tap of its own, for hands that use curl; with one it has the screen's id:
// a repetition could not be told from another tap otherwise.
func (s *Server) readTap(w http.ResponseWriter, r *http.Request) (context.Context, kitchen.Tap, error) {
	var body tapBody
	if emptyBody(r) {
		body.Tap = id.New()
	} else if err := read(w, r, &body); err != nil {
		return nil, kitchen.Tap{}, err
	}
	if item := chi.URLParam(r, "item"); item != "" {
		if body.Item != "" && body.Item != item {
			return nil, kitchen.Tap{}, invalid("item", "item is %q in the body and %q in the path", body.Item, item)
		}
		body.Item = item
	}
	if err := body.check(); err != nil {
		return nil, kitchen.Tap{}, err
	}
	until, err := body.until()
	if err != nil {
		return nil, kitchen.Tap{}, err
	}
	version, err := ifMatch(r)
	if err != nil {
		return nil, kitchen.Tap{}, err
	}
	ctx, err := s.vouched(r, body.overridable)
	return ctx, kitchen.Tap{
		ID: body.Tap, Who: body.Who, Station: body.Station, Item: body.Item, Reason: body.Reason, Version: version,
		State: order.Kitchen(body.State), Text: body.Text, Until: until, Notice: body.Notice, Of: body.Of,
	}, err
}

func (b tapBody) until() (*time.Time, error) {
	if b.Until == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, b.Until)
	if err != nil {
		return nil, invalid("until", "until is %q; write an instant like 2026-07-03T19:30:00Z", clip(b.Until))
	}
	return &t, nil
}

func (b tapBody) check() error {
	if b.Tap == "" {
		return invalid("tap", "a tap needs an id of 1 to 64 bytes, made by the screen")
	}
	for _, field := range []struct{ path, value string }{{"tap", b.Tap}, {"who", b.Who}, {"item", b.Item}, {"state", b.State}, {"until", b.Until}, {"notice", b.Notice}, {"of", b.Of}} {
		if len(field.value) > 64 {
			return invalid(field.path, "%s is %d bytes long; it can have up to 64", field.path, len(field.value))
		}
	}
	if len(b.Reason) > 200 {
		return invalid("reason", "the reason is %d bytes long; it can have up to 200", len(b.Reason))
	}
	if len(b.Text) > 200 {
		return invalid("text", "the text is %d bytes long; it can have up to 200", len(b.Text))
	}
	for _, s := range menu.Stations() {
		if b.Station == "" || b.Station == s {
			return nil
		}
	}
	return invalid("station", "station is %q; it can be %s", clip(b.Station), strings.Join(menu.Stations(), ", "))
}

// ifMatch is the version in If-Match, or 0 without one.
func ifMatch(r *http.Request) (int, error) {
	given := r.Header.Get("If-Match")
	if given == "" || given == "*" {
		return 0, nil
	}
	text, err := strconv.Unquote(given)
	if err != nil {
		return 0, invalid("If-Match", "If-Match must be the ETag of the order, like \"7\"")
	}
	version, err := strconv.Atoi(text)
	if err != nil || version < 1 {
		return 0, problem.New(problem.Stale, "stale_ticket", "If-Match is %s, which no version of the order ever was", clip(given))
	}
	return version, nil
}

func invalid(path, format string, args ...any) *problem.Problem {
	return problem.New(problem.Invalid, "invalid_field", format, args...).With("path", path)
}
