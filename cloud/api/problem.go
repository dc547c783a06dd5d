package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"awesome.pizza/shared/problem"
)

// Problem is an answer that says no: RFC 9457, with a stable code for programs, the places in the request that are wrong, and what else the
// caller may need as members of their own.
type Problem struct {
	Type   string         `json:"type" example:"/problems/illegal-step" doc:"where the code is explained"`
	Code   string         `json:"code" example:"illegal_step" doc:"stable, for programs"`
	Title  string         `json:"title" example:"Conflict"`
	Status int            `json:"status" example:"409"`
	Detail string         `json:"detail" doc:"one sentence for people"`
	Errors []Fault        `json:"errors,omitempty" doc:"each place in the request that is wrong"`
	Facts  map[string]any `json:"-"`
}

// Fault is one place in a request that is wrong, like lines[0].quantity, or query.limit for parameters.
type Fault struct {
	Path   string `json:"path"`
	Detail string `json:"detail"`
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

func refuse(status int, code, format string, args ...any) *Problem {
	return &Problem{Code: code, Status: status, Detail: fmt.Sprintf(format, args...)}
}

func (p *Problem) at(path string) *Problem {
	p.Errors = append(p.Errors, Fault{Path: path, Detail: p.Detail})
	return p
}

func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is for huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is for huma: RFC 9457's media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders are the headers that go with the problem.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	switch p.Status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
	case http.StatusTooManyRequests:
		h.Set("Retry-After", "60")
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="awesome-pizza"`)
	}
	return h
}

// MarshalJSON writes the facts beside the standard members.
func (p *Problem) MarshalJSON() ([]byte, error) {
	doc := maps.Clone(p.Facts)
	if doc == nil {
		doc = map[string]any{}
	}
	doc["type"] = "/problems/" + strings.ReplaceAll(p.Code, "_", "-")
	doc["code"], doc["title"], doc["status"], doc["detail"] = p.Code, http.StatusText(p.Status), p.Status, p.Detail
	if len(p.Errors) > 0 {
		doc["errors"] = p.Errors
	}
	return json.Marshal(doc)
}

// judge decides what the outside world learns of an error; what is nobody's business is logged here.
func (a *API) judge(ctx context.Context, what string, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if k := problem.Of(err); k != nil {
		return spell(k)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(http.StatusServiceUnavailable, "timeout", "this took too long; try again")
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return refuse(499, "gone", "the client went away") // nobody reads it
	}
	if away := a.away(); away != "" {
		a.settings.Log.DebugContext(ctx, "request", "route", what, "err", err)
		return refuse(http.StatusServiceUnavailable, "unavailable", "the %s cannot be reached at the moment; try again", away)
	}
	if severed(err) {
		a.settings.Log.WarnContext(ctx, "request", "route", what, "err", err)
		return refuse(http.StatusServiceUnavailable, "unavailable", "this was interrupted; try again")
	}
	a.settings.Log.ErrorContext(ctx, "request", "route", what, "err", err)
	return refuse(http.StatusInternalServerError, "internal", "this could not be done; it is in the log")
}

// away names what this process needs and cannot reach, or nothing. Many requests fail together, so one of them asks for all, once a second.
func (a *API) away() string {
	a.outage.Lock()
	defer a.outage.Unlock()
	if time.Since(a.outage.asked) < time.Second {
		return a.outage.what
	}
	a.outage.what = ""
	for _, c := range a.Checks {
		ctx, cancel := context.WithTimeout(context.Background(), 250*time.Millisecond)
		err := c.Ping(ctx)
		cancel()
		if err != nil {
			a.settings.Log.Error("out of reach", "what", c.Name, "err", err)
			a.outage.what = c.Name
			break
		}
	}
	a.outage.asked = time.Now()
	return a.outage.what
}

// spell writes a problem of the house in HTTP's words. A fact "path" is the place in the request.
func spell(k *problem.Problem) *Problem {
	p := &Problem{Code: k.Code, Status: statusOf[k.Kind], Detail: k.Detail, Facts: maps.Clone(k.Facts)}
	for _, name := range []string{"path", "field"} {
		if path, ok := p.Facts[name].(string); ok {
			delete(p.Facts, name)
			p = p.at(path)
		}
	}
	for name, v := range p.Facts {
		p.Facts[name] = plainFact(v)
	}
	return p
}

// ours turns huma's own errors into ours, before they are written.
func ours(_ huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &Problem{Status: model.Status, Code: codeOf(model.Status), Detail: model.Detail}
	for _, e := range model.Errors {
		p.Errors = append(p.Errors, fault(e))
	}
	slices.SortFunc(p.Errors, func(a, b Fault) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Detail, b.Detail)) })
	if len(p.Errors) > 0 {
		p.Detail = strings.TrimPrefix(p.Errors[0].Path+": ", ": ") + p.Errors[0].Detail
		if p.Errors[0].Detail == unknownField {
			p.Code = "unknown_field"
		}
	}
	return p, nil
}

func codeOf(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "malformed"
	case http.StatusUnprocessableEntity:
		return "invalid_request"
	case http.StatusUnsupportedMediaType:
		return "unsupported_media_type"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusRequestTimeout:
		return "timeout"
	}
	return "internal"
}

const unknownField = "this is not a field of the request"

// fault is where and what. A field that is missing is named itself, not the object it is missing from.
func fault(e *huma.ErrorDetail) Fault {
	f := Fault{Path: strings.TrimPrefix(strings.TrimPrefix(e.Location, "body"), "."), Detail: e.Message}
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	if name, ok := strings.CutPrefix(e.Message, before); ok && strings.HasSuffix(name, after) {
		return Fault{Path: strings.TrimPrefix(f.Path+"."+strings.TrimSuffix(name, after), "."), Detail: "this field is required"}
	}
	if e.Message == validation.MsgUnexpectedProperty {
		f.Detail = unknownField
	}
	return f
}

// writeProblem writes a problem outside of huma.
func writeProblem(w http.ResponseWriter, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil { // a fact that is no JSON: the rest is still worth saying
		body = fmt.Appendf(nil, `{"code":%q,"status":%d}`, p.Code, p.Status)
	}
	h := w.Header()
	for name, values := range p.GetHeaders() {
		h[name] = values
	}
	h.Set("Content-Type", p.ContentType(""))
	h.Del("ETag")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
