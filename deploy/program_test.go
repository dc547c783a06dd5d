// Package deploy holds what it takes to run the programs elsewhere: images, settings, units. It contains no code; its tests hold
// those files against the programs themselves, because no container engine is needed for that and a wrong flag is a dead restaurant.
package deploy_test

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program is one of ours, known by what its --help says.
type program struct {
	name   string // as in bin/: edge, cloud, firmware-sim
	prefix string // of its environment variables
}

// programs by the name of the binary inside the images.
var programs = map[string]program{
	"edge":         {"edge", "EDGE_"},
	"cloud":        {"cloud", "CLOUD_"},
	"firmware-sim": {"firmware-sim", "SIM_"},
}

// flags are the flags of a command and their defaults, "" where the default is empty.
type flags map[string]string

var (
	helps     sync.Map // "edge serve" → func() (flags, error)
	flagLine  = regexp.MustCompile(`^\s+(?:-\w, )?--([a-z][a-z0-9-]*)`)
	defaultOf = regexp.MustCompile(`\(default "?([^")]*)"?\)`)
)

// command asks a program for the flags of one of its commands.
func (p program) command(sub string) (flags, error) {
	ask, _ := helps.LoadOrStore(p.name+" "+sub, sync.OnceValues(func() (flags, error) { return p.ask(sub) }))
	return ask.(func() (flags, error))()
}

func (p program) ask(sub string) (flags, error) {
	bin, err := filepath.Abs(filepath.Join("..", "bin", p.name))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, bin, sub, "--help").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("ask bin/%s %s for help (is it built? make build): %w\n%s", p.name, sub, err, out)
	}
	// Asked for a command it does not have, a program explains itself as a whole.
	if !regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(p.name+" "+sub) + `\b`).Match(out) {
		return nil, fmt.Errorf("%s has no command %q", p.name, sub)
	}
	found, last := flags{}, ""
	for line := range strings.Lines(string(out)) {
		if m := flagLine.FindStringSubmatch(line); m != nil {
			last = m[1]
			found[last] = ""
		}
		if m := defaultOf.FindStringSubmatch(line); m != nil && last != "" {
			found[last] = m[1]
		}
	}
	return found, nil
}

// serves is the command that a program runs for ever.
func (p program) serves() string {
	if p.name == "firmware-sim" {
		return "chain"
	}
	return "serve"
}

// accepts says what is wrong with starting the program with these arguments.
func (p program) accepts(args []string) []string {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return []string{p.name + " is started without a command"}
	}
	known, err := p.command(args[0])
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	for _, arg := range args[1:] {
		name, isFlag := strings.CutPrefix(arg, "--")
		name, _, _ = strings.Cut(name, "=")
		if _, ok := known[name]; isFlag && !ok {
			wrong = append(wrong, fmt.Sprintf("%s %s has no flag --%s", p.name, args[0], name))
		}
	}
	return wrong
}

// reads says what is wrong with setting an environment variable for a command: each is a flag in capitals.
func (p program) reads(sub, variable string) error {
	known, err := p.command(sub)
	if err != nil {
		return err
	}
	name, ours := strings.CutPrefix(variable, p.prefix)
	flag := strings.ReplaceAll(strings.ToLower(name), "_", "-")
	if _, ok := known[flag]; !ours || !ok {
		return fmt.Errorf("%s does not read %s: %s %s has no flag --%s", p.name, variable, p.name, sub, flag)
	}
	return nil
}

// ports are the ports a command offers to others: from its arguments, else from the defaults of its flags. What it offers to its own
// machine alone is not among them.
func (p program) ports(args []string) (map[string]string, error) {
	known, err := p.command(args[0])
	if err != nil {
		return nil, err
	}
	at := map[string]string{}
	for flag, value := range known {
		if flag != "listen" && !strings.HasSuffix(flag, "-listen") {
			continue
		}
		for i, arg := range args {
			if arg == "--"+flag && i+1 < len(args) {
				value = args[i+1]
			} else if v, ok := strings.CutPrefix(arg, "--"+flag+"="); ok {
				value = v
			}
		}
		if host, port, err := net.SplitHostPort(value); err == nil && host != "127.0.0.1" {
			at[port] = flag
		}
	}
	return at, nil
}
