package deploy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// image is what a Dockerfile says: its stages and, of the last one, how it starts.
type image struct {
	lines      []instruction
	binary     string // the program that the entry point names
	entrypoint []string
	cmd        []string
	health     []string
	exposes    []string
}

type instruction struct{ verb, rest string }

func readImage(file string) (image, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return image{}, err
	}
	return parseImage(string(text))
}

func parseImage(text string) (image, error) {
	var im image
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		verb, rest, _ := strings.Cut(line, " ")
		im.lines = append(im.lines, instruction{verb, strings.TrimSpace(rest)})
		var err error
		switch verb {
		case "ENTRYPOINT":
			err = json.Unmarshal([]byte(rest), &im.entrypoint)
		case "CMD":
			err = json.Unmarshal([]byte(rest), &im.cmd)
		case "HEALTHCHECK":
			_, exec, _ := strings.Cut(rest, "CMD ")
			err = json.Unmarshal([]byte(exec), &im.health)
		case "EXPOSE":
			im.exposes = strings.Fields(rest)
		}
		if err != nil {
			return image{}, fmt.Errorf("%s %s is not a list of words: %w", verb, rest, err)
		}
	}
	if len(im.entrypoint) == 1 {
		im.binary = strings.TrimPrefix(im.entrypoint[0], "/")
	}
	return im, nil
}

// last is what the final stage's last instruction of a kind says.
func (im image) last(verb string) string {
	for _, l := range slices.Backward(im.lines) {
		if l.verb == verb {
			return l.rest
		}
	}
	return ""
}

// wrong lists what would not work or would not be safe; paths are relative to root.
func (im image) wrong(root string) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }

	p, ours := programs[im.binary]
	if !ours {
		return []string{fmt.Sprintf("the entry point %v is none of our programs", im.entrypoint)}
	}
	wrong = append(wrong, p.accepts(im.cmd)...)
	switch {
	case p.name == "firmware-sim": // nobody depends on the simulated world being well
	case len(im.health) != 2 || im.health[0] != "/"+im.binary:
		say("the health check %v does not ask the program itself, and there is nothing else in the image", im.health)
	default:
		wrong = append(wrong, p.accepts(im.health[1:])...)
	}
	if im.last("FROM") != "scratch" {
		say("the image is built on %s instead of nothing", im.last("FROM"))
	}
	if im.last("USER") != "65532:65532" {
		say("the image runs as %q instead of a user without rights", im.last("USER"))
	}
	if p.name != "firmware-sim" {
		wrong = append(wrong, im.wrongPorts(p)...)
	}
	wrong = append(wrong, im.wrongSources(root)...)
	return wrong
}

func (im image) wrongPorts(p program) []string {
	listens, err := p.ports(im.cmd)
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	for port, flag := range listens {
		if !slices.Contains(im.exposes, port) {
			wrong = append(wrong, fmt.Sprintf("port %s of --%s is not exposed", port, flag))
		}
	}
	for _, port := range im.exposes {
		if _, ok := listens[port]; !ok {
			wrong = append(wrong, fmt.Sprintf("port %s is exposed, but nothing listens there", port))
		}
	}
	return wrong
}

var builds = regexp.MustCompile(`go build .*-X awesome\.pizza/shared/watch\.Version=\$\{VERSION\}.* -o /out/(\S+) \./(\S+)$`)

// wrongSources checks that what is copied from the tree exists, and that what is built is what is started.
func (im image) wrongSources(root string) []string {
	var wrong []string
	built := false
	for _, l := range im.lines {
		if m := builds.FindStringSubmatch(l.rest); l.verb == "RUN" && m != nil {
			built = m[1] == im.binary
			if _, err := os.Stat(filepath.Join(root, m[2], "main.go")); err != nil {
				wrong = append(wrong, fmt.Sprintf("%s has no main.go to build", m[2]))
			}
		}
		if l.verb == "ADD" {
			wrong = append(wrong, "ADD fetches and unpacks; COPY says what it does")
		}
		if l.verb != "COPY" || strings.HasPrefix(l.rest, "--from=") {
			continue
		}
		words := strings.Fields(l.rest)
		for _, from := range words[:len(words)-1] {
			if _, err := os.Stat(filepath.Join(root, from)); err != nil {
				wrong = append(wrong, fmt.Sprintf("copies %s, which is not in the tree", from))
			}
		}
	}
	if !built {
		wrong = append(wrong, fmt.Sprintf("starts /%s, but builds something else or without a version", im.binary))
	}
	return wrong
}

func TestImagesStartWhatTheyBuildWithFlagsThatExist(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"edge/Dockerfile", "cloud/Dockerfile", "sim/Dockerfile"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			im, err := readImage(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range im.wrong("..") {
				t.Error(w)
			}
		})
	}
}

func TestImagesBuildWithTheGoOfTheModule(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(mod))
	for _, file := range []string{"edge/Dockerfile", "cloud/Dockerfile", "sim/Dockerfile"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "FROM golang:"+version[1]+"-") {
			t.Errorf("%s does not build with Go %s, which go.mod names", file, version[1])
		}
	}
}

// Each doctored image has one fault: a checker that accepts it checks nothing.
func TestAnImageWithAFaultIsRefused(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("edge/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	before, err := parseImage(string(good))
	if err != nil {
		t.Fatal(err)
	}
	for fault, change := range map[string][2]string{
		"an unknown flag":         {`"--data", "/data"]`, `"--dta", "/data"]`},
		"an unknown command":      {`CMD ["serve"`, `CMD ["server"`},
		"a port nobody serves":    {"EXPOSE 8080", "EXPOSE 8088"},
		"root":                    {"USER 65532:65532", "USER root"},
		"a base with a shell":     {"FROM scratch", "FROM debian"},
		"a folder that is gone":   {"COPY shared shared", "COPY common common"},
		"another program":         {"-o /out/edge", "-o /out/egde"},
		"a health check by shell": {`["/edge", "healthcheck"]`, `["curl", "localhost"]`},
	} {
		im, err := parseImage(strings.ReplaceAll(string(good), change[0], change[1]))
		if err != nil {
			t.Fatal(err)
		}
		if len(beyond(before.wrong(".."), im.wrong(".."))) == 0 {
			t.Errorf("an image with %s was accepted", fault)
		}
	}
}

// beyond is what a doctored file is blamed for that the good one is not.
func beyond(good, doctored []string) []string {
	return slices.DeleteFunc(doctored, func(w string) bool { return slices.Contains(good, w) })
}
