// Package docs keeps the documents true: what they state about the code is read by tests and held against it. It contains
// no code of the product.
package docs

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "awesome.pizza/"

func TestImportsFollowTheTables(t *testing.T) {
	t.Parallel()
	house := readHouse(t)
	for _, p := range packages(t) {
		may, ok := house.row(p.room())
		if !ok {
			t.Errorf("%s has no row in ARCHITECTURE.md: a new room starts with one", p.room())
			continue
		}
		for _, imp := range p.Imports {
			if to, ours := strings.CutPrefix(imp, module); ours {
				if !slices.ContainsFunc(may, covers(to)) {
					t.Errorf("%s imports %s; its row allows %s", p.room(), to, strings.Join(may, ", "))
				}
				continue
			}
			if problem := house.technology(p.room(), imp); problem != "" {
				t.Error(problem)
			}
		}
	}
}

func TestEveryRequiredModuleHasARowAndEveryRowAModule(t *testing.T) {
	t.Parallel()
	house := readHouse(t)
	direct, all := requirements(t)
	for _, m := range direct {
		if _, ok := house.onlyIn[m]; !ok {
			t.Errorf("go.mod requires %s without a row in ARCHITECTURE.md that says why", m)
		}
	}
	for m, why := range house.why {
		if !slices.Contains(all, m) {
			t.Errorf("ARCHITECTURE.md has a row for %s, which go.mod does not require", m)
		}
		if len(why) < 10 {
			t.Errorf("the row of %s does not say why it is here", m)
		}
	}
}

func TestEveryRoomInTheTablesIsBuilt(t *testing.T) {
	t.Parallel()
	built := packages(t)
	exists := func(room string) bool {
		return slices.ContainsFunc(built, func(p pkg) bool {
			below, all := strings.CutSuffix(room, "/...")
			return p.room() == room || all && strings.HasPrefix(p.room(), below+"/")
		})
	}
	for room := range readHouse(t).may {
		if !exists(room) {
			t.Errorf("ARCHITECTURE.md has a row for %s, but nobody lives there yet", room)
		}
	}
}

// The checker itself is tried on imports that must be refused, else a typing error in a table could switch it off.
func TestTheTablesRefuseWhatTheyShould(t *testing.T) {
	t.Parallel()
	house := readHouse(t)
	for _, c := range []struct{ room, imp string }{
		{"shared/order", "edge/kitchen"},
		{"edge/kitchen", "edge/store"},
		{"edge/kitchen", "shared/broker"},
		{"edge/store", "edge/kds"},
		{"cloud/api", "cloud/store"},
		{"cloud/dispatch", "cloud/ordering"},
		{"edge", "cloud/api"},
		{"firmware-sim/oven", "edge/oven"},
		{"firmware-sim/phone", "shared/broker"},
	} {
		may, ok := house.row(c.room)
		if !ok || slices.ContainsFunc(may, covers(c.imp)) {
			t.Errorf("%s may import %s, or has no row", c.room, c.imp)
		}
	}
	for _, c := range []struct{ room, imp string }{
		{"shared/order", "github.com/google/uuid"},
		{"edge/kds", "modernc.org/sqlite"},
		{"cloud/api", "github.com/jackc/pgx/v5/pgxpool"},
		{"edge/uplink", "go.uber.org/goleak"},
		{"edge/kitchen", "github.com/nobody/knows"},
	} {
		if house.technology(c.room, c.imp) == "" {
			t.Errorf("%s may use %s", c.room, c.imp)
		}
	}
}

// tables is what ARCHITECTURE.md states.
type tables struct {
	may    map[string][]string // room or room/... → patterns of ours it may import
	onlyIn map[string][]string // module → rooms that may use it
	why    map[string]string   // module → reason
}

var row = regexp.MustCompile(`(?m)^\| ([\w., /-]+?) +\| ([\w., /-]+?) +\|(?: (.+?) +\|)?$`)

