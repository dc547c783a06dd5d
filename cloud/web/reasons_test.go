package web_test

import (
	"os"
	"strings"
	"testing"

	"awesome.pizza/cloud/dispatch"
)

func TestEveryReasonOfThePlanIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "it"} {
		words, err := os.ReadFile("../../shared/ui/src/why/" + language + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		for key := range dispatch.Reasons() {
			if key != dispatch.WhySaid && !strings.Contains(string(words), "\n\t"+key+": ") {
				t.Errorf("%s does not say %q", language, key)
			}
		}
	}
}
