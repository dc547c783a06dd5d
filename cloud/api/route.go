package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/klauspost/compress/gzhttp"
)

// route is one line of the public interface.
type route struct {
	huma.Operation
	who    access
	attach func(a *API, op huma.Operation)
}

// on is a route that takes an I and answers an O with a status. errs are the problems it can answer beside 422 and 500.
func on[I, O any](method, path, id, summary string, status int, who access,
	handle func(*API, context.Context, *I) (*O, error), errs ...int,
) route {
	return route{operation(method, path, id, summary, status, who, errs), who, func(a *API, op huma.Operation) {
		huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
			ctx, cancel := context.WithTimeout(ctx, a.settings.Timeout)
			defer cancel()
			ctx, act := a.begins(ctx, &op)
			out, err := handle(a, ctx, in)
			if err != nil {
				p := a.judge(ctx, op.OperationID, err)
				a.ends(ctx, act, p)
				return nil, p
			}
			a.ends(ctx, act, nil)
			return out, nil
		})
	}}
}

// rarely is a route that each client may use only so often in a minute, because it is dear.
func rarely(perMinute int, r route) route {
	r.Metadata["per_minute"] = perMinute
	return r
}

// guessed is a route that refuses each client only so often in a minute, because a stranger would use it to guess.
func guessed(perMinute int, r route) route {
	r.Metadata["guesses_per_minute"] = perMinute
	return r
}

// signed is a route for whoever signs what it sends with a secret that we share.
func signed(r route) route {
	r.Description = "For delivery companies: signed with the secret that the chain shares with each."
	return r
}

// pour writes a stream until it ends, or until ctx does: with the client or with the process. Without one there is nothing to say any more:
// 204 makes a browser stop asking.
type pour func(ctx context.Context, s *stream)

// follow is a route that answers an event stream, whose events are like each of those.
func follow[I any](path, id, summary string, who access, handle func(*API, context.Context, *I) (pour, error), events ...sample) route {
	op := operation(http.MethodGet, path, id, summary, http.StatusOK, who, []int{http.StatusNotFound})
	op.Metadata["stream"] = true
	return route{op, who, func(a *API, op huma.Operation) {
		op.Responses = map[string]*huma.Response{
			"200": {Description: "Server-sent events", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: eventSchema(a.huma, events)}}},
			"204": {Description: "Everything has been said: do not come back"},
		}
		huma.Register(a.huma, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
			leave, err := a.crowd.enter("client "+clientIn(ctx), a.settings.ClientStreams)
			if err != nil {
				return nil, a.judge(ctx, op.OperationID, err)
			}
			p, err := handle(a, ctx, in)
			if err != nil {
				leave()
				return nil, a.judge(ctx, op.OperationID, err)
			}
			return &huma.StreamResponse{Body: func(c huma.Context) {
				defer leave()
				r, w := humachi.Unwrap(c)
				a.pour(w, r, p)
			}}, nil
		})
	}}
}

func operation(method, path, id, summary string, status int, who access, errs []int) huma.Operation {
	op := huma.Operation{
		Method: method, Path: path, OperationID: id, Summary: summary, DefaultStatus: status, Tags: []string{tagOf(path)},
		Metadata: map[string]any{}, MaxBodyBytes: -1, Errors: slices.Clone(errs),
	}
	if who != anybody {
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	if method != http.MethodGet {
		op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	op.Errors = append(op.Errors, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	slices.Sort(op.Errors)
	op.Description = who.String()
	return op
}

// build puts the list together with what holds for every request.
func (a *API) build() (http.Handler, error) {
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.EnableZstd(true), gzhttp.ContentTypeFilter(compressible))
	if err != nil {
		return nil, err
	}
	mux := chi.NewMux()
	mux.Use(a.observes, secure, a.knowsHost)
	mux.Use(a.limits()...)
	mux.Use(sameOrigin, middleware.GetHead, named, a.identifies, a.readsBody)
	a.huma = huma.NewAPI(a.config(), adapter{a, mux, compress})
	for _, r := range a.routes() {
		op := r.Operation
		op.Metadata["access"] = r.who
		op.Description += notesOf(&op, r.who).String()
		r.attach(a, op)
	}
	for name, schema := range a.huma.OpenAPI().Components.Schemas.Map() {
		promise(schema, strings.HasSuffix(name, "Request"))
	}
	a.addPages(mux, compress)
	mux.NotFound(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, refuse(http.StatusNotFound, "no_such_path", "there is nothing at %s", r.URL.Path))
	})
	mux.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) { wrongMethod(mux, w, r) })
	return mux, nil
}

// promise writes what huma does not know: lists are never null, and answers may grow.
func promise(s *huma.Schema, request bool) {
	if !request && s.AdditionalProperties == false {
		s.AdditionalProperties = nil
	}
	for _, property := range s.Properties {
		if property.Type == huma.TypeArray {
			property.Nullable = false
		}
	}
}

func (a *API) config() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Awesome Pizza", Version: a.settings.Version, Description: about},
			Components: &huma.Components{
				Schemas:         schemas(),
				SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer"}},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{ours},
	}
}

// adapter puts huma's operations on our router, each behind who may use it.
type adapter struct {
	api      *API
	mux      *chi.Mux
	compress func(http.Handler) http.HandlerFunc
}

// Handle is for huma.
func (d adapter) Handle(op *huma.Operation, handle func(huma.Context)) {
	who, _ := op.Metadata["access"].(access)
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, err := d.api.names(r.Context(), who)
		if err != nil {
			writeProblem(w, d.api.judge(ctx, op.OperationID, err))
			return
		}
		if err := who.admits(ctx); err != nil {
			writeProblem(w, err)
			return
		}
		handle(humachi.NewContext(op, r.WithContext(ctx), w))
	})
	if op.Metadata["stream"] == nil {
		h = d.compress(h)
	}
	if often, ok := op.Metadata["guesses_per_minute"].(int); ok {
		h = guess(often).guard(h)
	}
	if often, ok := op.Metadata["per_minute"].(int); ok {
		h = limit(often)(h)
	}
	d.mux.Method(op.Method, op.Path, h)
}

// ServeHTTP is for huma.
func (d adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.mux.ServeHTTP(w, r) }

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// wrongMethod answers 405 with what the path does allow.
func wrongMethod(mux *chi.Mux, w http.ResponseWriter, r *http.Request) {
	for _, m := range methods {
		asked := m
		if m == http.MethodHead {
			asked = http.MethodGet
		}
		if mux.Match(chi.NewRouteContext(), asked, r.URL.Path) {
			w.Header().Add("Allow", m)
		}
	}
	writeProblem(w, refuse(http.StatusMethodNotAllowed, "method_not_allowed", "%s does not take %s", r.URL.Path, r.Method))
}

// etag is a version as HTTP writes it.
func etag(version int) string { return strconv.Quote(strconv.Itoa(version)) }
