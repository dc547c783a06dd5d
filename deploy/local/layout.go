package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"
)

func (c *Chain) cloudArgs(n int) []string {
	args := []string{
		c.program("cloud"), "serve", "--data", c.path("cloud"), "--restaurants", c.path("restaurants.toml"),
		"--listen", c.cfg.addr(c.behind(cloudPort, n)), "--tls-listen", c.cfg.addr(c.behind(tlsPort, n)), "--public-url", "https://" + c.cfg.addr(tlsPort),
		"--mqtt-listen", c.cfg.addr(c.behind(phonePort, n)), "--metrics-listen", c.cfg.addr(metricsPort + n),
		"--leaf-listen", c.cfg.addr(leafPort), "--client-listen", c.cfg.addr(clientPort), "--monitor-listen", c.cfg.addr(hubPort),
		"--log-level", c.cfg.LogLevel,
	}
	if c.cfg.OwnHub != "" {
		args = append(args, "--nats-url", c.cfg.each(c.cfg.Hubs, "tls", clientPort), "--hub-replicas", strconv.Itoa(c.cfg.Hubs),
			"--leaf-url", c.cfg.each(c.cfg.Hubs, "tls", leafPort), "--client-url", c.cfg.each(c.cfg.Hubs, "tls", clientPort))
	}
	if c.cfg.Postgres != "" {
		args = append(args, "--database-url", c.cfg.Postgres)
	}
	return args
}

func (c *Chain) edgeArgs(r *restaurant) []string {
	return []string{
		c.program("edge"), "serve", "--data", c.path(r.id), "--devices", c.path(r.id + ".toml"),
		"--listen", c.cfg.addr(kitchenPort + r.n), "--tls-listen", c.cfg.addr(securePort + r.n), "--mqtt-listen", c.cfg.addr(devicePort + r.n),
		"--metrics-listen", c.cfg.addr(edgeMetrics + r.n), "--uplink", c.cfg.Uplink, "--hub", "tls://" + c.cfg.addr(linePort+r.n),
		"--pins", "optional", "--log-level", c.cfg.LogLevel,
	}
}

// staff work in each restaurant. Their PINs are known to everybody who reads this, so nothing here needs one.
var staff = []struct{ ID, Name, Role, PIN string }{
	{"ada", "Ada", "cook", "1111"},
	{"bruno", "Bruno", "counter", "2222"},
	{"carla", "Carla", "shift_manager", "3333"},
	{"robot", "Robot", "cook", ""},
}

func (c *Chain) ovenArgs(r *restaurant) []string {
	return append(c.simArgs("ovens", r.n), "--broker", "mqtt://"+c.cfg.addr(devicePort+r.n), "--edge", r.kitchen, "--kitchen", r.id,
		"--oven", "oven-1=deck:2:4", "--secret", "oven-1="+r.secret, fmt.Sprintf("--cook=%v", c.cfg.Cook), "--hands", "4")
}

func (c *Chain) printerArgs(r *restaurant) []string {
	return append(c.simArgs("printer", 300+r.n), "--printer", "printer-1="+c.cfg.addr(printerPort+r.n), "--control", c.cfg.addr(printerControl+r.n))
}

func (c *Chain) driverArgs(r *restaurant) []string {
	home := c.places()[r.n]
	return append(c.simArgs("drivers", 100+r.n), "--broker", "mqtt://"+c.cfg.addr(phonePort), "--cloud", c.cfg.url(cloudPort),
		"--count", strconv.Itoa(c.cfg.Drivers), "--bicycles", fmt.Sprint(c.cfg.Bicycles), "--near", fmt.Sprintf("%v,%v", home.Latitude, home.Longitude))
}

func (c *Chain) guestArgs() []string {
	return append(c.simArgs("guests", 200), "--cloud", c.cfg.url(cloudPort), "--per-minute", fmt.Sprint(c.cfg.Guests))
}

// simArgs are what all simulators are told; each has its own chance.
func (c *Chain) simArgs(what string, n int) []string {
	return []string{
		c.program("firmware-sim"), what, "--speed", fmt.Sprint(c.cfg.Speed), "--seed", strconv.FormatInt(c.cfg.Seed+int64(n), 10),
		"--log-level", c.cfg.LogLevel,
	}
}

func (c *Chain) program(name string) string { return filepath.Join(c.cfg.Bin, name) }

// enrolled reports whether a node is from an earlier run, and knows whom to believe.
func (c *Chain) enrolled(r *restaurant) (bool, error) {
	text, err := os.ReadFile(c.path(r.id, "enrolment.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	var has struct {
		CA string `json:"ca"`
	}
	return err == nil && json.Unmarshal(text, &has) == nil && has.CA != "", err
}

// enrol binds a node to its restaurant, unless it is.
func (c *Chain) enrol(ctx context.Context, r *restaurant) error {
	if is, err := c.enrolled(r); is || err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	code, err := output(ctx, c.program("cloud"), "enroll", r.id, "--quiet", "--cloud", c.cfg.url(cloudPort))
	if err != nil {
		return err
	}
	_, err = output(ctx, c.program("edge"), "enroll", strings.TrimSpace(code), "--cloud", "https://"+c.cfg.addr(tlsPort), "--data", c.path(r.id))
	return err
}

func output(ctx context.Context, program string, args ...string) (string, error) {
	var out, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", filepath.Base(program), args[0], err, strings.TrimSpace(complaint.String()))
	}
	return out.String(), nil
}

