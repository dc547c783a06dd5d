package uplink_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

func TestACodeWithAFingerprintIsNotSaidInTheClear(t *testing.T) {
	t.Parallel()
	chain := newAuthority(t)
	code := "CODE." + chain.print()
	for _, cloud := range []string{"http://pizza.example", "HTTP://pizza.example:5000/", "http://192.0.2.1:5000", "http://127.0.0.1.pizza.example", "http://[2001:db8::1]"} {
		dir := t.TempDir()
		ctx, enough := context.WithCancel(t.Context())
		_, err := uplink.Enrol(ctx, dir, cloud, code, either, func(error) { enough() })
		enough()
		if settings.Exit(err) != 2 || !strings.Contains(err.Error(), "write --cloud https://") || strings.Contains(err.Error(), ":5000") {
			t.Errorf("%s: %v", cloud, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s: a key is made for nobody: %v, %v", cloud, left, err)
		}
	}
	for cloud, open := range map[string]bool{"http://pizza.example": true, "https://pizza.example": false, "http://127.0.0.1:5000": false, "http://localhost:5000": false, "pizza.example": false} {
		if uplink.InTheClear(cloud) != open {
			t.Errorf("%s can be read on the way: %v", cloud, !open)
		}
	}
}

// sends is a server that sends on; as is its certificate, nil for none.
func sends(t *testing.T, as *tls.Config, status int, to string) (url string) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		http.Redirect(w, r, to+r.URL.Path, status)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if s.TLS = as; as != nil {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s.URL
}

func TestACodeIsNotSentOnToWhomNobodyNamed(t *testing.T) {
	t.Parallel()
	chain := newAuthority(t)
	here := chain.server(t, "127.0.0.1")
	var heard atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		heard.Add(1)
		reply(w, http.StatusOK, map[string]string{"restaurant": "r1", "jwt": "a thief's"})
	}))
	t.Cleanup(thief.Close)
	elsewhere := strings.Replace(thief.URL, "127.0.0.1", "localhost", 1)
	code := "CODE." + chain.print()
	for name, c := range map[string]struct{ cloud, code, says string }{
		"out of TLS":                {sends(t, here, http.StatusTemporaryRedirect, thief.URL), code, thief.URL},
		"to another host":           {sends(t, nil, http.StatusPermanentRedirect, elsewhere), "CODE", elsewhere},
		"to another host, over TLS": {sends(t, here, http.StatusPermanentRedirect, "https://pizza.example"), code, "https://pizza.example"},
		"without what was asked":    {sends(t, nil, http.StatusMovedPermanently, thief.URL), "CODE", thief.URL},
		"in a circle":               {circle(t), "CODE", "http://127.0.0.1"},
	} {
		ctx, enough := context.WithCancel(t.Context())
		_, err := uplink.Enrol(ctx, t.TempDir(), c.cloud, c.code, either, func(error) { enough() })
		enough()
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "if that is the right one") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if heard.Load() != 0 {
		t.Errorf("somebody else has heard the code, %d times", heard.Load())
	}
}

// circle is a server that sends on to itself.
func circle(t *testing.T) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestACodeIsSentOnWithinItsCloud(t *testing.T) {
	t.Parallel()
	chain := newAuthority(t)
	here := chain.server(t, "127.0.0.1")
	at := shows(t, here)
	for name, from := range map[string]string{
		"to another port":     sends(t, here, http.StatusTemporaryRedirect, at),
		"into TLS, from here": sends(t, nil, http.StatusPermanentRedirect, at),
	} {
		if e, err := uplink.Enrol(t.Context(), t.TempDir(), from, "CODE."+chain.print(), either, nobody); err != nil || e.CA != chain.PEM() {
			t.Errorf("%s: %v", name, err)
		}
	}
}
