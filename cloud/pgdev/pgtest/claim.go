package pgtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// claim makes the well-known folder, or checks that nobody else made it: everyone may write to the temporary folder.
func claim(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || !ours(int(st.Uid)) || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s was made by somebody else: remove it", dir)
	}
	return nil
}

// ours are this process's account and, as root, those that pgdev steps down to.
func ours(uid int) bool {
	if uid == os.Geteuid() {
		return true
	}
	if os.Geteuid() != 0 {
		return false
	}
	const nobody = 65534
	if u, err := user.Lookup("postgres"); err == nil {
		return strconv.Itoa(uid) == u.Uid
	}
	return uid == nobody
}
