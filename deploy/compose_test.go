package deploy_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// compose is as much of a compose file as ours uses; anything else in it is an error when it is read.
type compose struct {
	Name     string             `yaml:"name"`
	Services map[string]service `yaml:"services"`
	Volumes  map[string]any     `yaml:"volumes"`
}

type service struct {
	Image string `yaml:"image"`
	Build struct {
		Context    string            `yaml:"context"`
		Dockerfile string            `yaml:"dockerfile"`
		Args       map[string]string `yaml:"args"`
	} `yaml:"build"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Volumes     []string          `yaml:"volumes"`
	Ports       []string          `yaml:"ports"`
	DependsOn   map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Healthcheck struct {
		Test     []string `yaml:"test"`
		Interval string   `yaml:"interval"`
		Timeout  string   `yaml:"timeout"`
		Retries  int      `yaml:"retries"`
	} `yaml:"healthcheck"`
	StopGracePeriod string `yaml:"stop_grace_period"`
	Restart         string `yaml:"restart"`
}

func parseCompose(text []byte) (compose, error) {
	var c compose
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	err := dec.Decode(&c)
	return c, err
}

func (c compose) wrong(root string) []string {
	var wrong []string
	published := map[string]string{}
	for name, s := range c.Services {
		found := s.wrong(root, c)
		for _, p := range s.Ports {
			host, _, _ := strings.Cut(p, ":")
			if other, taken := published[host]; taken {
				found = append(found, fmt.Sprintf("publishes port %s, which %s has", host, other))
			}
			published[host] = name
		}
		for _, w := range found {
			wrong = append(wrong, name+": "+w)
		}
	}
	return wrong
}

func (s service) wrong(root string, c compose) []string {
	wrong := append(s.wrongVolumes(root, c), s.wrongSecrets()...)
	for other, d := range s.DependsOn {
		it, ok := c.Services[other]
		if !ok {
			wrong = append(wrong, "waits for "+other+", which does not exist")
			continue
		}
		want := "service_healthy"
		if it.runsOnce() {
			want = "service_completed_successfully"
		}
		if d.Condition != want {
			wrong = append(wrong, fmt.Sprintf("waits for %s until %s instead of %s", other, d.Condition, want))
		}
	}
	if s.Restart != "unless-stopped" && !s.runsOnce() {
		wrong = append(wrong, "stays down when it falls down")
	}
	if s.Build.Dockerfile == "" {
		if !regexp.MustCompile(`^[a-z]+:\d+[\w.-]*$`).MatchString(s.Image) {
			wrong = append(wrong, fmt.Sprintf("the image %q has no version", s.Image))
		}
		if len(s.Healthcheck.Test) == 0 {
			wrong = append(wrong, "nobody asks whether it is well")
		}
		return wrong
	}
	im, err := readImage(filepath.Join(root, s.Build.Context, s.Build.Dockerfile))
	if err != nil {
		return append(wrong, err.Error())
	}
	return append(wrong, s.wrongProgram(im, s.named(root))...)
}

var braces = regexp.MustCompile(`\$\{(\w+)\}`)

// named are the variables that the mounted settings take from the environment.
func (s service) named(root string) []string {
	var names []string
	for _, v := range s.Volumes {
		from, _, _ := strings.Cut(v, ":")
		text, err := os.ReadFile(filepath.Join(root, from))
		if err != nil || !strings.HasSuffix(from, ".toml") {
			continue
		}
		for _, m := range braces.FindAllStringSubmatch(string(text), -1) {
			names = append(names, m[1])
		}
	}
	return names
}

// runsOnce tells a service that does its work and ends from one that stays.
func (s service) runsOnce() bool { return s.Restart == "no" }

// wrongProgram holds the command, the variables and the ports against the program in the image.
func (s service) wrongProgram(im image, named []string) []string {
	p, ours := programs[im.binary]
	if !ours {
		return []string{"its image starts none of our programs"}
	}
	args := s.Command
	if len(args) == 0 {
		args = im.cmd
	}
	wrong := p.accepts(args)
	if len(wrong) > 0 {
		return wrong
	}
	for _, name := range named {
		if _, given := s.Environment[name]; !given {
			wrong = append(wrong, "its settings name "+name+", which nobody gives it")
		}
	}
	for variable := range s.Environment {
		if slices.Contains(named, variable) {
			continue
		}
		if err := p.reads(args[0], variable); err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	listens, err := p.ports(args)
	if err != nil {
		return append(wrong, err.Error())
	}
	for _, port := range s.Ports {
		_, inside, _ := strings.Cut(port, ":")
		if _, ok := listens[inside]; !ok {
			wrong = append(wrong, fmt.Sprintf("publishes port %s, where %s does not listen", inside, p.name))
		}
	}
	return wrong
}

// wrongVolumes checks that volumes are declared, files exist, and each path in the command is on one of them.
func (s service) wrongVolumes(root string, c compose) []string {
	var wrong, inside []string
	for _, v := range s.Volumes {
		parts := strings.Split(v, ":")
		inside = append(inside, parts[1])
		if strings.HasPrefix(parts[0], ".") {
			if _, err := os.Stat(filepath.Join(root, parts[0])); err != nil {
				wrong = append(wrong, "mounts "+parts[0]+", which is not in the tree")
			}
			if len(parts) < 3 || parts[2] != "ro" {
				wrong = append(wrong, "may write to "+parts[0])
			}
		} else if _, ok := c.Volumes[parts[0]]; !ok {
			wrong = append(wrong, "mounts the volume "+parts[0]+", which is not declared")
		}
	}
	for _, arg := range s.Command {
		mounted := func(at string) bool { return arg == at || strings.HasPrefix(arg, at+"/") }
		if strings.HasPrefix(arg, "/") && !slices.ContainsFunc(inside, mounted) {
			wrong = append(wrong, "uses "+arg+", which is not mounted")
		}
	}
	return wrong
}

var (
	secretName = regexp.MustCompile(`PASSWORD|TOKEN|SECRET|KEY|CREDENTIAL`)
	reference  = regexp.MustCompile(`^\$\{\w+:\?[^}]+\}$`)
	inURL      = regexp.MustCompile(`://[^/:@]*:([^@]*)@`)
	inWords    = regexp.MustCompile(`secret=([^;\s]*)`)
)

