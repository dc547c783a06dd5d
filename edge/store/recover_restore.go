package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
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

// BackUp writes what a node's file holds into a backup, also beside a running node. It must not be called by the process that has the file
// open: that has a Store.
func BackUp(ctx context.Context, path, to string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("find the database: %w", err)
	}
	return (&Store{path: path}).Backup(ctx, to)
}

// Restored is what Restore did.
type Restored struct {
	Copy
	Aside  string // where the file that was there lies now; empty when there was none
	Unsent int    // events of that file that the cloud is not known to have; -1 when it could not be read
}

// Restore puts a backup in the place of a node's file, which is put aside. The backup is read as a whole before anything is moved. It reports
// ErrRunning while a node has the file open.
func Restore(ctx context.Context, path, from string, now time.Time) (r Restored, err error) {
	if err := apart(path, from); err != nil {
		return r, fmt.Errorf("restore %s: %w", from, err)
	}
	if r.Copy, err = Check(ctx, from); err != nil {
		return r, err
	}
	if running, err := Running(path); err != nil {
		return r, err
	} else if running {
		return r, ErrRunning
	}
	lock, err := lockFile(ctx, path+".lock")
	if err != nil {
		return r, fmt.Errorf("%w: %w", ErrRunning, err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	fresh := path + ".restoring"
	if err := errors.Join(copyFile(from, fresh), flush(fresh)); err != nil {
		return r, errors.Join(fmt.Errorf("copy the backup: %w", err), removeFile(fresh))
	}
	if exists(path) {
		r.Unsent = -1
		if i, err := Inspect(ctx, path); err == nil {
			r.Unsent = i.Unsent
		}
		r.Aside = free(path + ".replaced-" + now.UTC().Format(stamp))
	}
	if err := moveAway(path, r.Aside); err != nil {
		return r, fmt.Errorf("put the old database aside: %w", err)
	}
	return r, errors.Join(os.Rename(fresh, path), syncDir(filepath.Dir(path)), absent(markPath(path)), absent(suspectPath(path)), syncDir(filepath.Dir(path)))
}

// moveAway moves a file and its log to another name, if there is one. Whoever is interrupted finds the mark of a recovery, and goes on with
// that.
func moveAway(path, aside string) error {
	if aside == "" {
		return nil
	}
	if err := writeSynced(markPath(path), []byte(filepath.Base(aside))); err != nil {
		return err
	}
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+part, aside+part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(filepath.Dir(path))
}

// stamp is how names of files say when.
const stamp = "20060102T150405Z"

// free is a name that nothing has yet.
func free(path string) string {
	name := path
	for n := 2; exists(name); n++ {
		name = fmt.Sprintf("%s-%d", path, n)
	}
	return name
}

// Damaged are the files that were put aside beside a database, damaged or replaced, without their logs.
func Damaged(path string) ([]string, error) {
	var all []string
	for _, kind := range []string{".damaged-*Z*", ".replaced-*Z*"} {
		found, err := filepath.Glob(path + kind)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if !hasPart(f) {
				all = append(all, f)
			}
		}
	}
	return all, nil
}

// hasPart tells whether a name is that of a log and not of a database.
func hasPart(path string) bool {
	for _, part := range []string{"-wal", "-shm", ".mended"} {
		if strings.HasSuffix(path, part) {
			return true
		}
	}
	return false
}

// Reserve tells whether the reserve of a file lies there, whole.
func Reserve(path string) bool { return reserveWhole(path) }
