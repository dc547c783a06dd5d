package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
)

// ErrDamaged says that the file is not a sound database. Nothing is repaired by itself: the file may hold facts that exist nowhere else.
var ErrDamaged = errors.New("the database is damaged")

// pragmas are set on every connection and read back at the start.
var pragmas = []struct{ name, set, want string }{
	{"busy_timeout", "5000", "5000"}, // first: the next one may have to wait
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"}, // one fsync per commit: what a screen confirmed survives a power cut
	{"foreign_keys", "1", "1"},
	{"trusted_schema", "0", "0"},
	{"cell_size_check", "1", "1"},
	{"mmap_size", "0", "0"}, // a bad sector is an error, not a SIGBUS
	{"temp_store", "MEMORY", "2"},
	{"wal_autocheckpoint", "250", "250"},
	{"journal_size_limit", "1048576", "1048576"},
}

func pragmaQuery() string {
	var q strings.Builder
	for _, p := range pragmas {
		q.WriteString("&_pragma=" + url.QueryEscape(p.name+"("+p.set+")"))
	}
	return q.String()
}

// checkPragmas refuses a SQLite that does not do what it was told, or that has the WAL-reset bug (sqlite.org/wal.html#walresetbug).
func checkPragmas(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version); err != nil {
		return fmt.Errorf("ask for the version of SQLite: %w", err)
	}
	if !atLeast(version, 3, 51, 3) {
		return fmt.Errorf("SQLite %s can corrupt its WAL; 3.51.3 is the oldest that may run here", version)
	}
	for _, p := range pragmas {
		var got string
		err := db.QueryRowContext(ctx, `PRAGMA `+p.name).Scan(&got)
		if errors.Is(err, sql.ErrNoRows) && p.name == "mmap_size" { // compiled without mmap
			continue
		} else if err != nil {
			return fmt.Errorf("read back pragma %s: %w", p.name, err)
		}
		if got != p.want {
			return fmt.Errorf("pragma %s is %s and must be %s", p.name, got, p.want)
		}
	}
	return nil
}

// atLeast compares a version like 3.51.3 with three numbers. What cannot be read is too old.
func atLeast(version string, want ...int) bool {
	parts := strings.Split(version, ".")
	for n, w := range want {
		if n >= len(parts) {
			return false
		}
		have, err := strconv.Atoi(parts[n])
		if err != nil || have < w {
			return false
		}
		if have > w {
			return true
		}
	}
	return true
}

// checkSound reads the structure of the file.
func checkSound(ctx context.Context, db *sql.DB, path string) error {
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return damagedOr(path, fmt.Errorf("check %s: %w", path, err))
	}
	if verdict != "ok" {
		return damaged(path, verdict)
	}
	return nil
}

func damagedOr(path string, err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code()&0xff == 11 || e.Code()&0xff == 26) { // CORRUPT, NOTADB
		return damaged(path, e.Error())
	}
	return err
}

func damaged(path, what string) error {
	return fmt.Errorf("%w: %s (%s). Move %s, %s-wal and %s-shm to another disk and keep them, for orders that the cloud has not got yet are "+
		"only there; then start again: the node begins with an empty file", ErrDamaged, path, what, path, path, path)
}

// lockWithin is how long a file may stay locked: a node that was just killed takes a moment to let go.
const lockWithin = time.Second

// lockFile keeps a second node off the same file. The lock ends with the process, however it ends.
func lockFile(ctx context.Context, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	try := time.NewTicker(10 * time.Millisecond)
	defer try.Stop()
	ctx, cancel := context.WithTimeout(ctx, lockWithin)
	defer cancel()
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		select {
		case <-try.C:
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("another node runs on this data: %s is locked: %w", path, err), f.Close())
		}
	}
}

// broken is a connector that only says why there is none.
type broken struct{ err error }

func (b broken) Connect(context.Context) (driver.Conn, error) { return nil, b.err }
func (b broken) Driver() driver.Driver                        { return nil }
