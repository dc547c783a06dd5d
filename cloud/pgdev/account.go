package pgdev

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

const nobody = 65534 // the uid and gid without rights, on Linux

// account is who the server runs as.
type account struct {
	uid, gid int
	drop     bool // this process is root and has to step down
}

// accountFor is this process's own account, or, as root: the owner of existing data, else the user postgres, else nobody.
func accountFor(data string) (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{uid: uid, gid: os.Getegid()}, nil
	}
	if info, err := os.Stat(data); err == nil {
		if uid, gid := ownerOf(info); uid != 0 {
			return account{uid: uid, gid: gid, drop: true}, nil
		}
	}
	if u, err := user.Lookup("postgres"); err == nil {
		return accountOf(u)
	}
	return account{uid: nobody, gid: nobody, drop: true}, nil
}

func accountOf(u *user.User) (account, error) {
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, fmt.Errorf("uid of user %s: %w", u.Username, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("gid of user %s: %w", u.Username, err)
	}
	return account{uid: uid, gid: gid, drop: true}, nil
}

// give makes the account the owner of path; not of what is in it.
func (a account) give(path string) error {
	if !a.drop {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// process makes a child run as the account, in a session of its own: Ctrl-C in the user's terminal must not reach the server before
// its users have left it.
func (a account) process() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true}
	if a.drop {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// reach reports the first folder on the way to path, path included, that the account may not pass through.
func (a account) reach(path string) error {
	if parent := filepath.Dir(path); parent != path {
		if err := a.reach(parent); err != nil {
			return err
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !a.mayPass(info) {
		return fmt.Errorf("as root, Postgres runs as uid %d, which may not pass through %s (mode %v): "+
			"choose a folder elsewhere, such as /var/lib/awesome-pizza, or run `chmod o+x %s`", a.uid, path, info.Mode().Perm(), path)
	}
	return nil
}

func (a account) mayPass(info fs.FileInfo) bool {
	uid, gid := ownerOf(info)
	switch mode := info.Mode().Perm(); {
	case uid == a.uid:
		return mode&0o100 != 0
	case gid == a.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

func ownerOf(info fs.FileInfo) (uid, gid int) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid), int(st.Gid)
	}
	return os.Geteuid(), os.Getegid()
}
