package settings_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"awesome.pizza/shared/settings"
)

func TestOnlyThisMachineIsHere(t *testing.T) {
	t.Parallel()
	for host, here := range map[string]bool{
		"127.0.0.1": true, "127.0.0.1:5000": true, "127.9.9.9:1": true, "[::1]:5000": true, "[::1]": true, "localhost": true, "LocalHost:5000": true, "hq.localhost:5000": true,
		"": false, ":5000": false, "0.0.0.0:5000": false, "[::]:5000": false, "192.168.1.7:5000": false, "evil.example": false, "evil.example:5000": false,
		"127.0.0.1.evil.example": false, "localhost.evil.example:5000": false, "notlocalhost": false, "2130706433": false,
	} {
		if got := settings.AskedHere(&http.Request{Host: host}); got != here {
			t.Errorf("%q is here: %v", host, got)
		}
	}
	if settings.Loopback("") || settings.Loopback("0.0.0.0") || !settings.Loopback("::1") || !settings.Loopback("::ffff:127.0.0.1") {
		t.Error("an address of every network passes for one of this machine, or the other way round")
	}
}

func TestAHealthCheckAsksWhetherTheProgramIsReady(t *testing.T) {
	t.Parallel()
	var status atomic.Int32
	status.Store(http.StatusOK)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("it asks for %s", r.URL.Path)
		}
		w.WriteHeader(int(status.Load()))
	}))
	check := func(listen string) error {
		cmd := settings.HealthCommand("PLAY", "the node", ":8080")
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs([]string{"--listen", listen})
		return cmd.ExecuteContext(t.Context())
	}
	addr := s.Listener.Addr().String()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	for _, listen := range []string{addr, ":" + port, "0.0.0.0:" + port, "[::]:" + port} { // who listens everywhere is asked on loopback
		if err := check(listen); err != nil {
			t.Errorf("%s: %v", listen, err)
		}
	}
	status.Store(http.StatusServiceUnavailable)
	if err := check(addr); err == nil || !strings.Contains(err.Error(), "the node is not ready: 503") {
		t.Errorf("not ready: %v", err)
	}
	s.Close()
	if err := check(addr); err == nil || !strings.Contains(err.Error(), "the node does not answer") || settings.Exit(err) != 1 {
		t.Errorf("gone: %v", err)
	}
	for _, listen := range []string{"", "8080", "127.0.0.1:80 80"} {
		if err := check(listen); !errors.Is(err, settings.ErrUsage) {
			t.Errorf("%q: %v", listen, err)
		}
	}
}
