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

// ErrDamaged says that the file is not a sound database, or that it does not hold what was written. Open changes nothing about it; Recover
// puts it aside and saves what can be read.
var ErrDamaged = errors.New("the database is damaged")

// pragmas are set on every connection and read back at the start.
var pragmas = []struct{ name, set, want string }{
	{"busy_timeout", "5000", "5000"}, // first: the next one may have to wait
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"}, // one fsync per commit: what a screen confirmed survives a power cut
	{"foreign_keys", "1", "1"},
	{"recursive_triggers", "1", "1"}, // rows that REPLACE takes away are taken out of the sums
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

// open opens a file for so many connections at a time. The driver's error, if any, is the first connection's.
func open(path string, most int, how string) *sql.DB {
	db, _ := openWith(path, most, how)
	return db
}

func openWith(path string, most int, how string) (*sql.DB, connector) {
	c, err := newConnector("file:" + url.PathEscape(path) + how + pragmaQuery())
	if err != nil {
		return sql.OpenDB(broken{err}), c
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return db, c
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

// checkSound reads the whole file: its structure, and what is in it.
func checkSound(ctx context.Context, db *sql.DB, path string) error {
	what, err := unsound(ctx, db)
	if err != nil {
		return damagedOr(path, fmt.Errorf("check %s: %w", path, err))
	}
	if what != "" {
		return damaged(path, what)
	}
	return nil
}

// unsound says what is wrong with a database; nothing when it returns "". integrity_check is quick_check, and the indexes too.
func unsound(ctx context.Context, db *sql.DB) (what string, err error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one state of it
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	if err := tx.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&what); err != nil {
		return "", err
	}
	if what != "ok" {
		return what, nil
	}
	current, err := sumsCurrent(ctx, tx)
	if err != nil || !current {
		return "", err
	}
	return checkSums(ctx, tx)
}

func damagedOr(path string, err error) error {
	if isDamage(err) {
		return damaged(path, err.Error())
	}
	return err
}

// isDamage tells whether an error of reading says that the file is not what it should be: broken, in places that cannot be read, or such that
// it makes no sense. Anything else (somebody is in the way, no memory, no permission) passes.
func isDamage(err error) bool {
	var e *sqlite.Error
	switch {
	case err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return false
	case !errors.As(err, &e):
		return strings.Contains(err.Error(), "sql: Scan error") // text where a number was written
	}
	switch e.Code() {
	case 266, 522, 8458: // IOERR_READ, IOERR_SHORT_READ, IOERR_CORRUPTFS
		return true
	}
	switch e.Code() & 0xff {
	case 1, 11, 20, 26: // ERROR: the schema is not ours; CORRUPT, MISMATCH, NOTADB
		return true
	}
	return false
}

func damaged(path, what string) error {
	return fmt.Errorf("%w: %s (%s)", ErrDamaged, path, what)
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
