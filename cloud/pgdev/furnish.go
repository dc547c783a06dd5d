package pgdev

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const logLimit = 8 << 20 // bytes; a longer log is put aside at a start, and replaces the one put aside before

// furnish makes everything that a postmaster needs before it can be launched.
func (h *house) furnish(ctx context.Context) error {
	if err := h.dropDoubtful(); err != nil {
		return fmt.Errorf("drop volatile data of a server that died: %w", err)
	}
	if _, err := os.Stat(filepath.Join(h.data(), "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		if err := h.makeCluster(ctx); err != nil {
			return fmt.Errorf("make the cluster: %w", err)
		}
	} else if err != nil {
		return err
	}
	if err := h.write(h.settingsFile(), h.settings()); err != nil {
		return err
	}
	if err := h.makeSocketFolder(); err != nil {
		return fmt.Errorf("make the socket's folder: %w", err)
	}
	if err := h.disownLocks(); err != nil {
		return fmt.Errorf("clear the locks of a dead server: %w", err)
	}
	if info, err := os.Stat(h.logFile()); err == nil && info.Size() > logLimit {
		return os.Rename(h.logFile(), h.logFile()+".old")
	}
	return nil
}

// dropDoubtful drops the data of a volatile server that did not end in order.
func (h *house) dropDoubtful() error {
	if !h.cfg.Volatile || !h.wasVolatile() {
		return nil
	}
	_, err := os.Stat(h.pidFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it ended in order
	}
	return errors.Join(err, os.RemoveAll(h.data()))
}

// disownLocks lets a durable server recover: it does so by itself, unless the pid in a lock of the dead one lives on, as a stranger's
// or as a zombie in a container whose first process buries nobody.
func (h *house) disownLocks() error {
	socketLock := filepath.Join(h.socket, fmt.Sprintf(".s.PGSQL.%d.lock", h.port()))
	return errors.Join(h.disown(h.pidFile()), h.disown(socketLock))
}

// disown replaces the pid in a lock file by one that cannot exist, unless it is a server of ours. The file itself must stay: Postgres
// finds the old server's last processes by it, and waits for them.
func (h *house) disown(file string) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return os.Remove(file) // cut off while it was written: there is nothing to find by it
	}
	if !exists(pid) || h.serves(pid) {
		return nil
	}
	return h.write(file, strconv.Itoa(impossiblePid)+"\n"+rest)
}

// wasVolatile says how the data was last served: durable data is never thrown away.
func (h *house) wasVolatile() bool {
	text, err := os.ReadFile(h.settingsFile())
	return err == nil && strings.Contains(string(text), "fsync = 'off'")
}

// makeCluster runs initdb beside the final place and moves the result there, so a half-made cluster is never taken for one.
func (h *house) makeCluster(ctx context.Context) error {
	programs, err := h.programs(ctx, 0)
	if err != nil {
		return err
	}
	for _, half := range glob(h.path("data.new-*")) {
		// The initdb of a killed starter may still write into it: then it goes the next time.
		_ = os.RemoveAll(half)
	}
	fresh := h.path("data.new-" + rand.Text())
	if err := h.write(h.passwordFile(), rand.Text()+"\n"); err != nil {
		return err
	}
	args := []string{
		"--pgdata", fresh, "--username", Superuser, "--encoding", "UTF8", "--no-locale",
		"--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile", h.passwordFile(),
	}
	if h.cfg.Volatile {
		args = append(args, "--no-sync")
	}
	cmd := h.command(ctx, filepath.Join(programs.Dir, "initdb"), args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := os.RemoveAll(h.data()); err != nil {
		return err
	}
	return os.Rename(fresh, h.data())
}

// programs finds the programs for this house and checks that its account may run them.
func (h *house) programs(ctx context.Context, major int) (Programs, error) {
	p, err := h.cfg.Search.Find(ctx, h.cfg.Bin, major)
	if err != nil || !h.owner.drop {
		return p, err
	}
	if p.Dir, err = filepath.Abs(p.Dir); err != nil {
		return p, err
	}
	return p, h.owner.reach(p.Dir)
}

// major is the version that made the data.
func (h *house) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(h.data(), "PG_VERSION"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// command is a program run as the house's account, untouched by the caller's environment and working directory.
func (h *house) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = h.dir
	cmd.Env = append(environment(), "HOME="+h.dir)
	cmd.SysProcAttr = h.owner.process()
	cmd.WaitDelay = time.Second // initdb's own children may hold its output a little longer
	return cmd
}

// environment is what a Postgres program gets to see: nothing of PGDATA, PGPORT and their like.
func environment() []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
}

// write puts a file of the account's in place as a whole.
func (h *house) write(path, text string) error {
	next := path + ".next"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return err
	}
	if err := h.owner.give(next); err != nil {
		return err
	}
	return os.Rename(next, path)
}
