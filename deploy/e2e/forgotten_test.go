package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A box dies and is replaced; then the chain's database is restored from a dump of before. It knows the dead box as the restaurant's, and
// the one that lives as nobody. That one proves itself, heals, and serves, and nobody acts. The dead box wakes up, and is fenced as before.
func TestADatabaseThatForgotAnEnrolmentTakesTheNodeBack(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	before := c.place(basket("r1", "carryout", "margherita"), "before the dump")
	c.eventually(time.Minute, "the kitchen has it", func() bool { v, _ := c.order(before); return v.Status == "Queued" })
	c.eventually(time.Minute, "nothing is left to send", func() bool { return c.caughtUp(1) })
	dump := c.dump()

	c.kill("edge-r1")
	old := filepath.Join(c.data, "r1-old")
	if err := os.Rename(filepath.Join(c.data, "r1"), old); err != nil {
		t.Fatal(err)
	}
	code := strings.TrimSpace(once(t, bin(t, "cloud"), "enroll", "r1", "--quiet", "--cloud", c.cloud))
	once(t, bin(t, "edge"), "enroll", code, "--cloud", c.cloud, "--data", filepath.Join(c.data, "r1"))
	c.restart("edge-r1")
	c.eventually(time.Minute, "the new box serves", func() bool { return c.serves("edge-r1") && c.onBoard(1, []string{before}) })
	sold := c.counterOrder(1, "sold by the new box")
	c.eventually(time.Minute, "the cloud knows", func() bool { _, known := c.order(sold); return known })

	c.kill("cloud")
	c.restore(dump, true)
	c.restart("cloud")
	c.eventually(time.Minute, "the cloud serves again", func() bool { return c.serves("cloud") })
	c.eventually(time.Minute, "what the new box sold is in the cloud again", func() bool { v, _ := c.order(sold); return v.Kitchen.State == "queued" })
	c.eventually(time.Minute, "nothing is left to send", func() bool { return c.caughtUp(1) })
	after := c.place(basket("r1", "carryout", "margherita"), "after the restore")
	c.eventually(time.Minute, "a web order reaches the new box", func() bool { v, _ := c.order(after); return v.Status == "Queued" })
	if fleet := string(c.get(c.cloud + "/api/fleet").body); !strings.Contains(fleet, `"enrolment_forgotten"`) {
		t.Errorf("head office does not hear of it: %s", fleet)
	}

	port := c.base - 5000 + 8089
	forever(t, bin(t, "edge"), "serve", "--data", old, "--devices", filepath.Join(c.data, "r1.toml"), "--listen", fmt.Sprintf("127.0.0.1:%d", port),
		"--mqtt-listen", "", "--metrics-listen", "", "--hub", c.hubFor(1), "--log-level", "warn")
	c.eventually(time.Minute, "the dead box wakes and is fenced", func() bool {
		return strings.Contains(string(c.get(fmt.Sprintf("http://127.0.0.1:%d/api/link", port)).body), `"fenced"`)
	})
	c.agree(1, []string{before, sold, after})
}
