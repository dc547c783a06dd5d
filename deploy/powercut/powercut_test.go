package powercut_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"awesome.pizza/deploy/powercut"
)

func write(t *testing.T, path, text string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return f
}

func synced(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "(none)"
	} else if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestOnlyWhatWasSyncedSurvivesACut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	path := func(name string) string { return filepath.Join(dir, name) }

	both := write(t, path("file-and-directory"), "kept")
	if err := both.Sync(); err != nil {
		t.Fatal(err)
	}
	write(t, path("directory-only"), "lost")
	synced(t, dir)
	fileOnly := write(t, path("file-only"), "lost with its name")
	if err := fileOnly.Sync(); err != nil {
		t.Fatal(err)
	}
	if _, err := both.WriteAt([]byte("KEPT and more"), 0); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path("file-and-directory")); got != "KEPT and more" {
		t.Errorf("before the cut it reads %q", got)
	}

	disk.Cut()
	for name, want := range map[string]string{"file-and-directory": "kept", "directory-only": "", "file-only": "(none)"} {
		if got := read(t, path(name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if _, err := both.WriteString("x"); !errors.Is(err, syscall.EIO) {
		t.Errorf("a file opened before the cut: %v", err)
	}
	if err := both.Sync(); !errors.Is(err, syscall.EIO) {
		t.Errorf("a file opened before the cut: %v", err)
	}
}

func TestAJournalKeepsTheNameOfASyncedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir, powercut.Journalled())
	if err := os.MkdirAll(filepath.Join(dir, "a", "b"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := write(t, filepath.Join(dir, "a", "b", "new.tmp"), "kept").Sync(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "a", "other"), "lost")
	if err := os.Rename(filepath.Join(dir, "a", "b", "new.tmp"), filepath.Join(dir, "a", "b", "new")); err != nil {
		t.Fatal(err)
	}
	disk.Cut()
	if got := read(t, filepath.Join(dir, "a", "b", "new.tmp")); got != "kept" {
		t.Errorf("a synced file is %q", got)
	}
	if got := read(t, filepath.Join(dir, "a", "b", "new")); got != "(none)" {
		t.Errorf("a name that nothing was synced after is %q", got)
	}
	if got := read(t, filepath.Join(dir, "a", "other")); got != "(none)" {
		t.Errorf("a file that was not synced is %q", got)
	}
}

func TestNamesAreDurableWithTheirDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	for _, name := range []string{"removed", "removed-and-synced", "old", "replaced"} {
		if err := write(t, filepath.Join(dir, name), name).Sync(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	synced(t, dir)
	if err := os.Remove(filepath.Join(dir, "removed-and-synced")); err != nil {
		t.Fatal(err)
	}
	synced(t, dir)
	if err := errors.Join(os.Remove(filepath.Join(dir, "removed")), os.Rename(filepath.Join(dir, "old"), filepath.Join(dir, "replaced"))); err != nil {
		t.Fatal(err)
	}
	disk.Cut()
	want := map[string]string{"removed": "removed", "removed-and-synced": "(none)", "old": "old", "replaced": "replaced"}
	for name, text := range want {
		if got := read(t, filepath.Join(dir, name)); got != text {
			t.Errorf("%s: %q, want %q", name, got, text)
		}
	}
	if err := os.Rename(filepath.Join(dir, "old"), filepath.Join(dir, "sub", "new")); err != nil {
		t.Fatal(err)
	}
	synced(t, dir) // the directory it left: a rename is never half durable
	disk.Cut()
	if got := read(t, filepath.Join(dir, "old")) + read(t, filepath.Join(dir, "sub", "new")); got != "(none)old" {
		t.Errorf("after a rename between directories: %q", got)
	}
	if info, err := os.Stat(filepath.Join(dir, "sub")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory's mode: %v, %v", info, err)
	}
}

func TestWhatIsOpenedForSynchronousWritingNeedsNoFsync(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	f, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_SYNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	synced(t, dir)
	if _, err := f.WriteString("durable"); err != nil {
		t.Fatal(err)
	}
	disk.Cut()
	if got := read(t, filepath.Join(dir, "log")); got != "durable" {
		t.Errorf("it reads %q", got)
	}
	if err := f.Close(); err != nil && !errors.Is(err, syscall.EIO) {
		t.Error(err)
	}
}

func TestATornDiskKeepsAnyPartOfWhatWasNotSynced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	path := filepath.Join(dir, "pages")
	first, second := strings.Repeat("a", 40960), strings.Repeat("b", 40960)
	kinds := map[string]bool{}
	for seed := range uint64(20) {
		f := write(t, path, first)
		if err := errors.Join(f.Truncate(40960), f.Sync()); err != nil {
			t.Fatal(err)
		}
		synced(t, dir)
		if _, err := f.WriteAt([]byte(second), 0); err != nil {
			t.Fatal(err)
		}
		disk.Tear(seed)
		got := read(t, path)
		if len(got) != 40960 {
			t.Fatalf("%d bytes", len(got))
		}
		for p := 0; p < len(got); p += 4096 {
			if part := got[p : p+4096]; part != first[:4096] && part != second[:4096] {
				t.Fatalf("page %d is neither the old one nor the new one", p/4096)
			}
		}
		kinds[got] = true
	}
	if len(kinds) < 10 {
		t.Errorf("20 seeds gave %d different outcomes", len(kinds))
	}
}

func TestThePowerGoesAtAChosenChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	for after := range 6 {
		f := write(t, filepath.Join(dir, "steps"), "")
		if err := f.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
		synced(t, dir)
		disk.CutAfter(after)
		confirmed := ""
		for _, step := range []string{"1", "2", "3"} { // each is a write and a sync: two changes
			if _, err := f.WriteString(step); err != nil {
				break
			}
			if err := f.Sync(); err != nil {
				break
			}
			confirmed += step
		}
		disk.Cut()
		if got := read(t, filepath.Join(dir, "steps")); got != confirmed || len(got) != after/2 {
			t.Errorf("after %d changes the disk has %q; %q was confirmed", after, got, confirmed)
		}
	}
}

