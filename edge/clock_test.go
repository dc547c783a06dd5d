package edge_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestANodeThatSawTheFutureComesBackAtAPersonsWord(t *testing.T) {
	t.Parallel()
	n := alone(t)
	future := time.Now().AddDate(5, 0, 0)
	if err := os.WriteFile(filepath.Join(n.cfg.Data, "clock.json"), fmt.Appendf(nil, `{"floor":%q}`, future.Format(time.RFC3339)), 0o600); err != nil {
		t.Fatal(err)
	}
	defer n.open()()
	n.order("cola")
	year := fmt.Sprintf(`"queued_at":"%d-`, future.Year())
	if board := n.until("/api/board", `"clock_apart"`, year); !strings.Contains(board, `"critical"`) {
		t.Errorf("the alert is not critical: %s", board)
	}
	said, err := edgeSays(t, "clock", "--data", n.cfg.Data, "--machine-is-right")
	if err != nil || !strings.Contains(said, fmt.Sprint("node     ", future.Year())) {
		t.Errorf("%q, %v", said, err)
	}
	n.until("/api/board", `-"clock_apart"`, "-"+year, `"clock":"trusted"`)
}

func TestOnlyARestaurantOfItsOwnGoesByItsMachine(t *testing.T) {
	t.Parallel()
	if said, err := edgeSays(t, "clock", "--data", t.TempDir(), "--machine-is-right"); err == nil {
		t.Errorf("a directory of no restaurant: %q", said)
	}
}
