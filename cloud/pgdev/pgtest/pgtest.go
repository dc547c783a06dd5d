// Package pgtest gives every test a Postgres database of its own, with the schema in place, in a few hundredths of a second.
//
// All test processes of one account on a machine share one volatile server, at a well-known folder under the temporary one: the first
// to need it starts it, the last to leave ends it. A schema is migrated once into a template database per migration hash, and every
// test gets a clone, dropped at its end. A package that uses it says so in its TestMain:
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }
//
// What is not in here: the schema, fixtures, connection pools. A process that dies without leaving (a panic, a kill) does not end the
// server; the last of the next run does, and its clones are dropped when the server next starts.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/cloud/pgdev"
)

const limit = 2 * time.Minute // of every call: a busy machine migrates slowly

// process is this test process's hold on the shared server. It is a global because `go test` has no other place that lives as long as
// a package's tests: Main lets go of it.
var process hold

type hold struct {
	mu     sync.Mutex
	inMain bool
	server *pgdev.Server
	name   string // starts the names of this process's clones
	clones atomic.Int64
}

// Runner runs a package's tests: a *testing.M, or what Main makes of it.
type Runner interface{ Run() int }

// Main wraps m so that the process leaves the shared server after its last test. It does not exit.
func Main(m Runner) Runner { return leaving{m} }

type leaving struct{ Runner }

// Run runs the tests, leaves the server and returns the exit code.
func (l leaving) Run() int {
	process.enter()
	code := l.Runner.Run()
	if err := process.leave(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return max(code, 1)
	}
	return code
}

// New returns the URL of a database of the test's own. Its schema is made by migrate, which runs once for each hash while the server's
// data lasts, over all processes; so the hash must change with whatever migrate does. migrate must close its connections. The database
// is dropped at the test's end, under connections that are still open.
func New(t testing.TB, migrate func(ctx context.Context, url string) error, hash string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	s, err := process.join(ctx)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	template, err := ensureTemplate(ctx, s, hash, migrate)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name := fmt.Sprintf("%s_%d", process.name, process.clones.Add(1))
	if err := clone(ctx, s, name, template); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), limit)
		defer cancel()
		if err := drop(ctx, s, name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s.URLOf(name)
}

func (h *hold) enter() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inMain = true
}

// join starts or joins the shared server at the first call.
func (h *hold) join(ctx context.Context) (*pgdev.Server, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.server != nil {
		return h.server, nil
	}
	if !h.inMain {
		return nil, errors.New("TestMain must run the tests by pgtest.Main(m), or nobody would end the server")
	}
	programs, err := pgdev.Search{}.Find(ctx, "", 0)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("awesome-pizza-pgtest-%d-%d", os.Geteuid(), programs.Major))
	if err := claim(dir); err != nil {
		return nil, err
	}
	s, err := pgdev.Start(ctx, pgdev.Config{
		Dir: dir, Bin: programs.Dir, Volatile: true, MaxConnections: 200, Database: "postgres", Prepare: sweep,
	})
	if err != nil {
		return nil, err
	}
	h.server, h.name = s, clonePrefix+strings.ToLower(rand.Text()[:10])
	return s, nil
}

func (h *hold) leave() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inMain = false
	s := h.server
	if s == nil {
		return nil
	}
	h.server = nil
	return s.Stop()
}
