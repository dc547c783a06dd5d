package pgdev

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

const (
	socketLimit = 107  // bytes of a unix socket's path: sockaddr_un of Linux; macOS has 103, so there it is
	socketRoom  = 4    // kept free for macOS
	defaultPort = 5432 // part of the socket's name when no TCP port is wanted
)

// house is the folder of one private Postgres.
type house struct {
	cfg    Config
	dir    string // absolute, without symbolic links
	socket string // folder of the socket
	owner  account
}

func (h *house) path(name string) string { return filepath.Join(h.dir, name) }
func (h *house) data() string            { return h.path("data") }
func (h *house) logFile() string         { return h.path("postgres.log") }
func (h *house) passwordFile() string    { return h.path("password") }
func (h *house) settingsFile() string    { return filepath.Join(h.data(), "postgresql.conf") }

func (h *house) port() int {
	if h.cfg.Port != 0 {
		return h.cfg.Port
	}
	return defaultPort
}

// openHouse makes the folder when it is missing, gives it to the account that will serve, and refuses a folder that holds other things.
func openHouse(cfg Config) (*house, error) {
	if cfg.Dir == "" {
		return nil, errors.New("no folder was named")
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	h := &house{cfg: cfg, dir: dir}
	if err := h.checkOurs(); err != nil {
		return nil, err
	}
	if h.owner, err = accountFor(h.data()); err != nil {
		return nil, err
	}
	if h.owner.drop {
		if err := h.owner.reach(filepath.Dir(dir)); err != nil {
			return nil, err
		}
	}
	if err := h.owner.give(dir); err != nil {
		return nil, err
	}
	h.socket = socketFolder(dir, h.port())
	return h, nil
}

// checkOurs protects a home folder that was named by mistake from being given away.
func (h *house) checkOurs() error {
	entries, err := os.ReadDir(h.dir)
	if err != nil || len(entries) == 0 {
		return err
	}
	if _, err := os.Stat(h.path("gate.lock")); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not empty and holds no private Postgres: name an empty or a new folder", h.dir)
	} else if err != nil {
		return err
	}
	return nil
}

// socketFolder is inside dir, or a short one under the temporary folder when the path would be too long for a socket.
func socketFolder(dir string, port int) string {
	name := ".s.PGSQL." + strconv.Itoa(port)
	short := fmt.Sprintf("pgdev-%x", sha256.Sum256([]byte(dir)))[:len("pgdev-")+12]
	for _, folder := range []string{filepath.Join(dir, "run"), filepath.Join(os.TempDir(), short)} {
		if len(filepath.Join(folder, name)) <= socketLimit-socketRoom {
			return folder
		}
	}
	return filepath.Join("/tmp", short)
}

// makeSocketFolder makes the folder that alone guards the socket: who gets in is the superuser.
func (h *house) makeSocketFolder() error {
	if err := os.Mkdir(h.socket, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(h.socket)
	if err != nil {
		return err
	}
	uid, _ := ownerOf(info)
	if !info.IsDir() || uid != os.Geteuid() && uid != h.owner.uid {
		return fmt.Errorf("%s is not ours: remove it", h.socket)
	}
	if err := os.Chmod(h.socket, 0o700); err != nil {
		return err
	}
	if h.owner.drop {
		if err := h.owner.reach(filepath.Dir(h.socket)); err != nil {
			return err
		}
	}
	return h.owner.give(h.socket)
}

// dropSocketFolder leaves nothing behind under the temporary folder.
func (h *house) dropSocketFolder() error {
	if filepath.Dir(h.socket) == h.dir {
		return nil
	}
	if err := os.RemoveAll(h.socket); err != nil {
		return fmt.Errorf("clear the socket away: %w", err)
	}
	return nil
}
