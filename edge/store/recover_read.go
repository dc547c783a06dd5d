package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/url"
	"os"
	"strings"

	"modernc.org/sqlite"
)

// source is a damaged file, open for reading only.
type source struct {
	db     *sql.DB
	copy   string // a copy that is removed afterwards; empty when the file itself is read
	tables map[string]summed
	summed bool // its rows carry sums that hold
}

// openDamaged opens a file for what can be read of it. One whose first bytes are gone is read as a copy with new ones. When a file makes no
// sense with its log but does without, the log is what is damaged: then a copy without it is read, which is the file as of the last time the
// log was emptied.
func openDamaged(ctx context.Context, path string) (*source, error) {
	s, err := newSource(ctx, path)
	if err != nil {
		return nil, err
	}
	if what, err := unsound(ctx, s.db); err == nil && what == "" {
		return s, nil
	}
	mended := path + ".mended"
	if len(s.tables) == 0 {
		return s.orElse(ctx, mended, func(*source) bool { return true }, copyFile(path, mended), copyFile(path+"-wal", mended+"-wal"), mendHeader(mended))
	}
	if !exists(path + "-wal") {
		return s, nil
	}
	return s.orElse(ctx, mended, func(o *source) bool {
		what, err := unsound(ctx, o.db)
		return err == nil && what == "" && o.summed
	}, copyFile(path, mended))
}

// orElse is another source, a copy, if it could be made and is better.
func (s *source) orElse(ctx context.Context, path string, better func(*source) bool, made ...error) (*source, error) {
	other, err := newSource(ctx, path)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	other.copy = path
	if errors.Join(made...) == nil && better(other) {
		return other, s.close()
	}
	return s, other.close()
}

func newSource(ctx context.Context, path string) (*source, error) {
	c, err := newConnector("file:" + url.PathEscape(path) + "?mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=trusted_schema(0)" +
		"&_pragma=cell_size_check(1)&_pragma=writable_schema(1)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return nil, err
	}
	s := &source{db: sql.OpenDB(c), tables: map[string]summed{}}
	s.db.SetMaxOpenConns(1)
	tables, err := summedTables(ctx, s.db)
	if err != nil && !makesNoSense(err) { // the disk does not answer, which it may do again: that is no reason to begin with nothing
		return nil, errors.Join(err, s.db.Close())
	} else if err != nil {
		return s, ctx.Err() // nothing of it can be read
	}
	for _, t := range tables {
		s.tables[t.name] = t
	}
	s.summed, err = sumsCurrent(ctx, s.db)
	s.summed = s.summed || err != nil && s.tables["meta"].carries
	return s, ctx.Err()
}

// makesNoSense tells whether a file can be read and is not one of ours, or no longer.
func makesNoSense(err error) bool {
	var e *sqlite.Error
	return isDamage(err) && (!errors.As(err, &e) || e.Code()&0xff != 10) // IOERR
}

func (s *source) close() error {
	err := s.db.Close()
	if s.copy != "" {
		err = errors.Join(err, removeFile(s.copy))
	}
	return err
}

// row is what was read of a row, by column.
type row map[string]any

// read gives every row of a table that can be read and is what was written to keep. It tells how many were not, and whether there were
// holes.
func (s *source) read(ctx context.Context, name string, keep func(row) error) (saved Saved, err error) {
	saved.Table = name
	t, ok := s.tables[name]
	if !ok {
		saved.Holes = true
		return saved, nil
	}
	take := func(r row, sound bool) error {
		if !sound {
			saved.Refused++
			return nil
		}
		return keep(r)
	}
	if _, err := s.scan(ctx, t, "rowid", "", 0, func(row, bool) error { return io.EOF }); err != nil && strings.Contains(err.Error(), "no such column") {
		saved.Holes, err = s.bothWays(ctx, t, take)
		return saved, err
	}
	saved.Holes, err = s.skipping(ctx, t, take)
	return saved, err
}

