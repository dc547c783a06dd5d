package powercut

import (
	"context"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// node is a file or a directory: as programs see it, and as the disk has it.
type node struct {
	fs.Inode
	disk *disk
	mode uint32
	at   time.Time // of the last change
	gone bool      // has no name any more: its room was given back

	data  []byte       // of a file
	safe  []byte       // … on the disk
	dirty map[int]bool // pages whose data are not on the disk

	names map[string]*node // of a directory, on the disk
	bound map[*node]bool   // directories that exchanged a name with this one: a rename is durable in both or in neither
}

// open is a file that somebody opened; sync says that each write is to be durable.
type open struct{ sync bool }

func (d *disk) node(mode uint32) *node {
	return &node{disk: d, mode: mode, at: time.Now(), dirty: map[int]bool{}, names: map[string]*node{}, bound: map[*node]bool{}}
}

func opened(flags uint32) *open { return &open{sync: flags&(syscall.O_SYNC|syscall.O_DSYNC) != 0} }

func (n *node) dir() bool { return n.mode&syscall.S_IFMT == syscall.S_IFDIR }

// Getattr tells size and mode.
func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	n.attr(&out.Attr)
	return n.disk.alive()
}

func (n *node) attr(out *fuse.Attr) {
	out.Mode, out.Nlink, out.Size, out.Blksize = n.mode, 1, uint64(len(n.data)), page
	out.SetTimes(&n.at, &n.at, &n.at)
	out.Blocks = uint64(pages(len(n.data))) / 512
	if n.gone {
		out.Nlink = 0
	}
}

// Setattr changes the mode and the size; nobody looks at times.
func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if errno := n.disk.changing(); errno != 0 {
		return errno
	}
	if size, ok := in.GetSize(); ok {
		if errno := n.resize(int(size)); errno != 0 {
			return errno
		}
	}
	if mode, ok := in.GetMode(); ok {
		n.mode = n.mode&syscall.S_IFMT | mode&0o7777
	}
	n.attr(&out.Attr)
	return 0
}

// Open opens a file.
func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if n.disk.faults[ReadOnly] && flags&syscall.O_ACCMODE != syscall.O_RDONLY {
		return nil, 0, syscall.EROFS
	}
	return opened(flags), fuse.FOPEN_KEEP_CACHE, n.disk.alive()
}

// Read reads.
func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if errno := n.disk.reading(); errno != 0 {
		return nil, errno
	}
	from := min(int(off), len(n.data))
	return fuse.ReadResultData(append([]byte{}, n.data[from:min(from+len(dest), len(n.data))]...)), 0
}

// Write writes; what was opened for synchronous writing is durable afterwards.
func (n *node) Write(_ context.Context, f fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if errno := n.disk.changing(); errno != 0 {
		return 0, errno
	}
	end := int(off) + len(data)
	if end > len(n.data) {
		if errno := n.resize(end); errno != 0 {
			return 0, errno
		}
	}
	copy(n.data[off:end], data)
	n.at = time.Now()
	for p := int(off) / page; p*page < end; p++ {
		n.dirty[p] = true
	}
	if o, ok := f.(*open); ok && o.sync {
		return uint32(len(data)), n.sync()
	}
	return uint32(len(data)), 0
}

// Allocate takes room; holes and the like are not offered.
func (n *node) Allocate(_ context.Context, _ fs.FileHandle, off, size uint64, mode uint32) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if mode != 0 {
		return syscall.EOPNOTSUPP
	}
	if errno := n.disk.changing(); errno != 0 {
		return errno
	}
	return n.resize(max(int(off+size), len(n.data)))
}

// Fsync makes durable what a file holds, or which names a directory has.
func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if errno := n.disk.changing(); errno != 0 {
		return errno
	}
	return n.sync()
}

// Flush is a close: it makes nothing durable.
func (n *node) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }

// Statfs tells how much room there is.
func (n *node) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	d := n.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	room := d.size
	if d.faults[Full] {
		room = min(room, d.limit)
	}
	free := uint64(max(room-d.used, 0)) / page
	out.Bsize, out.Frsize, out.NameLen = page, page, 255
	out.Blocks, out.Bfree, out.Bavail = uint64(d.size)/page, free, free
	out.Files, out.Ffree = 1<<20, 1<<20
	return d.alive()
}

// resize changes the size of a file. The caller holds the disk.
func (n *node) resize(size int) syscall.Errno {
	if !n.gone {
		if errno := n.disk.take(pages(size) - pages(len(n.data))); errno != 0 {
			return errno
		}
	}
	from := min(size, len(n.data))
	if size > len(n.data) {
		n.data = append(n.data, make([]byte, size-len(n.data))...)
	} else {
		clear(n.data[size:])
		n.data = n.data[:size]
	}
	for p := from / page; p*page < size; p++ {
		n.dirty[p] = true
	}
	return 0
}
