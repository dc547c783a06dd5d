package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// stuck is how long a client may take to receive one event before it is dropped. It comes back and resumes.
const stuck = 10 * time.Second

// stream writes one event stream.
type stream struct {
	out     http.ResponseWriter
	control *http.ResponseController
	buf     bytes.Buffer
	err     error
}

// pour answers a request with a stream.
func (a *API) pour(w http.ResponseWriter, r *http.Request, p pour) {
	if p == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer a.streams.with(cancel)()
	s := &stream{out: w, control: http.NewResponseController(w)}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	if s.control.SetReadDeadline(time.Time{}) != nil { // the request is read; the stream has no end
		return
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead || !s.flush() {
		return
	}
	p(ctx, s)
}

// add puts an event into the buffer. id "" leaves the client's last id as it is.
func (s *stream) add(id, name string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		s.err = err
		return
	}
	if id != "" {
		fmt.Fprintf(&s.buf, "id: %s\n", id)
	}
	fmt.Fprintf(&s.buf, "event: %s\ndata: %s\n\n", name, raw)
}

// beat is a comment that says that the line is alive.
func (s *stream) beat() bool {
	s.buf.WriteString(": beat\n\n")
	return s.flush()
}

// flush sends what was added, and reports whether the client is still there.
func (s *stream) flush() bool {
	if s.err == nil {
		s.err = s.control.SetWriteDeadline(time.Now().Add(stuck))
	}
	if s.err == nil {
		_, s.err = s.out.Write(s.buf.Bytes())
		s.buf.Reset()
	}
	if s.err == nil {
		s.err = s.control.Flush()
	}
	return s.err == nil
}

// seen is the number in Last-Event-ID; resumes is false when there is none of ours.
func seen(lastEventID string) (n int, resumes bool) {
	n, err := strconv.Atoi(lastEventID)
	return n, err == nil && n >= 0
}

// sample is a kind of event in a stream: its name and what its data looks like.
type sample struct {
	name string
	data any
}

// eventSchema describes a stream in the document: each event as an object.
func eventSchema(api huma.API, events []sample) *huma.Schema {
	items := &huma.Schema{}
	for _, e := range events {
		items.OneOf = append(items.OneOf, &huma.Schema{
			Type: huma.TypeObject, Title: "event " + e.name, Required: []string{"event", "data"},
			Properties: map[string]*huma.Schema{
				"id":    {Type: huma.TypeString},
				"event": {Type: huma.TypeString, Const: e.name},
				"data":  api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(e.data), true, ""),
			},
		})
	}
	return &huma.Schema{Type: huma.TypeArray, Items: items}
}
