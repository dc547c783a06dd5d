package link_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"awesome.pizza/shared/link"
)

var example = regexp.MustCompile("(?s)```json (\\S+)\n(.*?)\n```")

func TestTheProtocolsExamplesAreTheGoldenFiles(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := example.FindAllSubmatch(page, -1)
	if len(examples) < 12 {
		t.Fatalf("found only %d examples: the page is no longer read right", len(examples))
	}
	for _, m := range examples {
		golden, err := os.ReadFile(filepath.Join("testdata", string(m[1])+".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		var shown bytes.Buffer
		if err := json.Compact(&shown, m[2]); err != nil || !bytes.Equal(shown.Bytes(), bytes.TrimSpace(golden)) {
			t.Errorf("%s is shown as\n%s\nand is (%v)\n%s", m[1], shown.Bytes(), err, golden)
		}
	}
}

func TestTheProtocolNamesEveryStateCauseAndVerdict(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{
		string(link.Offline), string(link.Syncing), string(link.Healing), string(link.Online), string(link.Blocked),
		string(link.CauseStarting), string(link.CauseLAN), string(link.CauseInternet), string(link.CauseCloudSilent), string(link.CauseNoStream),
		string(link.CauseHubSilent), string(link.CauseRefused), string(link.CauseOutbox), string(link.CauseFork), string(link.CauseFenced),
		string(link.CauseSnapshot), string(link.CauseHistory), string(link.CauseSchema), string(link.CauseUnknownReply),
		string(link.Resume), string(link.Incompatible), string(link.FarAhead),
		string(link.Skip), string(link.Apply), string(link.Gap), string(link.Fork), string(link.Quarantine), string(link.Unreadable), string(link.Corrupt),
	} {
		if !strings.Contains(string(page), word) {
			t.Errorf("%q is nowhere explained", word)
		}
	}
}
