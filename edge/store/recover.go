package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Recovery is what came of a damaged file.
type Recovery struct {
	Why   string    // what was wrong with it
	At    time.Time // when it was put aside
	Aside string    // where it lies now, with its log beside it
	Saved []Saved   // by table
}

// Saved is what could be read of a table.
type Saved struct {
	Table   string
	Rows    int  // kept
	Refused int  // read, and not what was written
	Holes   bool // there were places that could not be read
}

// businessDay is which day of the restaurant an instant is of, as in kitchen.Settings.Day.
type businessDay = func(time.Time) string

// String is the recovery in one line.
func (r Recovery) String() string {
	var words []string
	for _, s := range r.Saved {
		if s.Rows > 0 || s.Refused > 0 || s.Holes {
			words = append(words, s.String())
		}
	}
	return fmt.Sprintf("the database was damaged (%s); it lies at %s now, and of it was saved: %s", r.Why, r.Aside, strings.Join(words, ", "))
}

// String is a table in a few words.
func (s Saved) String() string {
	word := fmt.Sprintf("%s %d", s.Table, s.Rows)
	if s.Refused > 0 {
		word += fmt.Sprintf(" (%d refused)", s.Refused)
	}
	if s.Holes {
		word += " (and some could not be read)"
	}
	return word
}

// Recover puts a damaged file aside as PATH.damaged-TIME, with its log, and makes a new one of what can be read of it and is what was
// written: no row is trusted whose sum, CHECK, JSON or place in the chain of events is not right. Open tickets come back marked as recovered.
// A ticket that is lost is made again from the order's facts, and an order that ended and whose facts are lost is told. The new file stands in an
// epoch of its own, so the next SYNC heals: the cloud is told what it lacks and gives back what it knows. A recovery
// that is interrupted goes on at the next one; why is for the report, day tells which business day old facts are of.
func Recover(ctx context.Context, path, why string, now time.Time, day func(time.Time) string) (r Recovery, err error) {
	lock, err := lockFile(ctx, path+".lock")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	r = Recovery{Why: why, At: now.UTC().Truncate(time.Second)}
	if r.Aside, err = putAside(path, r.At); err != nil {
		return r, fmt.Errorf("put the damaged database aside: %w", err)
	}
	if err := os.Remove(suspectPath(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("put the damaged database aside: %w", err)
	}
	if err := releaseReserve(path); err != nil { // the new file needs room beside the old one; Tend makes the reserve again
		return r, err
	}
	fresh := path + ".fresh"
	if err := removeFile(fresh); err != nil {
		return r, fmt.Errorf("clear the place of the new database: %w", err)
	}
	if r.Saved, err = rebuild(ctx, r.Aside, fresh, r.At, day); err != nil {
		return r, fmt.Errorf("recover what can be read of %s: %w", r.Aside, err)
	}
	return r, errors.Join(os.Rename(fresh, path), syncDir(filepath.Dir(path)), removeFile(fresh), os.Remove(markPath(path)), syncDir(filepath.Dir(path)))
}

// rebuild makes a new file of what can be read of an old one.
func rebuild(ctx context.Context, aside, fresh string, at time.Time, day businessDay) (saved []Saved, err error) {
	from, err := openDamaged(ctx, aside)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	to, err := Open(ctx, fresh)
	if err != nil {
		return nil, err
	}
	saved, err = salvage(ctx, from, to, at, day)
	if err == nil {
		err = to.checkpoint(ctx)
	}
	return saved, errors.Join(err, to.Close())
}

// markPath is the file that says that a recovery is under way, and where the damaged file goes.
func markPath(path string) string { return path + ".recovering" }

// settle tells whether a recovery was interrupted. One that had only its mark to remove is over.
func settle(path string) (interrupted bool, err error) {
	name, err := os.ReadFile(markPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("look for an interrupted recovery: %w", err)
	}
	if len(name) > 0 && exists(path) && exists(filepath.Join(filepath.Dir(path), string(name))) {
		return false, errors.Join(os.Remove(markPath(path)), syncDir(filepath.Dir(path)))
	}
	return true, nil
}

// suspectPath is the file that says that the database was found damaged while it was open, and how.
func suspectPath(path string) string { return path + ".suspect" }

// checkFile looks at what lies beside a database that nobody has open yet.
func (s *Store) checkFile(path string) error {
	interrupted, err := settle(path)
	if err != nil {
		return err
	}
	if interrupted {
		return damaged(path, "a recovery of it was interrupted")
	}
	if found, err := os.ReadFile(suspectPath(path)); err == nil {
		return damaged(path, string(found))
	}
	state, err := walOf(path)
	if err != nil {
		return err
	}
	s.torn = state == walTorn
	if state == walBroken {
		return damaged(path, "its log is broken, and changes that were confirmed lie behind the break")
	}
	return nil
}

// Torn tells whether the log ended within a change when the file was opened, as after a power cut: what was done in that very moment may
// have to be done again.
func (s *Store) Torn() bool { return s.torn }

// Examine reads the whole file beside the writer and holds it against what was written. It reports ErrDamaged when it is not that; then the
// next start recovers.
func (s *Store) Examine(ctx context.Context) error {
	err := checkSound(ctx, s.read, s.path)
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	return errors.Join(err, writeSynced(suspectPath(s.path), []byte(strings.TrimPrefix(err.Error(), ErrDamaged.Error()+": "))))
}

// putAside moves a database and its log away. Where to is on disk before the first of them moves: whoever is interrupted moves the rest
// to the same place.
func putAside(path string, now time.Time) (aside string, err error) {
	name, err := os.ReadFile(markPath(path))
	switch {
	case err == nil && len(name) > 0:
		aside = filepath.Join(filepath.Dir(path), string(name))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", err
	default:
		aside = free(path + ".damaged-" + now.Format(stamp))
		if err := writeSynced(markPath(path), []byte(filepath.Base(aside))); err != nil {
			return "", err
		}
	}
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(path+part, aside+part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return aside, syncDir(filepath.Dir(path))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// removeFile removes a database with everything that belongs to it.
func removeFile(path string) error {
	var errs []error
	for _, part := range []string{"", "-wal", "-shm", ".lock", ".reserve"} {
		if err := os.Remove(path + part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// writeSynced writes a small file that is there, whole, after a power cut.
func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(path)))
}

// syncDir makes the names in a directory last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
