package kds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// httpProblem is a problem that only HTTP has: a status that no kind of shared/problem stands for.
type httpProblem struct {
	status int
	*problem.Problem
}

func (h *httpProblem) Unwrap() error { return h.Problem }

func refuse(status int, code, format string, args ...any) *httpProblem {
	return &httpProblem{status, problem.New(problem.Invalid, code, format, args...)}
}

// statusOf is the HTTP status of a kind of problem.
var statusOf = map[problem.Kind]int{
	problem.Invalid:     http.StatusUnprocessableEntity,
	problem.NotFound:    http.StatusNotFound,
	problem.Conflict:    http.StatusConflict,
	problem.Stale:       http.StatusPreconditionFailed,
	problem.Refused:     http.StatusForbidden,
	problem.Unavailable: http.StatusServiceUnavailable,
}

// statusOfCode are the problems for which HTTP has a word of its own.
var statusOfCode = map[string]int{
	"sign_in_needed": http.StatusUnauthorized,
	"wrong_pin":      http.StatusUnauthorized,
	"pin_locked":     http.StatusTooManyRequests,

	"too_many_streams": http.StatusTooManyRequests,

	"unknown_outcome": http.StatusGatewayTimeout,
}

// answer turns a handler that returns errors into one that answers them (RFC 9457).
func (s *Server) answer(handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := handle(w, r)
		if err == nil {
			return
		}
		p, status := s.judge(r, err)
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "2")
		}
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", fmt.Sprint(p.Facts["retry_after"]))
		}
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `PIN realm="kitchen"`)
		}
		s.writeProblem(w, status, p)
	}
}

// judge decides what the outside world learns of an error; what is nobody's business is logged here.
func (s *Server) judge(r *http.Request, err error) (*problem.Problem, int) {
	var h *httpProblem
	if errors.As(err, &h) {
		return h.Problem, h.status
	}
	if p := problem.Of(err); p != nil {
		if status, own := statusOfCode[p.Code]; own {
			return p, status
		}
		return p, statusOf[p.Kind]
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return problem.New(problem.Unavailable, "gone", "the client went away"), 499 // nobody reads it
	}
	s.settings.Log.Error("request", "method", r.Method, "path", r.URL.Path, "err", err)
	return problem.New(problem.Unavailable, "internal", "the node could not do this; it is in its log"), http.StatusInternalServerError
}

// writeProblem writes application/problem+json: the standard members, the stable code, and the facts as members of their own.
func (s *Server) writeProblem(w http.ResponseWriter, status int, p *problem.Problem) {
	doc := map[string]any{}
	for k, v := range p.Facts {
		switch fact := v.(type) {
		case kitchen.Ticket:
			v = s.viewer().ticket(fact)
		case order.Promise:
			v = promiseView{From: at(fact.From), To: at(fact.To), Because: fact.Because}
		case time.Time:
			v = at(fact)
		}
		doc[k] = v
	}
	doc["type"] = "urn:awesome-pizza:problem:" + p.Code
	doc["code"] = p.Code
	doc["title"] = http.StatusText(status)
	doc["status"] = status
	doc["detail"] = p.Detail
	body, err := json.Marshal(doc)
	if err != nil { // a fact that is no JSON: the rest is still worth saying
		body = fmt.Appendf(nil, `{"code":%q,"status":%d}`, p.Code, status)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// respond writes an answer that must not be kept by caches.
func respond(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}

// etag is the version of a ticket as HTTP writes it.
func etag(version int) string { return strconv.Quote(strconv.Itoa(version)) }
