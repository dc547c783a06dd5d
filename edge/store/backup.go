package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"

	"awesome.pizza/shared/link"
)

// Backup writes the database, as one commit left it, into a file of its own at path, while the node goes on. A file that is there already is
// replaced once the new one is whole, sound and on disk; it needs nothing beside it.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("back up to %s: %w", path, err)
		}
	}()
	if err := apart(s.path, path); err != nil {
		return err
	}
	if err := clearParts(path, time.Now()); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, absent(part.Name())) }()
	if err := part.Close(); err != nil {
		return err
	}
	db := open(s.path, 1, "?_txlock=deferred")
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, part.Name())
	if err = errors.Join(noRoom(err, path), db.Close()); err != nil {
		return err
	}
	if _, err := Check(ctx, part.Name()); err != nil {
		return err
	}
	if err := flush(part.Name()); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return err
	}
	return flush(filepath.Dir(path))
}

// partLife is for how long a part of a backup is left alone: somebody may be writing it.
const partLife = 10 * time.Minute

// clearParts removes what backups to the same file have left that were killed: by the hour they would fill a stick.
func clearParts(path string, now time.Time) error {
	beside, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, f := range beside {
		if !strings.HasPrefix(f.Name(), filepath.Base(path)+".") || !strings.Contains(f.Name(), ".part") {
			continue
		}
		info, err := f.Info()
		if err != nil || now.Sub(info.ModTime()) < partLife {
			continue
		}
		if err := absent(filepath.Join(filepath.Dir(path), f.Name())); err != nil {
			return err
		}
	}
	return nil
}

// ErrOwn says that a file is the node's own.
var ErrOwn = errors.New("this is the node's own file: name another one")

// apart refuses a path that is the database's own, or of one of the files beside it, by whatever name.
func apart(database, path string) error {
	to, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		to, err = nil, nil
	}
	if err != nil {
		return err
	}
	switch {
	case to == nil || to.Mode().IsRegular():
	case to.IsDir():
		return fmt.Errorf("%s is a directory: name a file in it", path)
	default:
		return fmt.Errorf("%s is no file but a device, and would be replaced by one: name a file", path)
	}
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	home, err := os.Stat(filepath.Dir(database))
	if err != nil {
		return err
	}
	for _, beside := range []string{"", "-wal", "-shm", "-journal", ".lock", ".reserve"} {
		own, err := os.Stat(database + beside)
		same := err == nil && to != nil && os.SameFile(own, to)
		if same || os.SameFile(home, dir) && filepath.Base(path) == filepath.Base(database)+beside {
			return ErrOwn
		}
	}
	return nil
}

// noRoom says of a disk that cannot take the copy that it is that disk, and not the node's.
func noRoom(err error, path string) error {
	var e *sqlite.Error
	if !errors.As(err, &e) || e.Code()&0xff != sqliteFull {
		return err
	}
	return fmt.Errorf("there is no room for it in %s; the node itself is not touched: %w", filepath.Dir(path), err)
}

// sqliteFull is the result code of a disk without room, sqlite.org/rescode.html.
const sqliteFull = 13