// write lays out the files that the programs read.
func (c *Chain) write(ctx context.Context) error {
	if err := fill(c.path("restaurants.toml"), restaurantsFile, c.places()); err != nil {
		return err
	}
	for _, r := range c.restaurants {
		if err := fill(c.path(r.id+".toml"), devicesFile, map[string]any{"Secret": r.secret, "Pins": r.n == 0, "Printer": c.cfg.addr(printerPort + r.n), "Staff": staff}); err != nil {
			return err
		}
	}
	if c.cfg.OwnHub == "" {
		return nil
	}
	trust := c.path("cloud", "trust.conf")
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := output(ctx, c.program("cloud"), "trust", "--data", c.path("cloud"), "--out", trust, "--host", "127.0.0.1"); err != nil {
		return err
	}
	secret, err := c.secret("hub")
	if err != nil {
		return err
	}
	var routes []string
	for n := range c.cfg.Hubs {
		routes = append(routes, "nats-route://hub:"+secret+"@"+c.cfg.addr(routePort+n))
	}
	for n := range c.cfg.Hubs {
		name := numbered("hub", n, c.cfg.Hubs)
		if err := fill(c.path(name+".conf"), hubFile, map[string]any{
			"Name": name, "Clients": c.cfg.addr(clientPort + n), "Leaves": c.cfg.addr(leafPort + n), "Monitor": c.cfg.addr(hubPort + n),
			"Store": c.abs(name), "Accounts": c.abs(name, "accounts"), "Cluster": c.cfg.Hubs > 1, "Route": c.cfg.addr(routePort + n), "Routes": routes, "Secret": secret,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chain) abs(parts ...string) string {
	path, err := filepath.Abs(c.path(parts...))
	if err != nil {
		return c.path(parts...)
	}
	return path
}

// fill writes a file from a template. Files are for this account only: some hold secrets.
func fill(path, text string, data any) error {
	t, err := template.New(filepath.Base(path)).Funcs(template.FuncMap{"quote": strconv.Quote}).Parse(text)
	if err != nil {
		return fmt.Errorf("lay out %s: %w", path, err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return fmt.Errorf("lay out %s: %w", path, err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("lay out %s: %w", path, err)
	}
	return nil
}

type place struct {
	ID, Name, Address   string
	Latitude, Longitude float64
}

// places are restaurants around one city, each a few kilometres from the next.
func (c *Chain) places() []place {
	names := []string{"Main Street", "Harbour", "Old Mill", "Station", "Park Side", "University", "Riverside", "Market Hall", "Hilltop", "West End"}
	all := make([]place, 0, len(c.restaurants))
	for _, r := range c.restaurants {
		name := names[r.n%len(names)]
		if r.n >= len(names) {
			name += " " + strconv.Itoa(r.n/len(names)+1)
		}
		all = append(all, place{
			ID: r.id, Name: "Awesome Pizza " + name, Address: fmt.Sprintf("%d %s, Springfield", 10+r.n, name),
			Latitude: 40.7410 + 0.012*float64(r.n%5), Longitude: -73.9890 - 0.014*float64(r.n/5),
		})
	}
	return all
}

const restaurantsFile = `# Written at every start.
{{range .}}
[[restaurant]]
id = {{quote .ID}}
name = {{quote .Name}}
address = {{quote .Address}}
latitude = {{.Latitude}}
longitude = {{.Longitude}}
time_zone = "America/New_York"
radius_km = 8
cooks = 3
{{end}}`

// The first restaurant has an oven on its node's own pins besides: a thermocouple on a simulated bus.
const devicesFile = `# Written at every start.
[[oven]]
id = "oven-1"
name = "Deck oven"
kind = "mqtt"
band_low = 260
band_high = 340
chambers = ["upper", "lower"]
decks = 2
capacity = 8
{{if .Pins}}
[[oven]]
id = "oven-2"
name = "Stone oven"
kind = "max31855"
bus = "sim"
band_low = 280
band_high = 330
chambers = ["stone"]
capacity = 4
{{end}}
[[device]]
name = "oven-1"
secret = {{quote .Secret}}

[[printer]]
id = "printer-1"
name = "Kitchen printer"
address = {{quote .Printer}}
jobs = ["ticket", "label", "receipt"]

# Guests of stories and measurements come in any number.
[throttle]
off = true

{{range .Staff}}
[[cook]]
id = {{quote .ID}}
name = {{quote .Name}}
role = {{quote .Role}}
{{if .PIN}}pin = {{quote .PIN}}
{{end}}{{end}}`

const hubFile = `# Written at every start.
include {{quote "cloud/trust.conf"}}
resolver { type: full, dir: {{quote .Accounts}}, allow_delete: false, interval: "5s" }
include {{quote "cloud/tls.conf"}}
server_name: {{.Name}}
listen: {{quote .Clients}}
http: {{quote .Monitor}}
max_payload: 1MB
ping_interval: "10s"
ping_max: 2
leafnodes {
  listen: {{quote .Leaves}}
  no_advertise: true
  compression: off
  include {{quote "cloud/tls.conf"}}
}
jetstream { store_dir: {{quote .Store}}, domain: hub, sync_interval: always }
{{if .Cluster}}cluster {
  name: hub
  listen: {{quote .Route}}
  no_advertise: true
  authorization { user: hub, password: {{quote .Secret}}, timeout: 2 }
  routes: [{{range .Routes}}
    {{quote .}}{{end}}
  ]
}
{{end}}`
