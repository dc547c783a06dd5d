package uplink_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

// shows is a cloud with a certificate, which enrols everybody.
func shows(t *testing.T, as *tls.Config) (url string) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]string{"restaurant": "r1", "jwt": "token"})
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.TLS = as
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// says is a cloud without one, which answers always the same.
func says(t *testing.T, status int, body string) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestWhatTryingAgainCannotMendIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	chain, other := newAuthority(t), newAuthority(t)
	code := "CODE." + chain.print()
	borrowed := other.server(t, "127.0.0.1")
	borrowed.Certificates[0].Certificate[1] = chain.cert.Raw
	for name, c := range map[string]struct {
		cloud, code string
		says        string
		exit        int
	}{
		"no URL":                             {"pizza.example", code, "write it like https://", 2},
		"a URL without a host":               {"https:///pizza", code, "write it like https://", 2},
		"another scheme":                     {"ftp://pizza.example", code, "write it like https://", 2},
		"half a fingerprint":                 {"https://pizza.example", code[:10], "copy the whole code", 2},
		"another authority":                  {shows(t, other.server(t, "127.0.0.1")), code, "compare code and address", 1},
		"another one that shows ours":        {shows(t, borrowed), code, "compare code and address", 1},
		"the chain under another name":       {shows(t, chain.server(t, "pizza.example")), code, "for pizza.example, not for 127.0.0.1; write --cloud with one", 1},
		"a page that is not there":           {says(t, http.StatusNotFound, "nothing here"), "CODE", "compare the address", 1},
		"a page for people":                  {says(t, http.StatusOK, "<!doctype html>"), "CODE", "compare the address", 1},
		"an answer without end":              {says(t, http.StatusOK, `{"menu":"`+strings.Repeat("pizza ", 6<<20)), "CODE", "compare the address", 1},
		"another program's answer":           {says(t, http.StatusOK, `{"status":"ok"}`), "CODE", "compare the address", 1},
		"a refusal, in words":                {says(t, http.StatusForbidden, `{"code":"bad_code","detail":"ask for a new one"}`), "CODE", "ask for a new one", 1},
		"a machine that is called otherwise": {says(t, http.StatusMisdirectedRequest, `{"code":"wrong_host","detail":"only 127.0.0.1"}`), "CODE", "only 127.0.0.1", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, enough := context.WithCancel(t.Context())
			defer enough()
			_, err := uplink.Enrol(ctx, t.TempDir(), c.cloud, c.code, either, func(err error) {
				t.Errorf("it is tried again after %v", err)
				enough()
			})
			if err == nil || !strings.Contains(err.Error(), c.says) || settings.Exit(err) != c.exit {
				t.Errorf("exit %d: %v", settings.Exit(err), err)
			}
		})
	}
}

func TestWhatMayMendItselfIsAskedAgainAndSaidInWords(t *testing.T) {
	t.Parallel()
	chain := newAuthority(t)
	code := "CODE." + chain.print()
	gone := says(t, http.StatusOK, "")
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	long := func() []time.Time { return []time.Time{time.Now().AddDate(10, 0, 0)} }
	for name, c := range map[string]struct {
		cloud, code string
		now         func() []time.Time
		says        string
	}{
		"nothing listens":         {dead.URL, "CODE", either, "nothing listens there"},
		"a proxy without a cloud": {says(t, http.StatusBadGateway, ""), "CODE", either, "it answers 502 (Bad Gateway)"},
		"a cloud that starts":     {says(t, http.StatusServiceUnavailable, `{"code":"unavailable","detail":"the hub cannot be reached"}`), "CODE", either, "it answers 503 (the hub cannot be reached)"},
		"too many who ask":        {says(t, http.StatusTooManyRequests, `{"code":"too_many_requests"}`), "CODE", either, "asked too often"},
		"no TLS on that port":     {"https" + strings.TrimPrefix(gone, "http"), code, either, "is this the port of https?"},
		"a clock that is off":     {shows(t, chain.server(t, "127.0.0.1")), code, long, "compare that with this machine's clock"},
		"no fingerprint":          {shows(t, chain.server(t, "127.0.0.1")), "CODE", either, "copy the code with what follows its dot"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, enough := context.WithCancel(t.Context())
			defer enough()
			var whys []string
			_, err := uplink.Enrol(ctx, t.TempDir(), c.cloud, c.code, c.now, func(why error) {
				if whys = append(whys, uplink.Why(why)); len(whys) == 2 {
					enough()
				}
			})
			if !errors.Is(err, context.Canceled) || len(whys) != 2 || !strings.Contains(whys[1], c.says) {
				t.Errorf("%v, said %q", err, whys)
			}
		})
	}
}

func TestATechnicianIsToldWhatToLookAt(t *testing.T) {
	t.Parallel()
	for says, err := range map[string]error{
		"nobody knows the name pizza.example":        &net.DNSError{Err: "no such host", Name: "pizza.example", IsNotFound: true},
		"the name pizza.example cannot be looked up": &net.DNSError{Err: "i/o timeout", Name: "pizza.example", IsTimeout: true},
		"it does not answer":                         &url.Error{Op: "Post", URL: "https://pizza.example", Err: context.DeadlineExceeded},
		"the call is cut off":                        fmt.Errorf("read the cloud's answer: %w", io.ErrUnexpectedEOF),
		"what nobody has met has words of its own":   errors.New("what nobody has met has words of its own"),
	} {
		if got := uplink.Why(fmt.Errorf("ask for enrolment: %w", err)); !strings.Contains(got, says) {
			t.Errorf("%v: %s", err, got)
		}
	}
}