// flush puts a file, or the names in a directory, on disk.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// absent removes a file if there is one.
func absent(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Copy is what a backup holds.
type Copy struct {
	Schema int64  // version of its tables
	Device string // name that the file gave itself
	House  string // the restaurant of its orders; empty when it has none
	Tip    link.Mark
	Acked  link.Mark
	Events int       // of all epochs
	Open   int       // orders on the board
	Latest time.Time // when its last event happened, by the node's clock; zero when it has none
}

// newest is the version of the tables that this program writes.
func newest() (int64, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	var v int64
	_, err = fmt.Sscanf(files[len(files)-1].Name(), "%d_", &v)
	return v, err
}

// Check reads a backup, whole, and changes nothing: the file's structure, its sums, and the chain of its events. It reports ErrDamaged when
// one of them does not hold. The file must not be a node's own: Open checks those.
func Check(ctx context.Context, path string) (c Copy, err error) {
	if _, err := os.Stat(path); err != nil {
		return c, err
	}
	connector, err := newConnector("file:" + url.PathEscape(path) + "?mode=ro&immutable=1&_query_only=1")
	if err != nil {
		return c, err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	what, err := unsound(ctx, db)
	if err != nil {
		return c, damagedOr(path, fmt.Errorf("check %s: %w", path, err))
	}
	if what != "" {
		return c, damaged(path, what)
	}
	if c, err = summary(ctx, db); err != nil {
		return c, damagedOr(path, fmt.Errorf("read %s: %w", path, err))
	}
	known, err := newest()
	if err != nil {
		return c, err
	}
	if c.Schema > known {
		return c, fmt.Errorf("%s is of schema %d, this program knows %d: use a newer program", path, c.Schema, known)
	}
	return c, checkChain(ctx, db, path, &c)
}

// House is the restaurant whose orders are in the database; empty while there are none.
func (s *Store) House(ctx context.Context) (string, error) { return house(ctx, s.read) }

func house(ctx context.Context, db *sql.DB) (restaurant string, err error) {
	err = db.QueryRowContext(ctx, `SELECT coalesce((SELECT doc ->> '$.restaurant_id' FROM orders LIMIT 1), '')`).Scan(&restaurant)
	if err != nil {
		return "", fmt.Errorf("read whose orders these are: %w", err)
	}
	return restaurant, nil
}

func summary(ctx context.Context, db *sql.DB) (c Copy, err error) {
	if c.Schema, err = version(ctx, db); err != nil {
		return c, err
	}
	if err := db.QueryRowContext(ctx, `SELECT device, (SELECT count(*) FROM tickets WHERE open = 1) FROM meta`).Scan(&c.Device, &c.Open); err != nil {
		return c, err
	}
	if c.House, err = house(ctx, db); err != nil {
		return c, err
	}
	if c.Tip, err = mark(db.QueryRowContext(ctx, `SELECT epoch, next_seq - 1, tip_hash FROM meta`)); err != nil {
		return c, err
	}
	c.Acked, err = mark(db.QueryRowContext(ctx, `SELECT epoch, acked_seq, acked_hash FROM meta`))
	return c, err
}

// checkChain follows the chain of the present epoch's events from the first that is there to the end that the node's row names.
func checkChain(ctx context.Context, db *sql.DB, path string, c *Copy) (err error) {
	const columns = `SELECT seq, event_id, order_id, kind, at, trace, body, hash`
	query := columns + `, epoch FROM outbox ORDER BY epoch, seq`
	if c.Schema < 2 {
		query = columns + `, (SELECT epoch FROM meta) FROM outbox ORDER BY seq`
	}
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return damagedOr(path, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	last := link.Mark{Epoch: c.Tip.Epoch}
	for rows.Next() {
		var epoch uint64
		e, err := scanEvent(behind{rows, &epoch})
		if err != nil {
			return damagedOr(path, err)
		}
		c.Events, c.Latest = c.Events+1, e.At
		if epoch != c.Tip.Epoch {
			continue
		}
		if follows := e.Seq == last.Seq+1 && link.Chain(last.Hash, e) == e.Hash; !follows && (last.Seq > 0 || e.Seq == 1) {
			return damaged(path, fmt.Sprintf("event %d of epoch %d does not follow the one before", e.Seq, epoch))
		}
		last.Seq, last.Hash = e.Seq, e.Hash
	}
	if err := rows.Err(); err != nil {
		return damagedOr(path, err)
	}
	if last != c.Tip {
		return damaged(path, fmt.Sprintf("the events end at %d of epoch %d, the node's row says %d of %d", last.Seq, last.Epoch, c.Tip.Seq, c.Tip.Epoch))
	}
	return nil
}

// behind scans a row of which the last column is not the event's.
type behind struct {
	row  scanner
	last any
}

// Scan reads it.
func (b behind) Scan(into ...any) error { return b.row.Scan(append(into, b.last)...) }

// BackUp writes what a node's file holds into a backup, also beside a running node. It must not be called by the process that has the file
// open: that has a Store.
func BackUp(ctx context.Context, path, to string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("find the database: %w", err)
	}
	return (&Store{path: path}).Backup(ctx, to)
}
