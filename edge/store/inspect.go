package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"syscall"
	"time"
)

// ErrRunning says that a node has the file open.
var ErrRunning = errors.New("the node runs on this data")

// Inspection is what can be said of a node's file without changing anything about it.
type Inspection struct {
	Copy
	Bytes    int64     // the file, without its log
	Inside   int64     // bytes of it that are free
	Unsent   int       // events that the cloud is not known to have
	Oldest   time.Time // when the oldest of those happened; zero without any
	Letters  int       // messages that were refused or made no sense, ever
	Letter   time.Time // the newest of them; zero without any
	Suspect  string    // how the node found it damaged while it had it open; the next start recovers
	Journal  string    // wal, as it has to be
	PageSize int64
}

// Inspect reads a node's file, also beside a running node, and holds it against what was written. It reports ErrDamaged when it is not that,
// and fs.ErrNotExist when there is none. It must not be called by the process that has the file open.
func Inspect(ctx context.Context, path string) (i Inspection, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return i, fmt.Errorf("look at the database: %w", err)
	}
	i.Bytes = info.Size()
	if found, err := os.ReadFile(suspectPath(path)); err == nil {
		i.Suspect = string(found)
	}
	if _, err := os.Stat(markPath(path)); err == nil {
		return i, damaged(path, "a recovery of it was interrupted")
	}
	how := "?mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)"
	if running, err := Running(path); err == nil && !running && !exists(path+"-wal") {
		how += "&immutable=1" // nothing is left beside it
	}
	c, err := newConnector("file:" + url.PathEscape(path) + how)
	if err != nil {
		return i, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := checkSound(ctx, db, path); err != nil {
		return i, err
	}
	if i.Copy, err = summary(ctx, db); err != nil {
		return i, fmt.Errorf("read the database: %w", err)
	}
	return i, i.measure(ctx, db)
}

func (i *Inspection) measure(ctx context.Context, db *sql.DB) error {
	var free int64
	if err := db.QueryRowContext(ctx, `SELECT * FROM pragma_freelist_count, pragma_page_size, pragma_journal_mode`).Scan(&free, &i.PageSize, &i.Journal); err != nil {
		return fmt.Errorf("measure the database: %w", err)
	}
	i.Inside = free * i.PageSize
	where, args := `epoch = ? AND seq > ?`, []any{i.Acked.Epoch, i.Acked.Seq}
	if i.Schema < 2 {
		where, args = `seq > ?`, args[1:]
	}
	var oldest sql.NullInt64
	if err := db.QueryRowContext(ctx, `SELECT count(*), min(at) FROM outbox WHERE `+where, args...).Scan(&i.Unsent, &oldest); err != nil {
		return fmt.Errorf("count what is not sent: %w", err)
	}
	if oldest.Valid {
		i.Oldest = instant(oldest.Int64)
	}
	var newest sql.NullInt64
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(id), 0), max(at) FROM dead_letters`).Scan(&i.Letters, &newest); err != nil {
		return fmt.Errorf("count dead letters: %w", err)
	}
	if newest.Valid {
		i.Letter = instant(newest.Int64)
	}
	return nil
}

// Running tells whether a node has a file open.
func Running(path string) (bool, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("look whether the node runs: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return errors.Is(err, syscall.EWOULDBLOCK), f.Close()
}
