package powercut

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// command is one line from the test to the serving process, reply the line it gets back.
type command struct {
	Do   string `json:"do"`
	N    uint64 `json:"n,omitempty"`
	Kind Fault  `json:"kind,omitempty"`
}

type reply struct {
	N   uint64 `json:"n,omitempty"`
	Err string `json:"err,omitempty"`
}

// Serve serves a disk when this process was started by Mount for that, and tells so at the end: then there is nothing else to do. It is the
// first thing in the TestMain of whoever mounts.
func Serve() (served bool) {
	raw := os.Getenv(setupVariable)
	if raw == "" {
		return false
	}
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // meant for the test, whose end is our end: then we unmount
	var s setup
	err := json.Unmarshal([]byte(raw), &s)
	if err == nil {
		err = serve(s, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "powercut:", err)
	}
	return true
}

// serve mounts and obeys until in ends, as it does with the test's process, however that ends.
func serve(s setup, in io.Reader, out io.Writer) error {
	h := &host{setup: s, disk: newDisk(s)}
	if err := h.mount(h.disk.node(syscall.S_IFDIR | 0o777)); err != nil {
		return err
	}
	answers := json.NewEncoder(out)
	if err := answers.Encode(reply{}); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var c command
		var r reply
		err := json.Unmarshal(lines.Bytes(), &c)
		if err == nil {
			r.N, err = h.obey(c)
		}
		if err != nil {
			r.Err = err.Error()
		}
		if err := answers.Encode(r); err != nil {
			break
		}
	}
	h.disk.stop()
	return syscall.Unmount(s.Dir, syscall.MNT_DETACH)
}

// host is the machine around the disk.
type host struct {
	setup setup
	disk  *disk
	root  *node
}

func (h *host) obey(c command) (uint64, error) {
	switch c.Do {
	case "cut":
		return 0, h.restart(nothing)
	case "tear":
		draw := rand.New(rand.NewPCG(c.N, 0))
		return 0, h.restart(func() bool { return draw.IntN(2) == 0 })
	case "after":
		h.disk.cutAfter(int(c.N))
	case "changes":
		return uint64(h.disk.changed()), nil
	case "fail":
		h.disk.fail(c.Kind)
	case "heal":
		h.disk.heal()
	case "size":
		h.disk.resize(int64(c.N))
	default:
		return 0, fmt.Errorf("%q is no command", c.Do)
	}
	return 0, nil
}

// nothing that was not synced survives.
func nothing() bool { return false }

// restart stops the disk in one instant and mounts what survived of it. Whoever has files of the old one open keeps a dead disk.
func (h *host) restart(survives func() bool) error {
	h.disk.stop()
	if err := syscall.Unmount(h.setup.Dir, syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount: %w", err)
	}
	next := newDisk(h.setup)
	next.size = h.disk.size
	root := h.root.survivor(next, survives)
	h.disk = next
	return h.mount(root)
}

func (h *host) mount(root *node) error {
	h.root = root
	second := time.Second
	_, err := fs.Mount(h.setup.Dir, root, &fs.Options{
		MountOptions: fuse.MountOptions{
			AllowOther: true, DirectMountStrict: true, DisableXAttrs: true, DisableReadDirPlus: true, FsName: "powercut", Name: "powercut",
		},
		EntryTimeout: &second, AttrTimeout: &second, OnAdd: root.populate,
	})
	if err != nil {
		return fmt.Errorf("mount on %s: %w", h.setup.Dir, err)
	}
	return nil
}
