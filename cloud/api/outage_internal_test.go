package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"testing"
)

type sqlError string

func (e sqlError) Error() string    { return "FATAL: " + string(e) }
func (e sqlError) SQLState() string { return string(e) }

type unsent struct{}

func (unsent) Error() string     { return "conn closed" }
func (unsent) SafeToRetry() bool { return true }

// A database that is killed and back before anybody looks was away all the same: its guests are told to try again.
func TestALineThatBrokeIsAnOutageEvenIfItIsBack(t *testing.T) {
	t.Parallel()
	a := &API{settings: Settings{Log: slog.New(slog.DiscardHandler)}, Deps: Deps{Checks: []Check{{Name: "database", Ping: func(context.Context) error { return nil }}}}}
	for name, c := range map[string]struct {
		err    error
		status int
	}{
		"killed":             {sqlError("57P01"), http.StatusServiceUnavailable},
		"starting up":        {sqlError("57P03"), http.StatusServiceUnavailable},
		"lets nobody in":     {sqlError("55000"), http.StatusServiceUnavailable},
		"renamed":            {sqlError("3D000"), http.StatusServiceUnavailable},
		"too many":           {sqlError("53300"), http.StatusServiceUnavailable},
		"connection failure": {sqlError("08006"), http.StatusServiceUnavailable},
		"broken pipe":        {&net.OpError{Op: "write", Net: "unix", Err: syscall.EPIPE}, http.StatusServiceUnavailable},
		"cut off":            {io.ErrUnexpectedEOF, http.StatusServiceUnavailable},
		"never sent":         {unsent{}, http.StatusServiceUnavailable},
		"a mistake in SQL":   {sqlError("42601"), http.StatusInternalServerError},
		"too long":           {sqlError("57014"), http.StatusInternalServerError},
		"anything else":      {errors.New("it is Friday"), http.StatusInternalServerError},
	} {
		p := a.judge(t.Context(), "place", fmt.Errorf("place an order: %w", c.err))
		if p.Status != c.status {
			t.Errorf("%s: %d %s", name, p.Status, p.Detail)
		}
	}
}
