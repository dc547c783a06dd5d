package powercut

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Create makes a file.
func (n *node) Create(ctx context.Context, _ string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	child, errno := n.child(ctx, syscall.S_IFREG|mode&0o7777, out)
	if errno != 0 {
		return nil, nil, 0, errno
	}
	return child, opened(flags), fuse.FOPEN_KEEP_CACHE, 0
}

// Mkdir makes a directory.
func (n *node) Mkdir(ctx context.Context, _ string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.child(ctx, syscall.S_IFDIR|mode&0o7777, out)
}

func (n *node) child(ctx context.Context, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	d := n.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if errno := d.changing(); errno != 0 {
		return nil, errno
	}
	if d.faults[Full] { // no inode for a new name either
		return nil, syscall.ENOSPC
	}
	child := d.node(mode)
	child.attr(&out.Attr)
	return n.NewPersistentInode(ctx, child, fs.StableAttr{Mode: mode & syscall.S_IFMT}), 0
}

// Unlink takes a file's name away; the disk remembers it until the directory is synced.
func (n *node) Unlink(_ context.Context, name string) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if errno := n.disk.changing(); errno != 0 {
		return errno
	}
	n.drop(name)
	return 0
}

// Rmdir removes an empty directory.
func (n *node) Rmdir(_ context.Context, name string) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if child := n.GetChild(name); child != nil && len(child.Children()) > 0 {
		return syscall.ENOTEMPTY
	}
	return n.disk.changing()
}

// Rename gives a file or a directory another name, in place of what had it. A directory stays in the one it is in.
func (n *node) Rename(_ context.Context, old string, to fs.InodeEmbedder, name string, flags uint32) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	target, ok := to.(*node)
	if !ok || flags != 0 {
		return syscall.EINVAL
	}
	if there := target.GetChild(name); there != nil && len(there.Children()) > 0 {
		return syscall.ENOTEMPTY
	}
	if moved := n.GetChild(old); moved != nil && moved.IsDir() && target != n {
		return syscall.EXDEV
	}
	if errno := n.disk.changing(); errno != 0 {
		return errno
	}
	target.drop(name)
	if target != n {
		n.bound[target], target.bound[n] = true, true
	}
	return 0
}

// drop gives back the room of what has this name. The caller holds the disk.
func (n *node) drop(name string) {
	inode := n.GetChild(name)
	if inode == nil {
		return
	}
	if child, ok := inode.Operations().(*node); ok && !child.gone && !child.dir() {
		child.gone = true
		n.disk.used -= pages(len(child.data))
	}
}
