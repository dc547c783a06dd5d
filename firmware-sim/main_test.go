package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the program itself when a test says so: exit codes and signals are tried on a real process.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_FIRMWARE_SIM") == "yes" {
		os.Exit(run(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

// program is this program with arguments, and a quiet environment.
func program(ctx context.Context, env []string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd, out := exec.CommandContext(ctx, os.Args[0], args...), new(bytes.Buffer)
	cmd.Env = append([]string{"RUN_FIRMWARE_SIM=yes", "PATH=" + os.Getenv("PATH")}, env...)
	cmd.Stderr = out
	return cmd, out
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return exit.ExitCode()
}

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sim.toml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestUnusableArgumentsEndWithTwoAndOneLineThatHelps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		env  []string
		says string
	}{
		"nothing":             {nil, nil, "ovens, printer, drivers, guests, courier or chain"},
		"unknown command":     {[]string{"fridges"}, nil, "fridges"},
		"unknown flag":        {[]string{"ovens", "--colour", "red"}, nil, "colour"},
		"stray word":          {[]string{"ovens", "please"}, nil, "please"},
		"oven":                {[]string{"ovens", "--oven", "grill"}, nil, "NAME=deck:CHAMBERS"},
		"oven twice":          {[]string{"ovens", "--oven", "a=deck", "--oven", "a=deck"}, nil, "its own"},
		"printer":             {[]string{"printer", "--printer", "paper"}, nil, "NAME=HOST:PORT"},
		"printer's columns":   {[]string{"printer", "--printer", "p=127.0.0.1:9100:50"}, nil, "48, 42 or 32"},
		"printer twice":       {[]string{"printer", "--printer", "p=127.0.0.1:0", "--printer", "p=127.0.0.1:0"}, nil, "its own"},
		"broker":              {[]string{"ovens", "--broker", "localhost"}, nil, "mqtt://127.0.0.1:1883"},
		"edge":                {[]string{"ovens", "--edge", "localhost"}, nil, "http://"},
		"secret of nobody":    {[]string{"ovens", "--secret", "oven-9=x"}, nil, "oven-9"},
		"hands":               {[]string{"ovens", "--hands", "0"}, nil, "--hands 2"},
		"kitchen":             {[]string{"ovens", "--kitchen", "a/b"}, nil, "like r1"},
		"fault":               {[]string{"ovens", "--faults", "oven-1:fire"}, nil, "oven-1:silent@60s+30s"},
		"speed":               {[]string{"ovens", "--speed", "0"}, nil, "like 10"},
		"seed":                {[]string{"ovens", "--seed", "lucky"}, nil, "seed"},
		"open control":        {[]string{"ovens", "--control", "0.0.0.0:5090"}, nil, "127.0.0.1:5090"},
		"log level":           {[]string{"ovens", "--log-level", "loud"}, nil, "debug, info"},
		"place":               {[]string{"drivers", "--near", "Berlin"}, nil, "40.7431,-73.9899"},
		"probability":         {[]string{"drivers", "--accept", "2"}, nil, "like 0.9"},
		"sum of chances":      {[]string{"drivers", "--accept", "0.9", "--ignore", "0.2"}, nil, "--accept plus --ignore"},
		"bicycles":            {[]string{"drivers", "--bicycles", "3"}, nil, "like 0.9"},
		"count":               {[]string{"drivers", "--count", "-1"}, nil, "0 to 5000"},
		"curve":               {[]string{"guests", "--curve", "monday"}, nil, "flat or friday"},
		"rate":                {[]string{"guests", "--per-minute", "-1"}, nil, "like 2"},
		"journal":             {[]string{"guests", "--journal", "/nowhere/at/all"}, nil, "file"},
		"environment":         {[]string{"guests"}, []string{"SIM_PER_MINUTE=often"}, "SIM_PER_MINUTE"},
		"chain of nobody":     {[]string{"chain"}, nil, "[[restaurants]]"},
		"restaurant":          {[]string{"chain", "--restaurant", "r1;colour=red"}, nil, "write ID;edge="},
		"file that is away":   {[]string{"ovens", "--config", "/nowhere.toml"}, nil, "/nowhere.toml"},
		"file with nonsense":  {[]string{"ovens", "--config", file(t, "kitchen = ")}, nil, "--config"},
		"unknown in file":     {[]string{"ovens", "--config", file(t, "colour = 'red'")}, nil, "colour"},
		"wrong type in file":  {[]string{"ovens", "--config", file(t, "hands = 'two'")}, nil, "hands"},
		"unknown in a table":  {[]string{"chain", "--config", file(t, "[[restaurants]]\nid='r1'\ncolour='red'")}, nil, "colour"},
		"unusable in a table": {[]string{"chain", "--config", file(t, "[[restaurants]]\nid='r1'\novens=['grill']")}, nil, "r1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd, out := program(t.Context(), c.env, c.args...)
			code := exitCode(t, cmd.Run())
			if code != 2 || !strings.Contains(out.String(), c.says) || strings.Count(out.String(), "\n") != 1 {
				t.Errorf("exit %d, said %q; want %q", code, out, c.says)
			}
		})
	}
}

