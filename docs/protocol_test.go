package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	testName = regexp.MustCompile("`(Test\\w+)`")
	testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

func TestTestsNamedInTheProtocolExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	named := testName.FindAllStringSubmatch(string(text), -1)
	if len(named) < 20 {
		t.Fatalf("found only %d tests in PROTOCOL.md: it is no longer read right", len(named))
	}
	there := testsOfTheHouse(t)
	for _, m := range named {
		if !slices.Contains(there, m[1]) {
			t.Errorf("PROTOCOL.md believes in %s, which is not there", m[1])
		}
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
