package cloud

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"awesome.pizza/shared/settings"
)

// evening writes a day of two orders and two couriers as the public instances are written, and says in which folder it lies.
func evening(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "0o100t100s1p100"), 0o750); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"orders.txt":              "order\tx\ty\tplacement_time\trestaurant\tready_time\no1\t1000\t0\t5\tr1\t15\no2\t0\t1000\t6\tr1\t18\n",
		"restaurants.txt":         "restaurant\tx\ty\nr1\t0\t0\n",
		"couriers.txt":            "courier\tx\ty\ton_time\toff_time\nc1\t500\t0\t0\t120\nc2\t0\t500\t0\t120\n",
		"instance_parameters.txt": "meters_per_minute\tpickup\tdropoff\ttarget\tmax\tper_order\tper_hour\n320\t4\t4\t40\t90\t10\t15\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, "0o100t100s1p100", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestDaysArePlayedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	folder := evening(t)
	run := func(args ...string) (string, error) {
		cmd, out := Command(), strings.Builder{}
		cmd.SetOut(&out)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(append([]string{"dispatch", "bench", "--instances", folder}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	for says, args := range map[string][]string{
		"| all | 1 | 0.000 |": {"--category", "N"},
		"| P | days |":        {"--plain"},
		"2 cities with 4 orders and 4 couriers in one process":               {"--cities", "2"},
		"| bundles and a linear assignment every 5 minutes |":                {"--declines", "20"},
		"| 20 % declined | excess | then | grows by | undelivered % | then ": {"--declines", "20", "--category", "E"},
	} {
		if out, err := run(args...); err != nil || !strings.Contains(out, says) {
			t.Errorf("%v says not %q but %q, %v", args, says, out, err)
		}
	}
	for _, args := range [][]string{
		{"--category", "X"},
		{"--declines", "91"},
		{"--declines", "-1"},
		{"--declines", "20", "--out", t.TempDir()},
		{"--cities", "101"},
		{"--instances", ""},
		{"--only", "["},
		{"--only", "9*"},
		{"--workers", "0"},
		{"--workers", "-3"},
		{"--plain", "--cities", "2"},
		{"--plain", "--declines", "20"},
		{"--cities", "2", "--declines", "20"},
	} {
		if _, err := run(args...); !errors.Is(err, settings.ErrUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
	if _, err := run("--only", "9*"); !strings.Contains(err.Error(), "give the folder that holds the instances") {
		t.Error(err)
	}
}
