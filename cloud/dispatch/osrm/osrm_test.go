package osrm_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/dispatch/osrm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var a, b = dispatch.Point{Lat: 40.740, Lon: -73.990}, dispatch.Point{Lat: 40.760, Lon: -73.980}

// roads is a server inside a bubble.
type roads struct {
	asked  atomic.Int64
	answer func(*http.Request, http.ResponseWriter)
}

func (r *roads) RoundTrip(q *http.Request) (*http.Response, error) {
	r.asked.Add(1)
	w := httptest.NewRecorder()
	r.answer(q, w)
	return w.Result(), q.Context().Err()
}

func table(t *testing.T, r *roads) *osrm.Table {
	t.Helper()
	tab := osrm.New("http://roads/", dispatch.Crow{}, &http.Client{Transport: r}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() { _ = tab.Run(ctx) })
	t.Cleanup(func() { cancel(); wait.Wait() })
	return tab
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestRoadsAreKnownFromTheSecondPlanOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var path string
		r := &roads{answer: func(q *http.Request, w http.ResponseWriter) {
			path = q.URL.Path + "?" + q.URL.RawQuery
			n := strings.Count(q.URL.Query().Get("sources"), ";") + 1
			m := strings.Count(q.URL.Query().Get("destinations"), ";") + 1
			row := "[" + strings.TrimSuffix(strings.Repeat("600,", m), ",") + "]"
			_, _ = fmt.Fprintf(w, `{"code":"Ok","durations":[%s]}`, strings.TrimSuffix(strings.Repeat(row+",", n), ","))
		}}
		tab := table(t, r)
		plan := tab.At(time.Now())
		crow := dispatch.Crow{}.Time(a, b, 25)
		if got := plan.Time(a, b, 25); got != crow {
			t.Errorf("at first it is %v, and the crow takes %v", got, crow)
		}
		pass(time.Second)
		if got := plan.Time(a, b, 25); got != crow {
			t.Errorf("in the same plan it becomes %v", got)
		}
		if want := "/table/v1/driving/-73.990,40.740;-73.980,40.760?annotations=duration&sources=0&destinations=1"; path != want {
			t.Errorf("asked for %s, want %s", path, want)
		}
		next := tab.At(time.Now())
		if car, walk := next.Time(a, b, 25), next.Time(a, b, 5); car != 10*time.Minute || walk != 50*time.Minute {
			t.Errorf("by car %v, on foot %v", car, walk)
		}
		if back := next.Time(b, a, 25); back != (dispatch.Crow{}).Time(b, a, 25) {
			t.Errorf("the way back is another way, and unknown: %v", back)
		}
	})
}

func TestAServerThatFailsIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*http.Request, http.ResponseWriter){
		"says no":       func(_ *http.Request, w http.ResponseWriter) { w.WriteHeader(500); _, _ = w.Write([]byte(`{}`)) },
		"says nonsense": func(_ *http.Request, w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) },
		"another shape": func(_ *http.Request, w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"code":"Ok","durations":[[1,2],[3]]}`))
		},
		"never answers": func(q *http.Request, _ http.ResponseWriter) { <-q.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &roads{answer: answer}
				tab := table(t, r)
				for range 50 {
					if got, want := tab.Time(a, b, 25), (dispatch.Crow{}).Time(a, b, 25); got != want {
						t.Fatalf("%v, want the crow's %v", got, want)
					}
					pass(time.Second)
				}
				if n := r.asked.Load(); n < 3 || n > 6 {
					t.Errorf("asked %d times in 50 s", n)
				}
			})
		})
	}
}

func TestWhereThereIsNoRoadTheCrowFlies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &roads{answer: func(_ *http.Request, w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"code":"Ok","durations":[[null]]}`))
		}}
		tab := table(t, r)
		for range 20 {
			if got, want := tab.Time(a, b, 25), (dispatch.Crow{}).Time(a, b, 25); got != want {
				t.Fatalf("%v, want %v", got, want)
			}
			pass(time.Second)
		}
		if n := r.asked.Load(); n != 1 {
			t.Errorf("asked %d times for what is known not to be", n)
		}
	})
}
