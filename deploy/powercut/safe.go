package powercut

import (
	"context"
	"maps"
	"slices"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
)

// sync makes durable what this node is now. The caller holds the disk.
func (n *node) sync() syscall.Errno {
	if n.disk.faults[BadSync] {
		clear(n.dirty) // as Linux does: the pages count as clean, and the next fsync reports success
		return syscall.EIO
	}
	if n.dir() {
		n.syncNames(map[*node]bool{})
		return 0
	}
	n.keep(func() bool { return true }, len(n.data))
	if n.disk.journalled {
		n.syncName()
	}
	return 0
}

// keep writes those dirty pages that survive to the disk's copy, whose size becomes size.
func (n *node) keep(survives func() bool, size int) {
	n.safe = slices.Grow(n.safe[:min(size, len(n.safe))], max(0, size-len(n.safe)))
	had := len(n.safe)
	n.safe = n.safe[:size]
	clear(n.safe[min(had, size):])
	for _, p := range slices.Sorted(maps.Keys(n.dirty)) { // sorted: the same seed draws the same
		if from := p * page; survives() && from < min(size, len(n.data)) {
			copy(n.safe[from:], n.data[from:min(from+page, len(n.data))])
		}
	}
	clear(n.dirty)
}

// syncNames makes durable which names a directory has, and those of directories that exchanged names with it.
func (n *node) syncNames(done map[*node]bool) {
	if done[n] {
		return
	}
	done[n] = true
	n.names = n.live()
	for other := range n.bound {
		other.syncNames(done)
	}
	clear(n.bound)
}

// syncName makes durable that this node is where it is, and its directories above.
func (n *node) syncName() {
	name, parent := n.Parent()
	if parent == nil {
		return
	}
	above, ok := parent.Operations().(*node)
	if !ok {
		return
	}
	maps.DeleteFunc(above.names, func(_ string, other *node) bool { return other == n }) // what it was called before
	above.names[name] = n
	above.syncName()
}

// live are a directory's names as programs see them.
func (n *node) live() map[string]*node {
	names := map[string]*node{}
	for name, inode := range n.Children() {
		if child, ok := inode.Operations().(*node); ok {
			names[name] = child
		}
	}
	return names
}

// survivor is what next has of this node after a power cut: what was durable, and of the rest what survives says.
func (n *node) survivor(next *disk, survives func() bool) *node {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	return n.survive(next, survives)
}

func (n *node) survive(next *disk, survives func() bool) *node {
	s := next.node(n.mode)
	if !n.dir() {
		size := len(n.safe)
		if len(n.data) != size && survives() {
			size = len(n.data)
		}
		n.keep(survives, size)
		s.safe, s.data = n.safe, slices.Clone(n.safe)
		next.used += pages(len(s.data))
		return s
	}
	names := n.names
	if live := n.live(); !maps.Equal(live, names) && survives() {
		names = live
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		s.names[name] = names[name].survive(next, survives)
	}
	return s
}

// populate hangs the names that survived into the mounted tree.
func (n *node) populate(ctx context.Context) {
	for name, child := range n.names {
		inode := n.NewPersistentInode(ctx, child, fs.StableAttr{Mode: child.mode & syscall.S_IFMT})
		n.AddChild(name, inode, true)
		child.populate(ctx)
	}
}
