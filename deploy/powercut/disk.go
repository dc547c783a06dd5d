package powercut

import (
	"sync"
	"syscall"
)

// page is the unit in which bytes become durable.
const page = 4096

// disk is what all files of one mount share: room, faults and power.
type disk struct {
	journalled bool

	mu      sync.Mutex // of everything below, and of the nodes' bytes: a power cut is one instant
	size    int64      // bytes
	used    int64      // bytes, whole pages
	faults  map[Fault]bool
	limit   int64 // of a Full disk
	changes int
	cutAt   int // the change at which the power goes; 0: none
}

func newDisk(s setup) *disk {
	return &disk{journalled: s.Journalled, size: s.Size, faults: map[Fault]bool{}}
}

func (d *disk) fail(kind Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults[kind], d.limit = true, d.used
}

func (d *disk) heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = map[Fault]bool{}
}

func (d *disk) stop() { d.fail(Gone) }

func (d *disk) resize(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.size = bytes
}

func (d *disk) cutAfter(changes int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cutAt = d.changes + changes + 1
}

func (d *disk) changed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// reading tells whether somebody may read now. The caller holds mu.
func (d *disk) reading() syscall.Errno {
	if d.faults[Gone] || d.faults[BadRead] {
		return syscall.EIO
	}
	return 0
}

// alive tells whether there is a disk at all. The caller holds mu.
func (d *disk) alive() syscall.Errno {
	if d.faults[Gone] {
		return syscall.EIO
	}
	return 0
}

// changing tells whether somebody may change something now, and counts it. The caller holds mu.
func (d *disk) changing() syscall.Errno {
	if d.faults[Gone] {
		return syscall.EIO
	}
	if d.changes++; d.cutAt > 0 && d.changes >= d.cutAt {
		d.faults[Gone] = true
		return syscall.EIO
	}
	switch {
	case d.faults[ReadOnly]:
		return syscall.EROFS
	case d.faults[BadWrite]:
		return syscall.EIO
	}
	return 0
}

// take takes room for so many more bytes, or gives it back. The caller holds mu.
func (d *disk) take(bytes int64) syscall.Errno {
	room := d.size
	if d.faults[Full] {
		room = min(room, d.limit)
	}
	if bytes > 0 && d.used+bytes > room {
		return syscall.ENOSPC
	}
	d.used += bytes
	return 0
}

// pages is the room that so many bytes take.
func pages(bytes int) int64 { return (int64(bytes) + page - 1) / page * page }
