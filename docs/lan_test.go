package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"awesome.pizza/edge/staff"
)

var (
	routeLine  = regexp.MustCompile(`(?m)^\s*\{"([A-Z]+)", "(/[^"]*)",`)
	routeRow   = regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]*)` \\| .+ \\| .+ \\|$")
	levelRow   = regexp.MustCompile("(?m)^\\| `([0-9a-z_]+)`: (.+) \\| (\\w+) \\|$")
	factKind   = regexp.MustCompile(`Kind\(\) string +\{ return "([a-z_.0-9]+)" \}`)
	kindNamed  = regexp.MustCompile("`([a-z_]+\\.[a-z_]+\\.v[0-9]+)`")
	alertWords = regexp.MustCompile(`(?s)\n\talert: \{(.*?)\n\t\}`)
	alertName  = regexp.MustCompile(`\b([a-z_]+): '`)
	fileKey    = regexp.MustCompile(`toml:"([a-z_]+)`)
)

func first(matches [][]string) (out []string) {
	for _, m := range matches {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return out
}

// same says what one list has and the other lacks; too few entries mean that a list is no longer read right.
func same(t *testing.T, what string, code, page []string, least int) {
	t.Helper()
	if len(code) < least {
		t.Errorf("found only %d %s in the code: they are no longer read right", len(code), what)
	}
	for _, name := range code {
		if !slices.Contains(page, name) {
			t.Errorf("%s: no page says what %s is", what, name)
		}
	}
	for _, name := range page {
		if !slices.Contains(code, name) {
			t.Errorf("%s: a page believes in %s", what, name)
		}
	}
}

func TestEveryLineOfTheLANIsDescribed(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, m := range routeLine.FindAllStringSubmatch(read(t, "../edge/kds/routes.go"), -1) {
		lines = append(lines, m[1]+" "+m[2])
	}
	same(t, "lines", lines, first(routeRow.FindAllStringSubmatch(read(t, "LAN.md"), -1)), 70)
}

func TestEveryLevelIsDescribed(t *testing.T) {
	t.Parallel()
	var levels, said []string
	for _, l := range staff.Levels() {
		levels = append(levels, fmt.Sprintf("%s (%s) for a %s", l.Action, l.Words, l.Role))
	}
	for _, m := range levelRow.FindAllStringSubmatch(read(t, "LAN.md"), -1) {
		said = append(said, fmt.Sprintf("%s (%s) for a %s", m[1], m[2], m[3]))
	}
	same(t, "levels", levels, said, 20)
}

func TestEveryFactAndCommandIsDescribed(t *testing.T) {
	t.Parallel()
	_, section, _ := strings.Cut(read(t, "LAN.md"), "## What the cloud hears and says")
	var kinds []string
	for _, file := range []string{"bag.go", "fact.go", "stock.go", "wish.go"} {
		kinds = append(kinds, first(factKind.FindAllStringSubmatch(read(t, "../shared/event/"+file), -1))...)
	}
	same(t, "kinds", kinds, first(kindNamed.FindAllStringSubmatch(section, -1)), 20)
}

// What the display has words for, somebody has to know what to do about.
func TestEveryAlertSaysWhatToDo(t *testing.T) {
	t.Parallel()
	block := alertWords.FindStringSubmatch(read(t, "../edge/web/src/words/en.ts"))
	if block == nil {
		t.Fatal("the display's words for alerts are no longer read right")
	}
	alerts := first(alertName.FindAllStringSubmatch(block[1], -1))
	if len(alerts) < 20 {
		t.Errorf("found only %v", alerts)
	}
	_, table, _ := strings.Cut(read(t, "OPERATIONS.md"), "## What the board says")
	for _, a := range alerts {
		if !strings.Contains(table, "`"+a+"`") {
			t.Errorf("OPERATIONS.md does not say what to do about %s", a)
		}
	}
}

func TestEveryKeyOfTheDeviceFileIsInTheExample(t *testing.T) {
	t.Parallel()
	example, keys := read(t, "../deploy/edge/devices.toml"), 0
	for _, file := range []string{"../edge/drivers.go", "../edge/sensors.go", "../edge/oven/devices.go", "../edge/printer/printer.go"} {
		for _, key := range first(fileKey.FindAllStringSubmatch(read(t, file), -1)) {
			if keys++; !regexp.MustCompile(`(?m)\b` + key + `\b`).MatchString(example) {
				t.Errorf("%s reads %q, which deploy/edge/devices.toml does not show", file, key)
			}
		}
	}
	if keys < 30 {
		t.Errorf("found only %d keys: they are no longer read right", keys)
	}
}
