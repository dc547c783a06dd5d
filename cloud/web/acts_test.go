package web_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

var capital = regexp.MustCompile(`[A-Z]`)

func TestEveryActOfTheLogIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct{ OperationID, Description string }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	all := []string{"set_restaurant"}
	for _, operations := range doc.Paths {
		for _, op := range operations {
			if strings.Contains(op.Description, "Noted in the log of acts") {
				all = append(all, capital.ReplaceAllStringFunc(op.OperationID, func(s string) string { return "_" + strings.ToLower(s) }))
			}
		}
	}
	if len(all) < 30 {
		t.Fatalf("only %d operations are noted", len(all))
	}
	for _, language := range []string{"en", "it"} {
		words, err := os.ReadFile("src/words/hq/" + language + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		_, log, _ := strings.Cut(string(words), "\n\tlog: {")
		log, _, _ = strings.Cut(log, "\n\t},")
		for _, act := range all {
			if !regexp.MustCompile(`\b` + act + `: '`).MatchString(log) {
				t.Errorf("%s does not say %q", language, act)
			}
		}
	}
}
