package docs

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// promiseSentences is docs/promise.json: every sentence that a promise is explained with, N in place of a number, and what is said behind an oven's name. A promise is kept
// as it was given, in English; the guest's pages say it in their own language: their tests read this.
type promiseSentences struct {
	Promise []string `json:"promise"`
	Ovens   []string `json:"ovens"`
}

// explainers are the files that explain promises. What is wrong with ovens they take from the line, whose words are read for themselves.
var explainers = []string{"cloud/ordering/promise.go", "cloud/ordering/reckon.go", "edge/kitchen/promise.go", "edge/kitchen/later.go"}

func TestEverySentenceThatExplainsAPromiseIsInTheListThatPagesAreHeldAgainst(t *testing.T) {
	t.Parallel()
	code := readCode(t, "cloud/ordering", "edge/kitchen", "edge/line")
	var want promiseSentences
	for _, path := range explainers {
		said := code.explained(t, path)
		if len(said) == 0 {
			t.Errorf("%s explains nothing any more", path)
		}
		want.Promise = append(want.Promise, said...)
	}
	slices.Sort(want.Promise)
	want.Promise, want.Ovens = slices.Compact(want.Promise), code.returned("edge/line/faults.go", "words")
	for path := range code.files {
		if said := code.explained(t, path); len(said) > 0 && !slices.Contains(explainers, path) {
			t.Errorf("%s explains promises too: %q", path, said)
		}
	}
	made, err := json.MarshalIndent(want, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	if *update {
		if err := os.WriteFile("promise.json", made, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile("promise.json"); err != nil || string(have) != string(made) {
		t.Errorf("docs/promise.json is not what the code says (%v): go test ./docs -run Promise -update, and then words for it in the guest's pages", err)
	}
}

// explained are the sentences that a file puts into a because.
func (c *code) explained(t *testing.T, path string) (said []string) {
	t.Helper()
	because := func(e ast.Expr) bool {
		name := written(e)
		return name == "because" || strings.HasSuffix(name, ".Because")
	}
	say := func(all []ast.Expr) {
		for _, e := range all {
			shape, known := sentence(e)
			if !known {
				t.Errorf("%s explains a promise with something else than a sentence: which are they?", path)
			}
			said = append(said, shape)
		}
	}
	ast.Inspect(c.files[path], func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if written(n.Fun) == "append" && len(n.Args) > 1 && because(n.Args[0]) && !n.Ellipsis.IsValid() {
				say(n.Args[1:])
			}
		case *ast.AssignStmt:
			for i, e := range n.Rhs {
				if list, is := e.(*ast.CompositeLit); is && len(n.Lhs) == len(n.Rhs) && because(n.Lhs[i]) {
					say(list.Elts)
				}
			}
		}
		return true
	})
	return said
}

// sentence is what an expression says, N in place of each number.
func sentence(e ast.Expr) (shape string, known bool) {
	if text, is := literal(e); is {
		return text, true
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		x, first := sentence(e.X)
		y, then := sentence(e.Y)
		return x + y, first && then && e.Op == token.ADD
	case *ast.CallExpr:
		switch written(e.Fun) {
		case "minutes", "wholeMinutes":
			return "N min", true
		case "fmt.Sprintf":
			text, is := literal(e.Args[0])
			text = strings.ReplaceAll(text, "%d", "N")
			return text, is && !strings.Contains(text, "%")
		}
	}
	return "", false
}

// returned are the texts that a function of a file returns.
func (c *code) returned(path, name string) (texts []string) {
	for _, d := range c.files[path].Decls {
		f, is := d.(*ast.FuncDecl)
		if !is || f.Recv != nil || f.Name.Name != name {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if r, is := n.(*ast.ReturnStmt); is {
				if text, is := literal(r.Results[0]); is {
					texts = append(texts, text)
				}
			}
			return true
		})
	}
	slices.Sort(texts)
	return texts
}
