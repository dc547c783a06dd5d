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
