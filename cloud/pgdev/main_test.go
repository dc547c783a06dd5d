package pgdev_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"awesome.pizza/cloud/pgdev"
)

// helperDir makes the test binary a user of the Postgres in that folder, to be killed by a test.
const helperDir = "PGDEV_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		if err := help(dir); err != nil {
			panic(err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// help starts the Postgres in dir, commits a row, says so, and holds on until its input ends or it is killed.
func help(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := pgdev.Start(ctx, pgdev.Config{Dir: dir})
	if err != nil {
		return err
	}
	if err := exec(ctx, s.URL(), `CREATE TABLE IF NOT EXISTS pizza (name text)`, `INSERT INTO pizza VALUES ('Margherita')`); err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "committed", s.Pid())
	var line string
	_, _ = fmt.Scanln(&line) // the end of the input is the sign
	return s.Stop()
}

func exec(ctx context.Context, url string, statements ...string) (err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(context.WithoutCancel(ctx))) }()
	for _, s := range statements {
		if _, err := c.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func ask[T any](t *testing.T, url, query string, args ...any) (answer T) {
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
	if err := c.QueryRow(t.Context(), query, args...).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return answer
}

// folder is a new folder that an unprivileged account can reach.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pg-") // t.TempDir has the test's name in it, and with that the socket may not fit
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	dir, err = filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// owner is who has the file.
func owner(t *testing.T, path string) (uid, gid uint32) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("%s has no owner", path)
	}
	return st.Uid, st.Gid
}

func start(t *testing.T, cfg pgdev.Config) *pgdev.Server {
	t.Helper()
	s, err := pgdev.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *pgdev.Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// running reads the process table for a postmaster on the folder.
func running(t *testing.T, dir string) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if os.IsNotExist(err) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	line, err := os.ReadFile("/proc/" + pid + "/cmdline")
	return err == nil && strings.Contains(string(line), dir)
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	limit, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-limit.Done():
			t.Fatalf("%s: still not so", what)
		}
	}
}
