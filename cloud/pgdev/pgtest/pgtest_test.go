package pgtest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"awesome.pizza/cloud/pgdev/pgtest"
)

// role makes the test binary another package's tests, in a process of its own.
const role = "PGTEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "no main":
		goleak.VerifyTestMain(m)
	case "failing":
		goleak.VerifyTestMain(pgtest.Main(failing{m}))
	default:
		goleak.VerifyTestMain(pgtest.Main(m))
	}
}

type failing struct{ pgtest.Runner }

func (f failing) Run() int { f.Runner.Run(); return 3 }

func menu(ctx context.Context, url string) error {
	return do(ctx, url, `CREATE TABLE pizza (name text PRIMARY KEY)`, `INSERT INTO pizza VALUES ('Marinara')`)
}

func do(ctx context.Context, url string, statements ...string) (err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(context.WithoutCancel(ctx))) }()
	for _, s := range statements {
		if _, err := c.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func names(t *testing.T, url string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	var all string
	if err := c.QueryRow(t.Context(), `SELECT string_agg(name, ' ' ORDER BY name) FROM pizza`).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// once is a hash that no earlier run has left a template of.
func once(t *testing.T) string {
	t.Helper()
	return fmt.Sprintf("%s of %s", t.Name(), rand.Text())
}

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	a, b := pgtest.New(t, menu, "menu"), pgtest.New(t, menu, "menu")
	if err := do(t.Context(), a, `INSERT INTO pizza VALUES ('Diavola')`); err != nil {
		t.Fatal(err)
	}
	if got := names(t, a); got != "Diavola Marinara" {
		t.Errorf("the first has %q", got)
	}
	if got := names(t, b); got != "Marinara" {
		t.Errorf("the second has %q", got)
	}
}

func TestASchemaIsMigratedOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	var runs atomic.Int32
	var seen sync.Map
	hash := once(t)
	t.Cleanup(func() { // when the parallel ones below are through
		if runs.Load() != 1 {
			t.Errorf("migrated %d times", runs.Load())
		}
	})
	for i := range 6 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			url := pgtest.New(t, func(ctx context.Context, url string) error { runs.Add(1); return menu(ctx, url) }, hash)
			if _, twice := seen.LoadOrStore(url, true); twice || names(t, url) != "Marinara" {
				t.Errorf("%s is not a clone of its own", url)
			}
		})
	}
	var other string
	pgtest.New(t, func(_ context.Context, url string) error { other = url; return nil }, hash+" changed")
	if other == "" {
		t.Error("another hash was not migrated anew")
	}
}

func TestADatabaseIsDroppedAtItsTestsEndThoughConnectionsAreOpen(t *testing.T) {
	t.Parallel()
	forever := context.WithoutCancel(t.Context())
	var url string
	var open *pgx.Conn
	t.Cleanup(func() { // cleanups run last in, first out: the database's own has run by now
		if open == nil {
			return
		}
		if err := open.Ping(forever); err == nil {
			t.Error("the connection outlives the database")
		}
		_ = open.Close(forever) // the server has closed it
		if err := do(forever, url, `SELECT 1`); err == nil || !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("the database is still there: %v", err)
		}
	})
	url = pgtest.New(t, menu, "menu")
	var err error
	if open, err = pgx.Connect(forever, url); err != nil {
		t.Fatal(err)
	}
}

// errSour is how a migration fails below.
var errSour = errors.New("the dough is sour")

// fatal is a test's t that New may end without ending the test.
type fatal struct {
	testing.TB
	said string
}

func (f *fatal) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(f)
}

func TestAMigrationThatFailsIsToldAndTriedAgain(t *testing.T) {
	t.Parallel()
	hash, ft := once(t), &fatal{TB: t}
	func() {
		defer func() {
			if r := recover(); r != ft {
				t.Errorf("ended by %v", r)
			}
		}()
		pgtest.New(ft, func(ctx context.Context, url string) error { return errors.Join(menu(ctx, url), errSour) }, hash)
	}()
	if !strings.Contains(ft.said, errSour.Error()) {
		t.Errorf("New says %q", ft.said)
	}
	if got := names(t, pgtest.New(t, menu, hash)); got != "Marinara" {
		t.Errorf("the next migration ends with %q", got)
	}
}

// TestAsAPackage is what the processes below run; among this package's own tests it is one more clone.
func TestAsAPackage(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t, func(ctx context.Context, url string) error {
		fmt.Fprintln(os.Stdout, "migrated here")
		return menu(ctx, url)
	}, "packages")
	if got := names(t, url); got != "Marinara" {
		t.Errorf("found %q", got)
	}
}

func TestPackagesAtOnceShareAServerThatEndsWithTheLast(t *testing.T) {
	t.Parallel()
	temp := tempRoot(t)
	outs, errs := make([]string, 3), make([]error, 3)
	for round := range 2 {
		var all sync.WaitGroup
		for i := range outs {
			all.Go(func() { outs[i], errs[i] = asPackage(t, temp, "") })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err, outs)
		}
		if got := strings.Count(strings.Join(outs, ""), "migrated here"); got != 1-round {
			t.Errorf("round %d migrated %d times: a template should last", round, got)
		}
		checkEnded(t, temp)
	}
}

func TestAFailingPackageKeepsItsExitCodeAndEndsTheServer(t *testing.T) {
	t.Parallel()
	temp := tempRoot(t)
	out, err := asPackage(t, temp, "failing")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("ended with %v: %s", err, out)
	}
	checkEnded(t, temp)
}

func TestAPackageWithoutMainIsToldSo(t *testing.T) {
	t.Parallel()
	out, err := asPackage(t, tempRoot(t), "no main")
	if err == nil || !strings.Contains(out, "pgtest.Main(m)") {
		t.Errorf("ended with %v: %s", err, out)
	}
}

// asPackage runs TestAsAPackage in a process of its own, with a server of its own under temp.
func asPackage(t *testing.T, temp, as string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAsAPackage$", "-test.count", "1")
	cmd.Env = append(os.Environ(), role+"="+as, "TMPDIR="+temp)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// tempRoot is a temporary folder that an unprivileged account can reach.
func tempRoot(t *testing.T) string {
	t.Helper()
	temp := t.TempDir()
	if err := os.Chmod(filepath.Dir(temp), 0o711); err != nil {
		t.Fatal(err)
	}
	return temp
}

// checkEnded looks for the pid file that a server removes at its end.
func checkEnded(t *testing.T, temp string) {
	t.Helper()
	made, err := filepath.Glob(filepath.Join(temp, "*", "data", "PG_VERSION"))
	if err != nil || len(made) != 1 {
		t.Errorf("%d servers were made (%v)", len(made), err)
	}
	left, err := filepath.Glob(filepath.Join(temp, "*", "data", "postmaster.pid"))
	if err != nil || len(left) != 0 {
		t.Errorf("still running: %v (%v)", left, err)
	}
}