func TestFaultsUntilHealed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	f := write(t, filepath.Join(dir, "file"), "some text")
	for _, c := range []struct {
		kind powercut.Fault
		do   func() error
		want error
	}{
		{powercut.ReadOnly, func() error { _, err := f.WriteAt([]byte("x"), 0); return err }, syscall.EROFS},
		{powercut.ReadOnly, func() error { return os.WriteFile(filepath.Join(dir, "new"), nil, 0o600) }, syscall.EROFS},
		{powercut.BadWrite, func() error { _, err := f.WriteAt([]byte("x"), 0); return err }, syscall.EIO},
		{powercut.BadSync, f.Sync, syscall.EIO},
		{powercut.Full, func() error { return os.WriteFile(filepath.Join(dir, "new"), nil, 0o600) }, syscall.ENOSPC},
		{powercut.Full, func() error { _, err := f.WriteAt([]byte("x"), 1<<20); return err }, syscall.ENOSPC},
		{powercut.Full, func() error { _, err := f.WriteAt([]byte("x"), 0); return err }, nil}, // there is room for what has room
		{powercut.Gone, f.Sync, syscall.EIO},
	} {
		disk.Fail(c.kind)
		if err := c.do(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.kind, err, c.want)
		}
		disk.Heal()
		if _, err := f.WriteAt([]byte("y"), 0); err != nil {
			t.Errorf("%s, healed: %v", c.kind, err)
		}
	}
}

func TestAfterAFailedSyncAGoodOneDoesNotBringBackWhatWasLost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	f := write(t, filepath.Join(dir, "file"), "old")
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	synced(t, dir)
	if _, err := f.WriteAt([]byte("new"), 0); err != nil {
		t.Fatal(err)
	}
	disk.Fail(powercut.BadSync)
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	disk.Heal()
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	disk.Cut()
	if got := read(t, filepath.Join(dir, "file")); got != "old" {
		t.Errorf("the disk has %q", got)
	}
}

func TestASmallDiskFillsUpAndSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir, powercut.Size(1<<20))
	f := write(t, filepath.Join(dir, "file"), "")
	if _, err := f.Write(make([]byte, 768<<10)); err != nil {
		t.Fatal(err)
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil || s.Bavail*uint64(s.Bsize) != 256<<10 || s.Blocks*uint64(s.Bsize) != 1<<20 {
		t.Errorf("%d of %d blocks of %d are free: %v", s.Bavail, s.Blocks, s.Bsize, err)
	}
	if err := syscall.Fallocate(int(write(t, filepath.Join(dir, "big"), "").Fd()), 0, 0, 512<<10); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("taking more than there is: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "file")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "next"), bytes.Repeat([]byte("x"), 900<<10), 0o600); err != nil {
		t.Errorf("after making room: %v", err)
	}
	disk.Resize(2 << 20)
	if err := os.WriteFile(filepath.Join(dir, "more"), make([]byte, 900<<10), 0o600); err != nil {
		t.Errorf("on a bigger disk: %v", err)
	}
}

func TestManyWritersSeeOneCut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	const writers = 4
	var files [writers]*os.File
	for n := range files {
		files[n] = write(t, filepath.Join(dir, string(rune('a'+n))), "")
	}
	synced(t, dir)
	var confirmed [writers]int
	var all sync.WaitGroup
	for n, f := range files {
		all.Go(func() {
			for {
				if _, err := f.WriteString("x"); err != nil {
					return
				}
				if err := f.Sync(); err != nil {
					return
				}
				confirmed[n]++
			}
		})
	}
	disk.CutAfter(500)
	all.Wait()
	disk.Cut()
	for n, least := range confirmed {
		if got := len(read(t, filepath.Join(dir, string(rune('a'+n))))); got < least || got > least+1 {
			t.Errorf("writer %d: %d bytes, %d were confirmed", n, got, least)
		}
	}
}
