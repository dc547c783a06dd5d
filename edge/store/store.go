// Package store keeps a restaurant's node in one SQLite file: tickets and what is to be told the cloud, in one transaction. It is the
// only place that knows SQL on the node, and nothing outside SQLite ever opens the file (closing it would drop SQLite's locks).
//
// Not in here: what is decided. The kitchen decides on commits; this package makes them durable, or refuses them as a whole.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

//go:embed migrations/*.sql
var migrations embed.FS

// readers is the size of the pool that reads beside the one writer.
const readers = 4

// Store is an open database file. It is safe for concurrent use.
type Store struct {
	write     *sql.DB
	read      *sql.DB
	writes    statements // of commits
	reads     statements // that are asked again and again
	lock      *os.File
	appended  chan struct{}
	printable chan struct{}
	device    string
	path      string
	writer    connector
	disk      disk
	torn      bool
	alone     bool // the node belongs to no chain

	mu      sync.Mutex
	acked   link.Mark // newer than the row; written with the next commit
	refused error     // by the disk, at the last transaction
}

// Open opens the file at path, creating it if there is none, brings its schema up to date and checks that SQLite does what power cuts
// demand of it. It refuses to go on otherwise, when another process has the file, and with ErrDamaged when the file is not sound.
func Open(ctx context.Context, path string) (*Store, error) {
	lock, err := lockFile(ctx, path+".lock")
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, lock: lock, appended: make(chan struct{}, 1), printable: make(chan struct{}, 1), disk: disk{full: make(chan struct{}, 1)}}
	s.write, s.writer = openWith(path, 1, "?_txlock=immediate")
	s.read = open(path, readers, "?_query_only=1")
	s.writes.db, s.reads.db = s.write, s.read
	if err := s.prepare(ctx, path); err != nil {
		return nil, errors.Join(err, s.shut())
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context, path string) error {
	if err := s.checkFile(path); err != nil {
		return err
	}
	if err := checkSound(ctx, s.write, path); err != nil {
		return err
	}
	if err := migrate(ctx, s.write); err != nil {
		return damagedOr(path, err)
	}
	for _, db := range []*sql.DB{s.write, s.read} {
		if err := checkPragmas(ctx, db); err != nil {
			return fmt.Errorf("open %s: %w", path, err)
		}
	}
	if err := s.arm(ctx); err != nil {
		return err
	}
	return s.begin(ctx)
}

func migrate(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// begin reads who this node is; a new file gets a device name and, until BeginEpoch names another, the first epoch.
func (s *Store) begin(ctx context.Context) error {
	zero := make([]byte, len(link.Hash{}))
	if _, err := s.write.ExecContext(ctx, `INSERT INTO meta
		(one, device, epoch, next_seq, tip_hash, acked_seq, acked_hash, cmd_seq, cmd_id, board_seq) VALUES (1, ?, ?, 1, ?, 0, ?, 0, '', 0)
		ON CONFLICT (one) DO NOTHING`,
		id.New(), link.FirstEpoch, zero, zero); err != nil {
		return fmt.Errorf("begin the node's row: %w", err)
	}
	var hash []byte
	row := s.write.QueryRowContext(ctx, `SELECT device, epoch, acked_seq, acked_hash FROM meta`)
	if err := row.Scan(&s.device, &s.acked.Epoch, &s.acked.Seq, &hash); err != nil {
		return fmt.Errorf("read the node's row: %w", err)
	}
	copy(s.acked.Hash[:], hash)
	return nil
}

// Close writes what waits for the next commit and closes the file.
func (s *Store) Close() error {
	return errors.Join(s.writeAcked(context.Background()), s.shut())
}

func (s *Store) shut() error {
	return errors.Join(s.reads.close(), s.writes.close(), s.read.Close(), s.write.Close(), s.lock.Close())
}

// tx runs one write transaction. Full disks and broken cards are problem.Unavailable.
func (s *Store) tx(ctx context.Context, do func(*sql.Tx) error) error {
	err := unwritable(s.inTx(ctx, do))
	s.noteWrite(err)
	if err == nil || problem.Is(err, problem.Unavailable) {
		s.mu.Lock()
		s.refused = err
		s.mu.Unlock()
	}
	return err
}

func (s *Store) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Ready reports whether the file can be written to: problem.Unavailable, or the error of ctx, when it cannot. While all is well it only
// takes the writer's lock, which wears no flash; after the disk has refused something it tries to write.
func (s *Store) Ready(ctx context.Context) error {
	s.mu.Lock()
	refused := s.refused
	s.mu.Unlock()
	if refused != nil {
		return s.tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE meta SET one = one`)
			return err
		})
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return unwritable(fmt.Errorf("take the writer's lock: %w", err))
	}
	return unwritable(tx.Rollback())
}

// unwritable makes a problem of the failures that mean "not on this disk, not now".
func unwritable(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // primary result codes, sqlite.org/rescode.html
	case 13: // FULL
		return fmt.Errorf("%w: %w", diskFull(), err)
	case 8, 10, 14: // READONLY, IOERR, CANTOPEN
		return fmt.Errorf("%w: %w", problem.New(problem.Unavailable, "disk_unwritable", "the node's disk cannot be written to: %v", e), err)
	}
	return err
}
