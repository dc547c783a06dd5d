package web_test

import (
	"io/fs"
	"strings"
	"testing"

	"awesome.pizza/edge/web"
)

func TestTheBuildIsWhollyThereOrNotAtAll(t *testing.T) {
	t.Parallel()
	index, err := fs.ReadFile(web.FS(), "index.html")
	if err != nil {
		entries, err := fs.ReadDir(web.FS(), ".")
		if err != nil || len(entries) != 1 || entries[0].Name() != ".keep" {
			t.Errorf("without index.html there is %v (%v)", entries, err)
		}
		return
	}
	for _, page := range []string{"counter.html", "board.html", "health.html", "pair.html", "sw.js", "favicon.svg"} {
		if _, err := fs.Stat(web.FS(), page); err != nil {
			t.Errorf("%s is missing: %v", page, err)
		}
	}
	if strings.Contains(string(index), "src/") {
		t.Error("index.html is the source, not the build")
	}
	assets, err := fs.ReadDir(web.FS(), "assets")
	if err != nil || len(assets) == 0 {
		t.Errorf("no assets: %v", err)
	}
}
