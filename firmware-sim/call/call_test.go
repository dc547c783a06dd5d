package call_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/firmware-sim/call"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve answers with handle and gives a client for it.
func serve(t *testing.T, handle http.HandlerFunc) *call.Client {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return &call.Client{Base: s.URL + "/", Bearer: "secret", HTTP: s.Client()}
}

func TestACallCarriesWhatItShould(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		got := fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("Idempotency-Key"), " ", r.Header.Get("If-Match"), " ", r.Header.Get("Authorization"), " ", r.Header.Get("Content-Type"), " ", string(body), err)
		if want := `POST /api/x k1 "7" Bearer secret application/json {"a":1}<nil>`; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"7","new":true}`)
	})
	var out struct{ ID string }
	err := c.Do(t.Context(), call.Request{Method: http.MethodPost, Path: "/api/x", Key: "k1", IfMatch: `"7"`, Body: map[string]int{"a": 1}}, &out)
	if err != nil || out.ID != "7" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestARefusalSaysWhy(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, `{"code":"illegal_step","title":"t","status":409,"detail":"order is Baking","current":"Baking","allowed":["QualityCheck"]}`)
	})
	err := c.Do(t.Context(), call.Request{Method: http.MethodGet, Path: "/"}, nil)
	r := call.Refused(err)
	if r == nil || r.HTTP != 409 || r.Code != "illegal_step" || r.Current != "Baking" || len(r.Allowed) != 1 || r.After != 3*time.Second || call.Away(err) {
		t.Errorf("%+v (%v)", r, err)
	}
}

func TestWhatIsTemporaryIsToldFromWhatIsNot(t *testing.T) {
	t.Parallel()
	for code, away := range map[int]bool{400: false, 404: false, 408: true, 409: false, 422: false, 429: true, 500: true, 503: true} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", code) })
		if err := c.Do(t.Context(), call.Request{Method: http.MethodGet, Path: "/"}, nil); call.Away(err) != away || call.Refused(err) == nil {
			t.Errorf("%d: %v is away: %v", code, err, call.Away(err))
		}
	}
	nobody := &call.Client{Base: "http://127.0.0.1:1"}
	if err := nobody.Do(t.Context(), call.Request{Method: http.MethodGet, Path: "/"}, nil); !call.Away(err) || call.Refused(err) != nil {
		t.Errorf("nobody there: %v", err)
	}
	if call.Away(nil) {
		t.Error("success is away")
	}
}

func TestAStreamIsTakenApart(t *testing.T) {
	t.Parallel()
	var got []string
	err := call.Read(strings.NewReader(": hello\n\nid: 7\nevent: order\ndata: {\"a\":\ndata: 1}\n\ndata:x\n\nevent: nothing\n\nid: 9\ndata: y\n"), "", func() {}, func(e call.Event) error {
		got = append(got, fmt.Sprintf("%s/%s/%s", e.ID, e.Name, e.Data))
		return nil
	})
	if want := "7/order/{\"a\":\n1}|7/message/x"; !errors.Is(err, io.EOF) || strings.Join(got, "|") != want {
		t.Errorf("%q, %v", strings.Join(got, "|"), err)
	}
}

func TestFollowingResumesAndStopsWhenTold(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		_, _ = fmt.Fprintf(w, "id: 8\ndata: after %s\n\n", r.Header.Get("Last-Event-ID"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	err := c.Follow(t.Context(), "/stream", "7", func(e call.Event) error {
		if string(e.Data) != "after 7" || e.ID != "8" {
			t.Errorf("heard %+v", e)
		}
		return enough
	})
	if !errors.Is(err, enough) {
		t.Error(err)
	}
}

func TestAnEventWithoutAnIDHasTheLastOneOfTheConnectionBefore(t *testing.T) {
	t.Parallel()
	var got []string
	err := call.Read(strings.NewReader("data: x\n\nid: 9\ndata: y\n\nid\ndata: z\n\n"), "8", func() {}, func(e call.Event) error {
		got = append(got, e.ID+"/"+string(e.Data))
		return nil
	})
	if want := "8/x|9/y|/z"; !errors.Is(err, io.EOF) || strings.Join(got, "|") != want {
		t.Errorf("%q, %v, want %q", strings.Join(got, "|"), err, want)
	}
}

func TestAServerThatHasSaidEverythingIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	if err := c.Follow(t.Context(), "/", "9", func(call.Event) error { return nil }); !errors.Is(err, call.ErrOver) {
		t.Error(err)
	}
}

func TestAPageIsNoStream(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
	if err := c.Follow(t.Context(), "/", "", func(call.Event) error { return nil }); err == nil || !strings.Contains(err.Error(), "not with a stream") {
		t.Error(err)
	}
}

// muteServer accepts, begins a stream, and never says a word.
type muteServer struct{}

func (muteServer) RoundTrip(r *http.Request) (*http.Response, error) {
	read, write := io.Pipe()
	stop := context.AfterFunc(r.Context(), func() { _ = write.CloseWithError(r.Context().Err()) })
	_ = stop
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: read}, nil
}

func TestASilentStreamIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, began := &call.Client{Base: "http://edge", HTTP: &http.Client{Transport: muteServer{}}}, time.Now()
		err := c.Follow(t.Context(), "/stream", "", func(call.Event) error { return nil })
		if waited := time.Since(began); !errors.Is(err, call.ErrSilent) || waited != 40*time.Second {
			t.Errorf("%v after %v", err, waited)
		}
	})
}
