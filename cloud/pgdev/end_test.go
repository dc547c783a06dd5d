package pgdev_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/cloud/pgdev"
)

func TestTheServerOfAKilledProcessIsEndedUnlessSomebodyHoldsIt(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	end := func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := pgdev.End(ctx, dir); err != nil {
			t.Error(err)
		}
	}
	end() // where nothing was ever started
	cmd, _, _ := helper(t, dir)
	end()
	if !running(t, dir) {
		t.Fatal("ended under its user")
	}
	kill(t, cmd)
	if !running(t, dir) {
		t.Fatal("the server is its user's child")
	}
	end()
	if running(t, dir) {
		t.Error("a server was left behind")
	}
	end()
	if running(t, dir) {
		t.Error("ending started it")
	}
	s := start(t, pgdev.Config{Dir: dir})
	if name := ask[string](t, s.URL(), `SELECT name FROM pizza`); name != "Margherita" {
		t.Errorf("it remembers %q", name)
	}
	stop(t, s)
	if left, err := filepath.Glob(filepath.Join(dir, "data", "postmaster.pid")); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}
