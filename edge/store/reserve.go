package store

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// ReserveBytes is the size of the reserve: room that is given up when the disk is full, because then SQLite cannot even delete. 4 MiB, and
// no less than four times the log's limit; half a megabyte was tried and is not enough.
const ReserveBytes = max(4<<20, 4*walLimit)

// walLimit is journal_size_limit in bytes.
const walLimit = 1 << 20

func reservePath(db string) string { return db + ".reserve" }

// reserveWhole tells whether the reserve lies beside the database.
func reserveWhole(db string) bool {
	info, err := os.Stat(reservePath(db))
	return err == nil && info.Size() >= ReserveBytes
}

// makeReserve takes the room for bad days. It is filled with noise: a file system that compresses, or stores zeros as holes, would take
// no room for it. What could not be made whole is removed.
func makeReserve(db string) error {
	path := reservePath(db)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("make the disk's reserve: %w", err)
	}
	noise := rand.NewChaCha8([32]byte{})
	block := make([]byte, 64<<10)
	for at := 0; at < ReserveBytes && err == nil; at += len(block) {
		_, _ = noise.Read(block)
		_, err = f.Write(block)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("make the disk's reserve: %w", err), os.Remove(path))
	}
	return nil
}

// releaseReserve gives its room to the database.
func releaseReserve(db string) error {
	if err := os.Remove(reservePath(db)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("give up the disk's reserve: %w", err)
	}
	d, err := os.Open(filepath.Dir(db)) // some file systems free the room with the directory's next sync
	if err != nil {
		return fmt.Errorf("give up the disk's reserve: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("give up the disk's reserve: %w", err)
	}
	return nil
}
