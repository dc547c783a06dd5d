package watch

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOnlyThisMachineSeesWhereTimeAndMemoryGo(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]int{
		"127.0.0.1:4711": http.StatusOK, "[::1]:4711": http.StatusOK, "[::ffff:127.0.0.1]:4711": http.StatusOK,
		"192.168.1.20:4711": http.StatusForbidden, "[2001:db8::1]:4711": http.StatusForbidden, "@": http.StatusForbidden,
	} {
		r := httptest.NewRequest(http.MethodGet, "/debug/pprof/goroutine?debug=1", nil)
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		fromHere(profiles()).ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("a caller from %s gets %d, want %d", from, w.Code, want)
		}
		if shown := strings.Contains(w.Body.String(), "goroutine profile"); shown != (want == http.StatusOK) {
			t.Errorf("a caller from %s reads %.60q", from, w.Body.String())
		}
	}
}