// wrongSecrets checks that every secret comes from outside, and that its absence says what is missing.
func (s service) wrongSecrets() []string {
	var wrong []string
	for variable, value := range s.Environment {
		if secretName.MatchString(variable) && !reference.MatchString(value) {
			wrong = append(wrong, variable+" is written into the file")
		}
		if m := inURL.FindStringSubmatch(value); m != nil && !reference.MatchString(m[1]) {
			wrong = append(wrong, "the address in "+variable+" holds a password")
		}
		for _, m := range inWords.FindAllStringSubmatch(value, -1) {
			if !reference.MatchString(m[1]) {
				wrong = append(wrong, variable+" holds a secret")
			}
		}
	}
	return wrong
}

func TestComposeFileFitsThePrograms(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseCompose(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"postgres", "hub", "cloud", "edge-r1", "edge-r2", "firmware-sim"} {
		if _, ok := c.Services[name]; !ok {
			t.Errorf("the chain lacks %s", name)
		}
	}
	for _, w := range c.wrong("..") {
		t.Error(w)
	}
}

// What the comment at the top tells people to type is held against the programs like everything else.
func TestCommandsInTheComposeFilesCommentWork(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	told := regexp.MustCompile(`(?m)(edge-r\d|/cloud) (enroll) ("\$\(.*?\)"|\S+)([^")\n]*)`).FindAllStringSubmatch(string(text), -1)
	if len(told) == 0 {
		t.Fatal("the comment no longer says how to enrol a restaurant")
	}
	for _, m := range told {
		p := programs["edge"]
		if m[1] == "/cloud" {
			p = programs["cloud"]
		}
		for _, w := range p.accepts(append([]string{m[2], m[3]}, strings.Fields(m[4])...)) {
			t.Error(w)
		}
	}
}

// Each doctored file has one fault: a checker that accepts it checks nothing.
func TestAComposeFileWithAFaultIsRefused(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	before, err := parseCompose(good)
	if err != nil {
		t.Fatal(err)
	}
	for fault, change := range map[string][2]string{
		"an unknown flag":           {`command: ["serve", "--data", "/data", "--config"`, `command: ["serve", "--dat", "/data", "--config"`},
		"an unknown variable":       {"CLOUD_NATS_URL", "CLOUD_NAST_URL"},
		"a password":                {"pizza:${POSTGRES_PASSWORD:?choose a password for the database}@", "pizza:pizza@"},
		"a token":                   {"${CLOUD_STAFF_TOKEN:?choose a token for the staff of the head office}", "letmein"},
		"a device's secret":         {"secret=${OVEN_SECRET:?choose-a-secret-for-the-ovens}", "secret=oven123456789"},
		"a port nobody serves":      {`"5000:5000"`, `"5000:5050"`},
		"a port published twice":    {`"8081:8080"`, `"8080:8080"`},
		"a file that is gone":       {"./deploy/nats/hub.conf", "./deploy/nats/hbu.conf"},
		"a volume nobody declared":  {"- cloud:/data", "- clodu:/data"},
		"waiting for nobody":        {"hub: {condition: service_healthy}", "bus: {condition: service_healthy}"},
		"waiting for a mere start":  {"hub: {condition: service_healthy}", "hub: {condition: service_started}"},
		"an image without version":  {"image: nats:2.15-alpine", "image: nats"},
		"a setting compose ignores": {"restart: unless-stopped", "restrat: unless-stopped"},
	} {
		text := strings.Replace(string(good), change[0], change[1], 1)
		if text == string(good) {
			t.Errorf("the fault %q no longer fits the file", fault)
			continue
		}
		c, err := parseCompose([]byte(text))
		if err == nil && len(beyond(before.wrong(".."), c.wrong(".."))) == 0 {
			t.Errorf("a file with %s was accepted", fault)
		}
	}
}
