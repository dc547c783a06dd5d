//go:build browser

package web_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Each file under browser/ is one story, told in a real browser about a chain of the real programs, which they share.
func TestTheStoriesUnderBrowserHoldInARealBrowser(t *testing.T) {
	t.Parallel()
	stories, err := filepath.Glob("browser/*.test.mjs")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	c := startChain(t)
	for _, story := range stories { // one after the other: they cut lines and kill processes
		name := strings.TrimSuffix(filepath.Base(story), ".test.mjs")
		t.Run(name, func(t *testing.T) { tell(t, c, story) })
	}
}

func tell(t *testing.T, c *chain, story string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=spec", story)
	cmd.Env = append(os.Environ(), c.env()...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	t.Logf("%s", out.Bytes())
	if err != nil {
		t.Errorf("%s: %v", story, err)
	}
}