// bothWays reads a table without row ids from its beginning and, if that ends in a hole, from its end.
func (s *source) bothWays(ctx context.Context, t summed, take func(row, bool) error) (holes bool, err error) {
	seen := map[string]bool{}
	once := func(r row, sound bool) error {
		var key []string
		for _, k := range t.key {
			key = append(key, fmt.Sprintf("%q", fmt.Sprint(r[k])))
		}
		if id := strings.Join(key, ","); !seen[id] {
			seen[id] = true
			return take(r, sound)
		}
		return nil
	}
	order := `"` + strings.Join(t.key, `", "`) + `"`
	if _, err := s.scan(ctx, t, order, "", 0, once); err == nil || !isDamage(err) {
		return false, err
	}
	order = `"` + strings.Join(t.key, `" DESC, "`) + `" DESC`
	if _, err := s.scan(ctx, t, order, "", 0, once); err != nil && !isDamage(err) {
		return true, err
	}
	return true, nil
}

// skipping reads a table by its row ids, and goes on behind each hole.
func (s *source) skipping(ctx context.Context, t summed, take func(row, bool) error) (holes bool, err error) {
	last := int64(math.MinInt64)
	for {
		end, err := s.scan(ctx, t, "rowid", "rowid > ?", last, take)
		if err == nil || !isDamage(err) {
			return holes, err
		}
		holes = true
		if last = s.behind(ctx, t, max(end, last)); last == math.MaxInt64 {
			return holes, ctx.Err()
		}
	}
}

// behind is the smallest row id after which a table can be read again, beyond one after which it cannot; MaxInt64 when there is none.
func (s *source) behind(ctx context.Context, t summed, broken int64) int64 {
	broken = max(broken, 0) // our row ids begin at 1
	reads := func(after int64) bool {
		_, err := s.scan(ctx, t, "rowid", "rowid > ?", after, func(row, bool) error { return io.EOF })
		return err == nil
	}
	step := int64(1)
	for !reads(broken + step) {
		if step > 1<<60 || ctx.Err() != nil {
			return math.MaxInt64
		}
		step *= 2
	}
	low, high := broken, broken+step
	for high-low > 1 {
		if middle := low + (high-low)/2; reads(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// scan reads rows in an order until take returns an error; io.EOF is a good end. last is the row id of the last row that was taken.
func (s *source) scan(ctx context.Context, t summed, order, where string, bound int64, take func(row, bool) error) (last int64, err error) {
	own, args := "NULL", []any{}
	if t.carries && s.summed {
		own = `t."sum"`
	}
	id := "0"
	if order == "rowid" {
		id = "t.rowid"
	}
	query := fmt.Sprintf(`SELECT %s, %s, %s, t."%s" FROM main.%q t NOT INDEXED`, id, own, t.of("t"), strings.Join(t.columns, `", t."`), t.name)
	if where != "" {
		query, args = query+" WHERE "+where, append(args, bound)
	}
	rows, err := s.db.QueryContext(ctx, query+" ORDER BY "+order, args...)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var own sql.NullInt64
		var sum int64
		values := make([]any, len(t.columns))
		into := []any{&last, &own, &sum}
		for n := range values {
			into = append(into, &values[n])
		}
		if err := rows.Scan(into...); err != nil {
			return last, err
		}
		r := row{}
		for n, c := range t.columns {
			r[c] = values[n]
		}
		if err := take(r, !t.carries || !s.summed || own.Valid && own.Int64 == sum); errors.Is(err, io.EOF) {
			return last, nil
		} else if err != nil {
			return last, err
		}
	}
	return last, rows.Err()
}

// mendHeader gives a database file the first bytes that all of ours have: sqlite.org/fileformat2.html#the_database_header.
func mendHeader(path string) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	head := append([]byte("SQLite format 3\x00"), 0x10, 0, 2, 2, 0, 64, 32, 32) // pages of 4096 bytes, WAL, fractions
	head = binary.BigEndian.AppendUint32(head, 1)                               // change counter
	head = binary.BigEndian.AppendUint32(head, uint32(info.Size()/pageBytes))
	head = append(head, make([]byte, 100-len(head))...)
	binary.BigEndian.PutUint32(head[40:], 1) // schema cookie
	binary.BigEndian.PutUint32(head[44:], 4) // schema format
	binary.BigEndian.PutUint32(head[56:], 1) // UTF-8
	binary.BigEndian.PutUint32(head[92:], 1) // change counter for which the size is valid
	binary.BigEndian.PutUint32(head[96:], 3051003)
	_, err = f.WriteAt(head, 0)
	return err
}

// copyFile copies a file that nobody has open, if there is one.
func copyFile(from, to string) (err error) {
	src, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}
