package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// SQLite takes its write-ahead log as far as its checksums go and forgets the rest without a word: after a power cut that is right, for what
// follows was never confirmed. After a flipped bit it is a loss. The two are told apart by what lies behind: one writer has one change under
// way at most, so a second change behind the end was confirmed before.

// walState is what a log looks like.
type walState int

const (
	walWhole  walState = iota // ends as it should, or there is none
	walTorn                   // ends within a change: one that nobody was told of, unless the disk lied
	walBroken                 // there are changes behind the end
)

// The shape of a log: sqlite.org/fileformat2.html#walformat.
const (
	walHeader   = 32
	frameHeader = 24
	walMagic    = 0x377f0682 // the last bit says that the checksums' words are big-endian
	salt1At     = 16         // in the log's header
	frameSaltAt = 8          // in a frame's
	frameSumAt  = 16
)

// walOf looks at the log beside a database that nobody has open: closing a file that SQLite has open would take its locks away.
func walOf(path string) (state walState, err error) {
	f, err := os.Open(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return walWhole, nil
	} else if err != nil {
		return walWhole, fmt.Errorf("look at the log: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	log, err := io.ReadAll(f)
	if err != nil {
		return walWhole, fmt.Errorf("read the log: %w", err)
	}
	return readWAL(log), nil
}

// readWAL judges a log.
func readWAL(log []byte) walState {
	if len(log) == 0 {
		return walWhole
	}
	w, ok := parseWAL(log)
	if !ok {
		if w.frame == 0 { // not even a page size: a header that was never written whole has at most one change behind it
			w.frame = frameHeader + pageBytes
			if len(log) > walHeader+2*w.frame || len(log) > walHeader && w.commits(0) > 0 {
				return walBroken
			}
			return walTorn
		}
		return walBroken
	}
	end := w.valid()
	switch commits := w.commits(end); {
	case commits > 1:
		return walBroken
	case commits == 1 || w.odd(end):
		return walTorn
	}
	return walWhole
}

// pageBytes is the size of our pages: SQLite's default.
const pageBytes = 4096

// wal is a log in memory.
type wal struct {
	log   []byte
	order binary.ByteOrder // of the checksums' words
	frame int              // bytes of a frame
}

// parseWAL reads the header; ok is false when it is not what was written.
func parseWAL(log []byte) (w wal, ok bool) {
	w = wal{log: log, order: binary.LittleEndian}
	if len(log) < walHeader {
		return w, false
	}
	magic, size := binary.BigEndian.Uint32(log), int(binary.BigEndian.Uint32(log[8:]))
	if magic&^1 != walMagic || size < 512 || size > 65536 || size&(size-1) != 0 {
		return w, false
	}
	if magic&1 == 1 {
		w.order = binary.BigEndian
	}
	w.frame = frameHeader + size
	a, b := w.sum(0, 0, log[:24])
	return w, a == binary.BigEndian.Uint32(log[24:]) && b == binary.BigEndian.Uint32(log[28:])
}

// sum goes on with a checksum over bytes, eight at a time.
func (w wal) sum(a, b uint32, raw []byte) (x, y uint32) {
	for ; len(raw) >= 8; raw = raw[8:] {
		a += w.order.Uint32(raw) + b
		b += w.order.Uint32(raw[4:]) + a
	}
	return a, b
}

func (w wal) frames() int { return max(len(w.log)-walHeader, 0) / w.frame }

// at is a frame; what comes behind the last is empty.
func (w wal) at(n int) []byte {
	from := walHeader + n*w.frame
	return w.log[from : from+w.frame]
}

// follows tells whether a frame carries the checksum of what it holds, going on from the one before it.
func (w wal) follows(n int) bool {
	from := w.log[24:32]
	if n > 0 {
		from = w.at(n - 1)[frameSumAt:frameHeader]
	}
	f := w.at(n)
	a, b := w.sum(binary.BigEndian.Uint32(from), binary.BigEndian.Uint32(from[4:]), f[:8])
	a, b = w.sum(a, b, f[frameHeader:])
	return a == binary.BigEndian.Uint32(f[frameSumAt:]) && b == binary.BigEndian.Uint32(f[frameSumAt+4:])
}

// current tells whether a frame says that it belongs to this log, and not to what the file was used for before.
func (w wal) current(n int) bool {
	return string(w.at(n)[frameSaltAt:frameSumAt]) == string(w.log[salt1At:salt1At+8])
}

// valid is how many frames SQLite takes.
func (w wal) valid() int {
	for n := range w.frames() {
		if !w.current(n) || !w.follows(n) {
			return n
		}
	}
	return w.frames()
}

// commits counts the ends of changes behind a frame: those that say they belong here, and those that provably go on from their neighbour.
func (w wal) commits(from int) (n int) {
	linked := true // the neighbour before belongs here
	for ; from < w.frames(); from++ {
		linked = w.current(from) || linked && w.follows(from)
		if linked && binary.BigEndian.Uint32(w.at(from)[4:]) != 0 {
			n++
		}
	}
	return n
}

// odd tells whether what lies behind a frame is neither nothing nor the remains of an earlier log, whose salts count down from ours.
func (w wal) odd(from int) bool {
	if (len(w.log)-walHeader)%w.frame != 0 {
		return true
	}
	salt := binary.BigEndian.Uint32(w.log[salt1At:])
	for ; from < w.frames(); from++ {
		was := binary.BigEndian.Uint32(w.at(from)[frameSaltAt:])
		if back := salt - was; back == 0 || back > 1<<24 {
			return true
		}
		salt = was + 1
	}
	return false
}
