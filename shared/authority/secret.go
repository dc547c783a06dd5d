package authority

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteSecret writes a file that only this user may read, whole or not at all. Without replace, the first of several writers wins, and the
// others are told fs.ErrExist.
func WriteSecret(path string, data []byte, replace bool) error {
	dir := filepath.Dir(path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(dir), 0o711), os.MkdirAll(dir, 0o700)); err != nil { // beside the keys, a database of another user
		return err
	}
	tmp, err := os.CreateTemp(dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	put := linkOrRename
	if replace {
		put = os.Rename
	}
	if err := put(tmp.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// linkOrRename gives a file its name unless another has it: fs.ErrExist. On a card whose file system has no links two writers in the same instant
// may both believe they were first; there the last one counts.
func linkOrRename(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, taken := os.Lstat(to); taken == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}
