package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	testName    = regexp.MustCompile("`(Test\\w+)`")
	testFunc    = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	promiseName = regexp.MustCompile(`^P\d+$`)
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A test that is named and is not there is believed in by a reader, and run by nobody: go test is content with a name that nothing has.
func TestTestsThatAreNamedExist(t *testing.T) {
	t.Parallel()
	there := testsOfTheHouse(t)
	for page, x := range map[string]struct {
		named *regexp.Regexp
		least int
	}{
		"PROTOCOL.md": {testName, 20}, "TESTING.md": {testName, 1}, "../Makefile": {regexp.MustCompile(`\b(Test\w+)\b`), 4},
	} {
		all := x.named.FindAllStringSubmatch(read(t, page), -1)
		if len(all) < x.least {
			t.Errorf("found only %d tests in %s: it is no longer read right", len(all), page)
		}
		for _, m := range all {
			if !slices.Contains(there, m[1]) {
				t.Errorf("%s believes in %s, which is not there", page, m[1])
			}
		}
	}
}

func TestEveryPromiseSaysHowItIsKnown(t *testing.T) {
	t.Parallel()
	_, section, _ := strings.Cut(read(t, "PROTOCOL.md"), "\n## 11. ")
	section, _, _ = strings.Cut(section, "\n## ")
	promises := 0
	for line := range strings.Lines(section) {
		row := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if name := strings.TrimSpace(row[0]); promiseName.MatchString(name) {
			promises++
			if want := fmt.Sprint("P", promises); name != want {
				t.Errorf("after %d promises comes %s", promises-1, name)
			}
			if len(row) != 4 || slices.ContainsFunc(row, func(cell string) bool { return strings.TrimSpace(cell) == "" }) || !testName.MatchString(row[2]) {
				t.Errorf("%s does not say what is promised, which tests show it, and how much of them has been run: %q", name, row)
			}
		}
	}
	if promises != 15 {
		t.Errorf("%d promises are in the table", promises)
	}
}

// testsOfTheHouse are the names of all tests in Go.
func testsOfTheHouse(t *testing.T) (names []string) {
	t.Helper()
	for _, room := range []string{"cloud", "deploy", "edge", "firmware-sim", "shared"} {
		err := filepath.WalkDir(filepath.Join("..", room), func(path string, entry os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && entry.Name() == "node_modules" {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(path, "_test.go") {
				return nil
			}
			code, err := os.ReadFile(path)
			for _, m := range testFunc.FindAllSubmatch(code, -1) {
				names = append(names, string(m[1]))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return names
}
