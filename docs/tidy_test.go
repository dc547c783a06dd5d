package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var skips = regexp.MustCompile(`\b[tb]\.Skip(f|Now)?\(`)

// rules are conventions that no linter knows. Each says why it exists, so that whoever breaks one can argue.
var rules = []struct {
	name   string
	broken func(code string) bool
	why    string
}{
	{
		"a test sleeps outside a synctest bubble",
		func(code string) bool {
			return strings.Contains(code, "time.Sleep(") && !strings.Contains(code, `"testing/synctest"`)
		},
		"real sleeping is slow when it is long and wrong when it is short: wait for the thing itself",
	},
	{
		"a test is skipped",
		func(code string) bool {
			return skips.MatchString(code) && !strings.Contains(code, "testing.F") // a fuzz target skips input, not work
		},
		"a skipped test says ok and knows nothing",
	},
	{
		"a linter is silenced",
		regexp.MustCompile(`//\s*` + `nolint|//lint:` + `ignore|#` + `nosec`).MatchString,
		"mend the code or argue about the rule in .golangci.yml",
	},
	{
		"work is left undone",
		regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`).MatchString,
		"unfinished work belongs to whoever plans, not to whoever reads",
	},
}

func TestConventionsThatNoLinterKnows(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, name := range append(append(append([]string{}, p.GoFiles...), p.TestGoFiles...), p.XTestGoFiles...) {
			file := filepath.Join(p.Dir, name)
			code, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, rule := range rules {
				if rule.broken(string(code)) {
					t.Errorf("%s/%s: %s (%s)", p.room(), name, rule.name, rule.why)
				}
			}
		}
	}
}

func TestEveryPackageWithTestsLooksForLeakedGoroutines(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		tests := append(append([]string{}, p.TestGoFiles...), p.XTestGoFiles...)
		if len(tests) == 0 {
			continue
		}
		leakChecked := false
		for _, name := range tests {
			code, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			leakChecked = leakChecked || strings.Contains(string(code), "goleak.")
		}
		if !leakChecked {
			t.Errorf("the tests of %s do not look for leaked goroutines: add goleak.VerifyTestMain", p.room())
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)

func TestLinksInTheDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"*.md", "*/*.md", "../*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range link.FindAllStringSubmatch(string(text), -1) {
				if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
					continue
				}
				if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
					t.Errorf("%s links to %s, which is not there", file, m[1])
				}
			}
		}
	}
}

var place = regexp.MustCompile("`((?:cloud|deploy|docs|edge|firmware-sim|shared)/[\\w./-]+)`(?: `(\\w+)`)?")

func TestPlacesNamedInTheFlowExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("FLOW.md")
	if err != nil {
		t.Fatal(err)
	}
	places := place.FindAllStringSubmatch(string(text), -1)
	if len(places) < 20 {
		t.Fatalf("found only %d places in FLOW.md: it is no longer read right", len(places))
	}
	for _, m := range places {
		file, name := filepath.Join("..", m[1]), m[2]
		if name == "" {
			if _, err := os.Stat(file); err != nil {
				t.Errorf("FLOW.md names %s, which is not there", m[1])
			}
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("FLOW.md names %s, which is not there", m[1])
			continue
		}
		if !regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type )` + name + `\b`).Match(code) {
			t.Errorf("FLOW.md names %s in %s, which does not declare it", name, m[1])
		}
	}
}

var wordRow = regexp.MustCompile(`^\| ([^|]+?) \|`)

// What a word means depends on the part of the house in which it is said; in one part it means one thing.
func TestNoWordStandsTwiceInOnePartOfTheGlossary(t *testing.T) {
	t.Parallel()
	part, words := "", map[string]int{}
	for n, line := range strings.Split(read(t, "GLOSSARY.md"), "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			part = title
		}
		m := wordRow.FindStringSubmatch(line)
		if m == nil || m[1] == "word" || m[1] == "---" {
			continue
		}
		if first, twice := words[part+": "+m[1]]; twice {
			t.Errorf("GLOSSARY.md: %q stands in line %d and in line %d of the part %q", m[1], first, n+1, part)
		}
		words[part+": "+m[1]] = n + 1
	}
	if len(words) < 150 {
		t.Errorf("found only %d words in GLOSSARY.md: it is no longer read right", len(words))
	}
}
