package kds

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"
	"github.com/klauspost/compress/gzhttp"

	"awesome.pizza/edge/stock"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/problem"
)

// route is one line of the LAN interface. A handler that returns an error has written nothing.
type route struct {
	method, path string
	handle       func(http.ResponseWriter, *http.Request) error
}

// all is the whole LAN interface.
func (s *Server) all() []route { return slices.Concat(s.ofTheKitchen(), s.ofTheHouse(), s.ofTheNode()) }

// ofTheKitchen is what cooks do, and what they look at.
func (s *Server) ofTheKitchen() []route {
	return []route{
		{"GET", "/api/board", s.board},
		{"GET", "/api/board/stream", s.stream},
		{"GET", "/api/recent", s.recent},
		{"GET", "/api/menu", s.menu},
		{"GET", "/api/link", s.link},

		{"POST", "/api/tickets/{id}/start", s.tap(Taps.Start)},
		{"POST", "/api/tickets/{id}/bump", s.tap(Taps.Bump)},
		{"POST", "/api/tickets/{id}/recall", s.tap(Taps.Recall)},
		{"POST", "/api/tickets/{id}/remake", s.tap(Taps.Remake)},
		{"POST", "/api/tickets/{id}/hand-over", s.tap(Taps.HandOver)},
		{"POST", "/api/tickets/{id}/void", s.tap(Taps.Void)},
		{"POST", "/api/tickets/{id}/confirm", s.tap(Taps.Confirm)},
		{"POST", "/api/tickets/{id}/hold", s.tap(Taps.HoldBack)},
		{"POST", "/api/tickets/{id}/release", s.tap(Taps.LetGo)},
		{"POST", "/api/tickets/{id}/rush", s.tap(Taps.Hurry)},
		{"POST", "/api/tickets/{id}/calm", s.tap(Taps.Calm)},
		{"POST", "/api/tickets/{id}/acknowledge", s.tap(Taps.Acknowledge)},
		{"POST", "/api/tickets/{id}/items/{item}/bump", s.tap(Taps.Bump)},
		{"GET", "/api/shift", s.shift},
		{"POST", "/api/tickets/{id}/print", s.print},

		{"GET", "/api/sensors", s.sensors},
		{"GET", "/api/food-safety", s.foodSafety},

		{"GET", "/api/printers", s.printers},
		{"GET", "/api/printers/{id}/jobs", s.prints},
		{"POST", "/api/printers/{id}/test", s.printTest},

		{"POST", "/api/orders", s.place},
		{"GET", "/api/orders", s.orders},
		{"GET", "/api/orders/{id}", s.order},
		{"POST", "/api/orders/{id}/change", s.rewrite},

		{"POST", "/api/ovens/{id}/works", s.ovenWorks},

		{"GET", "/api/quote", s.ask},
		{"POST", "/api/quote", s.quote},
		{"GET", "/api/intake", s.intake},
		{"POST", "/api/intake/pause", s.pauseIntake},
		{"POST", "/api/intake/resume", s.resumeIntake},
	}
}

