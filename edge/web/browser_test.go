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

// Each file under browser/ is one story, told to a node of its own in a real browser.
func TestTheStoriesUnderBrowserHoldInARealBrowser(t *testing.T) {
	t.Parallel()
	stories, err := filepath.Glob("browser/*.test.mjs")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, story := range stories { // one after the other: they measure time
		name := strings.TrimSuffix(filepath.Base(story), ".test.mjs")
		t.Run(name, func(t *testing.T) { tell(t, story) })
	}
}

func tell(t *testing.T, story string) {
	t.Helper()
	r := newRig(t)
	run(t, story, r.url(), r.control(t).URL)
}

// run tells a story to a node.
func run(t *testing.T, story, edge, control string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=spec", story)
	cmd.Env = append(os.Environ(), "EDGE_URL="+edge, "CONTROL_URL="+control)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	t.Logf("%s", out.Bytes())
	if err != nil {
		t.Errorf("%s: %v", story, err)
	}
}
