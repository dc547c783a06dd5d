package docs

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// alertKinds is docs/alerts.json: all kinds of alerts that a node raises, and those of the cloud's own. The pages have words for each: their tests read it.
type alertKinds struct {
	Edge  []string `json:"edge"`
	Cloud []string `json:"cloud"`
}

// decided are kinds that the place that raises them takes from a variable: the constants that it can be. A timer that is new here says whether it raises.
var decided = map[string][]string{
	"edge/mqtt.go string(a.Kind)":               {"wire.Overheat", "wire.Underheat", "wire.Silent", "wire.Malfunction", "wire.DoorOpen", "wire.ProbeLimit"},
	"edge/ovens.go string(a.Kind)":              {"wire.Overheat", "wire.Underheat", "wire.Silent", "wire.Malfunction", "wire.DoorOpen"},
	"edge/hours_apart.go what":                  {"edge.clockApart"},
	"edge/disk.go what":                         nil, // of whoever calls say
	"edge/kitchen/timers.go string(timer.Kind)": {"kitchen.StuckOrder", "kitchen.OverdueBake", "kitchen.NotShown", "kitchen.Unreleased"},
	"edge/printer/alarm.go what":                {"printer.AlertOffline", "printer.AlertPaper", "printer.AlertCover", "printer.AlertFault"},
}

// quiet are timers that raise nothing.
var quiet = []string{"fire_order", "off_ends", "daily_check", "hold_over", "unread", "silent_cook"}

func TestEveryKindOfAlertIsInTheListThatPagesAreHeldAgainst(t *testing.T) {
	t.Parallel()
	code := readCode(t, "edge", "cloud/restaurant", "shared/wire")
	want := alertKinds{Edge: code.raised(t), Cloud: code.inFile("cloud/restaurant/alert.go")}
	for _, timer := range code.inBlockOf("edge/kitchen/timers.go", "StuckOrder") {
		if !slices.Contains(quiet, timer) && !slices.Contains(want.Edge, timer) {
			t.Errorf("the timer %s neither raises an alert nor is one of those that do not", timer)
		}
	}
	if len(want.Edge) < 25 || len(want.Cloud) < 7 {
		t.Fatalf("alerts are no longer found: %+v", want)
	}
	made, err := json.MarshalIndent(want, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	if *update {
		if err := os.WriteFile("alerts.json", made, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile("alerts.json"); err != nil || string(have) != string(made) {
		t.Errorf("docs/alerts.json is not what the code raises (%v): go test ./docs -run Alert -update, and then words for it in both pages", err)
	}
}

// code is what is written in some folders, tests left out.
type code struct {
	files  map[string]*ast.File
	consts map[string]string // by package and name
}

func readCode(t *testing.T, folders ...string) *code {
	t.Helper()
	c := &code{files: map[string]*ast.File{}, consts: map[string]string{}}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata") {
				return fs.SkipDir
			}
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			c.files[filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))] = f
			maps.Copy(c.consts, constsOf(f))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// constsOf are the texts that a file gives names to.
func constsOf(f *ast.File) map[string]string {
	out := map[string]string{}
	for _, block := range blocksOf(f) {
		for name, value := range block {
			out[f.Name.Name+"."+name] = value
		}
	}
	return out
}

func blocksOf(f *ast.File) (blocks []map[string]string) {
	for _, decl := range f.Decls {
		d, is := decl.(*ast.GenDecl)
		if !is || d.Tok != token.CONST {
			continue
		}
		block := map[string]string{}
		for _, spec := range d.Specs {
			v, _ := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					if text, is := literal(v.Values[i]); is {
						block[name.Name] = text
					}
				}
			}
		}
		blocks = append(blocks, block)
	}
	return blocks
}

func literal(e ast.Expr) (text string, is bool) {
	b, is := e.(*ast.BasicLit)
	if !is || b.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(b.Value)
	return text, err == nil
}

// inFile are all texts with a name of a file.
func (c *code) inFile(path string) []string {
	return slices.Sorted(maps.Values(constsOf(c.files[path])))
}

// inBlockOf are the texts of the block of constants that has a name.
func (c *code) inBlockOf(path, name string) []string {
	for _, block := range blocksOf(c.files[path]) {
		if _, has := block[name]; has {
			return slices.Sorted(maps.Values(block))
		}
	}
	return nil
}

// raised are all kinds that a node's code names where it raises an alert.
func (c *code) raised(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for path, f := range c.files {
		if !strings.HasPrefix(path, "edge/") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			for _, e := range whats(path, n) {
				kinds, known := c.kinds(path, f.Name.Name, e)
				if !known {
					t.Errorf("%s raises an alert of the kind %s: which are they?", path, written(e))
				}
				for _, k := range kinds {
					found[k] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// whats are the expressions of a node that say what an alert is about: in an alert as it is written down, and where one is asked for.
func whats(path string, n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.CompositeLit:
		if !strings.HasSuffix(written(n.Type), "Alert") || strings.HasSuffix(written(n.Type), "wire.Alert") {
			return nil
		}
		for _, e := range n.Elts {
			if kv, is := e.(*ast.KeyValueExpr); is && written(kv.Key) == "What" {
				return []ast.Expr{kv.Value}
			}
		}
	case *ast.CallExpr:
		switch called := written(n.Fun); {
		case called == "c.say" && path == "edge/disk.go":
			return n.Args[2:3]
		case called == "k.ask" && path == "edge/store/recover_keep.go":
			return n.Args[:1]
		}
	}
	return nil
}

// kinds are what an expression can be.
func (c *code) kinds(path, pkg string, e ast.Expr) (kinds []string, known bool) {
	if text, is := literal(e); is {
		return slices.DeleteFunc([]string{text}, func(s string) bool { return s == "" }), true
	}
	if names, listed := decided[path+" "+written(e)]; listed {
		for _, name := range names {
			kind, has := c.consts[name]
			if !has {
				return nil, false
			}
			kinds = append(kinds, kind)
		}
		return kinds, true
	}
	name := strings.TrimSuffix(strings.TrimPrefix(written(e), "string("), ")")
	if !strings.Contains(name, ".") {
		name = pkg + "." + name
	}
	kind, has := c.consts[name]
	return []string{kind}, has
}

// written is an expression of names and calls as it is written.
func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return written(e.X) + "." + e.Sel.Name
	case *ast.CallExpr:
		var args []string
		for _, a := range e.Args {
			args = append(args, written(a))
		}
		return written(e.Fun) + "(" + strings.Join(args, ", ") + ")"
	}
	return ""
}