// ofTheHouse is people, money, customers and shelves.
func (s *Server) ofTheHouse() []route {
	return []route{
		{"GET", "/api/cooks", s.cooks},
		{"GET", "/api/screens", s.screens},
		{"PUT", "/api/screens/{id}", s.announce},
		{"DELETE", "/api/screens/{id}", s.unplug},
		{"POST", "/api/cooks/{id}/sign-in", s.signIn},
		{"POST", "/api/cooks/{id}/sign-out", s.signOut},
		{"GET", "/api/session", s.session},
		{"POST", "/api/session", s.openSession},
		{"DELETE", "/api/session", s.closeSession},
		{"GET", "/api/audit", s.audit},

		{"POST", "/api/orders/{id}/pay", s.money(till.Payment)},
		{"POST", "/api/orders/{id}/refund", s.money(till.Refund)},
		{"POST", "/api/orders/{id}/discount", s.money(till.Discount)},
		{"POST", "/api/orders/{id}/carry", s.carry},
		{"POST", "/api/orders/{id}/returned", s.returned},
		{"GET", "/api/runs", s.runs},
		{"GET", "/api/dispatch", s.dispatch},
		{"GET", "/api/dispatch/what-if", s.whatIf},
		{"POST", "/api/dispatch/orders/{id}/assign", s.assign},
		{"POST", "/api/dispatch/orders/{id}/unassign", s.unassign},
		{"GET", "/api/till", s.till},
		{"POST", "/api/till/open", s.openTill},
		{"POST", "/api/till/entries", s.money("")},
		{"POST", "/api/till/close", s.closeTill},
		{"GET", "/api/till/report", s.tillReport},
		{"GET", "/api/customers", s.customer},
		{"DELETE", "/api/customers", s.forgetCustomer},

		{"POST", "/api/screens/{id}/rendered", s.rendered},

		{"GET", "/api/stock", s.stock},
		{"PUT", "/api/stock", s.slip(stock.Count)},
		{"POST", "/api/stock/receipts", s.slip(stock.Receipt)},
		{"POST", "/api/stock/waste", s.slip(stock.Waste)},
		{"POST", "/api/stock/counts", s.slip(stock.Count)},
		{"POST", "/api/stock/transfers", s.transfer},
		{"GET", "/api/stock/thresholds", s.thresholds},
		{"PUT", "/api/stock/thresholds", s.mind},
		{"GET", "/api/stock/purchase-order", s.suggested},
		{"POST", "/api/stock/purchase-order", s.ordered},
		{"GET", "/api/stock/report", s.report},
		{"GET", "/api/stock/report.csv", s.report},
		{"GET", "/api/86", s.off},
		{"POST", "/api/86", s.sellOut},
		{"DELETE", "/api/86/{kind}/{id}", s.lift},
	}
}

// ofTheNode is how it is, and its pages.
func (s *Server) ofTheNode() []route {
	return []route{
		{"GET", "/healthz", s.healthz},
		{"GET", "/readyz", s.readyz},

		{"GET", "/", s.page("index.html")},
		{"GET", "/counter", s.page("counter.html")},
		{"GET", "/board", s.page("board.html")},
		{"GET", "/health", s.page("health.html")},
		{"GET", "/pair", s.page("pair.html")},
		{"GET", "/api/pair", s.pairing},
		{"GET", "/api/pair.png", s.pairCode},
		{"GET", "/ca.crt", s.authority},
		{"GET", "/sw.js", s.worker},
		{"GET", "/assets/*", s.asset},
		{"GET", "/favicon.ico", s.favicon},
	}
}

// routes wraps the list in what holds for every request.
func (s *Server) routes() http.Handler {
	mux := chi.NewMux()
	mux.Use(s.recovers, secure, s.knownHost, s.sameOrigin, s.caller)
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.ContentTypeFilter(compressible))
	if err != nil {
		panic(err) // options are constants
	}
	for _, r := range s.all() {
		var h http.Handler = s.answer(r.handle)
		if r.path != "/api/board/stream" {
			h = compress(h)
		}
		mux.Method(r.method, r.path, h)
		if r.method == http.MethodGet && r.path != "/api/board/stream" {
			mux.Method(http.MethodHead, r.path, h)
		}
	}
	mux.NotFound(s.answer(func(_ http.ResponseWriter, r *http.Request) error {
		return problem.New(problem.NotFound, "no_such_path", "there is nothing at %s", r.URL.Path)
	}).ServeHTTP)
	mux.MethodNotAllowed(s.answer(func(w http.ResponseWriter, r *http.Request) error {
		return wrongMethod(mux, w, r)
	}).ServeHTTP)
	return mux
}

// wrongMethod answers 405 with what the path does allow.
func wrongMethod(mux *chi.Mux, w http.ResponseWriter, r *http.Request) error {
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if mux.Match(chi.NewRouteContext(), m, r.URL.Path) {
			w.Header().Add("Allow", m)
		}
	}
	return refuse(http.StatusMethodNotAllowed, "method_not_allowed", "%s does not take %s", r.URL.Path, r.Method)
}