func TestHelpTeachesAndVersionIsKnown(t *testing.T) {
	t.Parallel()
	for args, says := range map[string]string{
		"--help": "SIM_PER_MINUTE", "ovens --help": "firmware-sim ovens --kitchen r1", "drivers --help": "--dead-zones 0.3", "guests --help": "Idempotency-Key",
		"printer --help": "paper_out",
		"chain --help":   "[[restaurants]]", "--version": "firmware-sim version",
	} {
		cmd, _ := program(t.Context(), nil, strings.Fields(args)...)
		out, err := cmd.Output()
		if err != nil || !strings.Contains(string(out), says) {
			t.Errorf("%s: %v\n%s", args, err, out)
		}
	}
}

func free(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// devices asks the management interface until it answers.
func devices(t *testing.T, addr string) string {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/devices", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			continue
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err == nil {
			return string(body)
		}
	}
	t.Fatal("management never answered")
	return ""
}

func TestAChainOfAFileRunsUntilItIsToldToEndAndEndsWithZero(t *testing.T) {
	t.Parallel()
	addr := free(t)
	config := file(t, `
cloud = "http://127.0.0.1:1"
broker = "mqtt://127.0.0.1:1"
per_minute = 600
drivers = 2
control = "`+addr+`"
[[restaurants]]
id = "r1"
edge = "http://127.0.0.1:1"
broker = "mqtt://127.0.0.1:1"
ovens = ["oven-1=deck:2", "belt-1=conveyor:1"]
secrets = ["all"]
printers = ["printer-1=127.0.0.1:0:42"]
[[restaurants]]
id = "r2"
drivers = 0
cook = false
broker = "mqtt://127.0.0.1:1"
`)
	cmd, out := program(t.Context(), []string{"SIM_SPEED=5", "SIM_FAULTS=r1.oven-1:silent"}, "chain", "--config", config, "--journal", filepath.Join(t.TempDir(), "j"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answer := devices(t, addr)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, cmd.Wait()); code != 0 {
		t.Errorf("exit %d: %s", code, out)
	}
	for _, id := range []string{"r1.oven-1", "r1.belt-1", "r2.oven-1", "r1.printer-1", "r1.driver-1", "r1.driver-2", "guests"} {
		if !strings.Contains(answer, `"id":"`+id+`"`) {
			t.Errorf("no %s in %s", id, answer)
		}
	}
	if strings.Contains(answer, "r2.driver") {
		t.Errorf("r2 has drivers: %s", answer)
	}
	for line := range strings.Lines(out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not on a terminal, and yet it says %q", line)
		}
	}
	if !strings.Contains(out.String(), `"speed":5`) || !strings.Contains(out.String(), `"ended"`) {
		t.Errorf("said %s", out)
	}
}

func TestAFlagWinsOverEnvironmentAndFile(t *testing.T) {
	t.Parallel()
	config := file(t, "speed = 7\nseed = 3\nkitchen = 'r3'")
	addr := free(t)
	cmd, out := program(t.Context(), []string{"SIM_SEED=4", "SIM_SPEED=5", "SIM_CONFIG=" + config, "SIM_OVEN=a=deck b=deck", "SIM_COOK=false"},
		"ovens", "--speed", "9", "--control", addr, "--broker", "mqtt://127.0.0.1:1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answer := devices(t, addr)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, cmd.Wait()); code != 0 {
		t.Errorf("exit %d", code)
	}
	if !strings.Contains(out.String(), `"seed":4,"speed":9`) || !strings.Contains(answer, `"id":"a"`) || !strings.Contains(answer, `"id":"b"`) {
		t.Errorf("said %s; devices %s", out, answer)
	}
}
