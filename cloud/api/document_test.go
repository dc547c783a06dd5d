package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/cloud/api"
	"awesome.pizza/shared/clock"
)

//go:generate go test . -count=1 -run TestTheCommittedDocumentIsWhatTheCodeSays -update
var update = flag.Bool("update", false, "write docs/openapi.json anew")

const document = "../../docs/openapi.json"

// bare is an API without anything behind it: enough for what is made of the list of routes alone.
func bare(t testing.TB, pages fstest.MapFS) *api.API {
	t.Helper()
	a, err := api.New(api.Deps{Pages: pages, Clock: clock.System{}}, api.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheCommittedDocumentIsWhatTheCodeSays(t *testing.T) {
	t.Parallel()
	got := bare(t, nil).Document()
	if *update {
		if err := os.WriteFile(document, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/openapi.json is stale: run go test ./cloud/api -run Document -update, and read what has changed")
	}
}

// openAPI is what tests read of the document.
type openAPI struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string
		Summary     string
		Parameters  []struct{ Name, In string }
		Responses   map[string]struct {
			Content map[string]json.RawMessage
		}
	}
	Components struct{ Schemas map[string]json.RawMessage }
}

func parsed(t testing.TB, raw []byte) openAPI {
	t.Helper()
	var d openAPI
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheDocumentAndTheRouterHaveTheSamePaths(t *testing.T) {
	t.Parallel()
	a := bare(t, nil)
	d := parsed(t, a.Document())
	if d.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %q", d.OpenAPI)
	}
	var documented, routed []string
	for path, operations := range d.Paths {
		for method := range operations {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	err := chi.Walk(a.Handler().(chi.Routes), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if strings.HasPrefix(path, "/api/") || path == "/healthz" || path == "/readyz" {
			routed = append(routed, method+" "+path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(documented)
	slices.Sort(routed)
	if !slices.Equal(documented, routed) || len(routed) < 35 {
		t.Errorf("documented:\n%s\nrouted:\n%s", strings.Join(documented, "\n"), strings.Join(routed, "\n"))
	}
}

func TestEveryOperationSaysWhatItNeedsAndAnswers(t *testing.T) {
	t.Parallel()
	d := parsed(t, bare(t, nil).Document())
	ids, parameter := map[string]bool{}, regexp.MustCompile(`\{(\w+)\}`)
	for path, operations := range d.Paths {
		for method, o := range operations {
			if o.OperationID == "" || o.Summary == "" || ids[o.OperationID] {
				t.Errorf("%s %s has no name of its own, or says nothing", method, path)
			}
			ids[o.OperationID] = true
			for _, m := range parameter.FindAllStringSubmatch(path, -1) {
				if !slices.ContainsFunc(o.Parameters, func(p struct{ Name, In string }) bool { return p.Name == m[1] && p.In == "path" }) {
					t.Errorf("%s %s does not describe %s", method, path, m[1])
				}
			}
			for status, r := range o.Responses {
				if status < "400" {
					continue
				}
				if problem := string(r.Content["application/problem+json"]); !strings.Contains(problem, "#/components/schemas/Problem") {
					t.Errorf("%s %s: %s is no problem: %s", method, path, status, problem)
				}
			}
		}
	}
	for name, schema := range d.Components.Schemas {
		closed := strings.Contains(string(schema), `"additionalProperties":false`)
		if compact := new(bytes.Buffer); json.Compact(compact, schema) == nil {
			closed = strings.Contains(compact.String(), `"additionalProperties":false`)
		}
		if closed != strings.HasSuffix(name, "Request") {
			t.Errorf("%s: requests are closed and answers are open, but not this", name)
		}
	}
}

func TestTheDocumentIsServedToProgramsAndPeople(t *testing.T) {
	t.Parallel()
	a := bare(t, nil)
	get := func(path string) *httptest.ResponseRecorder {
		return fetch(t, a, path, nil)
	}
	if w := get("/openapi.json"); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), a.Document()) {
		t.Errorf("%d", w.Code)
	}
	page := get("/docs").Body.String()
	for path := range parsed(t, a.Document()).Paths {
		if !strings.Contains(page, path+"<") {
			t.Errorf("%s is not on the page", path)
		}
	}
	if outside := regexp.MustCompile(`(src|href)="(https?:)?//`).FindString(page); outside != "" {
		t.Errorf("the page asks elsewhere: %s", outside)
	}
	if w := get("/problems/illegal-step"); w.Code != 303 || w.Header().Get("Location") != "/docs#illegal_step" || !strings.Contains(page, `id="illegal_step"`) {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// Codes are a promise. All that the code of the cloud can answer are explained.
func TestEveryCodeIsExplained(t *testing.T) {
	t.Parallel()
	page := fetch(t, bare(t, nil), "/docs", nil).Body.String()
	said := regexp.MustCompile(`(?:problem\.New\(problem\.\w+, |refuse\((?:(?:http\.\w+|\d+), )?)"([a-z_]+)"`)
	found := 0
	for _, dir := range []string{".", "../ordering", "../dispatch", "../courier", "../../shared/menu"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			code, err := os.ReadFile(dir + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range said.FindAllStringSubmatch(string(code), -1) {
				found++
				if m[1] != "bad_fact" && m[1] != "gone" && !strings.Contains(page, `id="`+m[1]+`"`) {
					t.Errorf("%s/%s answers %s, which is explained nowhere", dir, f.Name(), m[1])
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("found only %d codes: the pattern is no longer right", found)
	}
}
