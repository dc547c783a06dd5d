package e2e

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

var tourBlock = regexp.MustCompile("(?s)```sh tour\n(.*?)```")

// TestTheReadmesTourWordForWord runs the lines of the README, in one shell, against what `make run` starts on its usual ports.
func TestTheReadmesTourWordForWord(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := tourBlock.FindAllSubmatch(readme, -1)
	if len(blocks) < 4 {
		t.Fatalf("the README's tour has %d blocks", len(blocks))
	}
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	for _, b := range blocks {
		script.Write(b[1])
	}
	if !free(5000) {
		t.Fatal("the tour goes through the usual ports, and something listens on them: is make run still running?")
	}
	c := start(t, options{base: 5000, restaurants: 2, guests: 4, drivers: 3, cook: true})
	c.eventually(time.Minute, "the restaurant is connected", func() bool {
		return strings.Contains(string(c.get(c.edge(1)+"/api/link").body), `"up"`)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "bash", "-c", script.String()).CombinedOutput()
	if err != nil {
		t.Fatalf("the tour ends with %v:\n%s", err, out)
	}
	said := string(out)
	for _, want := range []string{`"r1"`, "ordered 0", `"number":`, `data: {`, `"internet":false`, `"down"`, "the cloud does not know it yet: 404", `"internet":true`, `","number":`} {
		if !strings.Contains(said, want) {
			t.Errorf("the tour never shows %s:\n%s", want, said)
		}
	}
}