// readHouse reads sections 3 and 4 and replaces words by what they stand for.
func readHouse(t *testing.T) tables {
	t.Helper()
	doc, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(doc), "## 3. Who may import whom")
	imports, rest, found4 := strings.Cut(rest, "## 4. Which technology")
	technologies, _, found5 := strings.Cut(rest, "\n## 5.")
	if !found || !found4 || !found5 {
		t.Fatal("ARCHITECTURE.md lost the headings that this test reads")
	}
	house := tables{may: map[string][]string{}, onlyIn: map[string][]string{}, why: map[string]string{}}
	words := map[string][]string{"nothing": nil}
	definitions, rules, _ := strings.Cut(imports, "| package |")
	for _, m := range row.FindAllStringSubmatch(definitions, -1) {
		words[m[1]] = strings.Split(m[2], ", ")
	}
	for _, m := range row.FindAllStringSubmatch(rules, -1) {
		for _, room := range expand(words, m[1]) {
			if _, twice := house.may[room]; twice {
				t.Errorf("%s has two rows", room)
			}
			house.may[room] = expand(words, m[2])
		}
	}
	for _, m := range row.FindAllStringSubmatch(technologies, -1) {
		if m[1] != "module" {
			house.onlyIn[m[1]], house.why[m[1]] = strings.Split(m[2], ", "), m[3]
		}
	}
	if len(house.may) < 20 || len(house.onlyIn) < 20 {
		t.Fatalf("read only %d rooms and %d modules: the tables are no longer read right", len(house.may), len(house.onlyIn))
	}
	return house
}

// expand splits a cell at its commas and replaces each word of the first table by its packages.
func expand(words map[string][]string, cell string) []string {
	var out []string
	for part := range strings.SplitSeq(cell, ", ") {
		if stands, ok := words[part]; ok {
			out = append(out, stands...)
			continue
		}
		out = append(out, part)
	}
	return out
}

// row is the row of a room, else of the nearest parent that ends in /... .
func (h tables) row(room string) ([]string, bool) {
	if r, ok := h.may[room]; ok {
		return r, true
	}
	for i := strings.LastIndex(room, "/"); i > 0; i = strings.LastIndex(room[:i], "/") {
		if r, ok := h.may[room[:i]+"/..."]; ok {
			return r, true
		}
	}
	return nil, false
}

// technology says what is wrong with room importing imp, a package that is not ours; nothing is wrong with the standard library.
func (h tables) technology(room, imp string) string {
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return ""
	}
	for m, homes := range h.onlyIn {
		if imp != m && !strings.HasPrefix(imp, m+"/") {
			continue
		}
		if slices.ContainsFunc(homes, covers(room)) || strings.HasPrefix(room, "deploy/e2e") {
			return ""
		}
		return room + " imports " + imp + ", which lives in " + strings.Join(homes, ", ") + " only"
	}
	return room + " imports " + imp + ": a new dependency starts with a row"
}

func covers(room string) func(string) bool {
	return func(pattern string) bool {
		below, all := strings.CutSuffix(pattern, "/...")
		return room == pattern || all && strings.HasPrefix(room, below+"/")
	}
}

// pkg is what go list tells of a package: its imports are those of the program, not of its tests.
type pkg struct {
	ImportPath                                         string
	Dir                                                string
	Imports                                            []string
	GoFiles, TestGoFiles, XTestGoFiles, IgnoredGoFiles []string
}

func (p pkg) room() string { return strings.TrimPrefix(p.ImportPath, module) }

// packages lists every package of the project but this one.
func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-e",
		"-json=ImportPath,Dir,Imports,GoFiles,TestGoFiles,XTestGoFiles,IgnoredGoFiles", "../...")
	out, err := list.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := list.Start(); err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(out); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.ImportPath != module+"docs" && !strings.Contains(p.ImportPath, "/node_modules/") {
			all = append(all, p)
		}
	}
	if err := list.Wait(); err != nil {
		t.Fatal(err)
	}
	return all
}

var requirement = regexp.MustCompile(`(?m)^(?:require )?\s*([\w.-]+\.[\w./-]+) v\S+( // indirect)?$`)

// requirements are the modules that go.mod requires directly, and all that it names.
func requirements(t *testing.T) (direct, all []string) {
	t.Helper()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range requirement.FindAllStringSubmatch(string(mod), -1) {
		all = append(all, m[1])
		if m[2] == "" {
			direct = append(direct, m[1])
		}
	}
	if len(direct) == 0 || len(all) == len(direct) {
		t.Fatal("go.mod is no longer read right")
	}
	return direct, all
}
