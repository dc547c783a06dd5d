package deploy_test

import (
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nats-io/nats-server/v2/server"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/edge"
	"awesome.pizza/edge/oven"
)

// wrongSettings lists the keys of a settings file that its program does not know: each key is a flag with underscores.
func wrongSettings(p program, text string) []string {
	known, err := p.command(p.serves())
	if err != nil {
		return []string{err.Error()}
	}
	var settings map[string]any
	if _, err := toml.Decode(text, &settings); err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	for key := range settings {
		if _, ok := known[strings.ReplaceAll(key, "_", "-")]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s %s has no setting %s", p.name, p.serves(), key))
		}
	}
	return wrong
}

// uncommented is an example file with every setting switched on: those behind a # are claims too.
func uncommented(text string) string {
	return regexp.MustCompile(`(?m)^#([a-z_]+ = )`).ReplaceAllString(text, "$1")
}

func TestExampleSettingsAreSettings(t *testing.T) {
	t.Parallel()
	for file, p := range map[string]program{
		"edge/example.toml":  programs["edge"],
		"cloud/example.toml": programs["cloud"],
		"sim/example.toml":   programs["firmware-sim"],
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wrongSettings(p, uncommented(string(text))) {
			t.Errorf("%s: %s", file, w)
		}
	}
}

// The example with everything switched on is read as a node reads it.
func TestTheExampleDevicesAreDevices(t *testing.T) {
	t.Setenv("EDGE_OVEN_1_SECRET", "only for this test")
	t.Setenv("EDGE_PIN_ADA", "1111")
	t.Setenv("EDGE_PIN_BRUNO", "2222")
	text, err := os.ReadFile("edge/devices.toml")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(?m)^#(\[+[a-z.]+\]+|[a-z_]+ = )`).ReplaceAllString(string(text), "$1")
	file := filepath.Join(t.TempDir(), "devices.toml")
	if err := os.WriteFile(file, []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	house, err := edge.LoadHouse(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{oven.KindMQTT, oven.KindMAX31855} {
		if !slices.ContainsFunc(house.Ovens, func(d oven.Device) bool { return d.Kind == kind }) {
			t.Errorf("the example does not show an oven of kind %q", kind)
		}
	}
	if len(house.Cooks) == 0 || len(house.Devices) == 0 {
		t.Error("the example does not show who works there and what signs in")
	}
	for _, d := range house.Devices {
		if d.Secret != "only for this test" {
			t.Errorf("the secret of %s is not taken from the environment", d.Name)
		}
	}
}

// What stands in an example without a # is said to be the default.
func TestExampleSettingsShowTheDefaults(t *testing.T) {
	t.Parallel()
	for file, p := range map[string]program{
		"edge/example.toml":  programs["edge"],
		"cloud/example.toml": programs["cloud"],
		"sim/example.toml":   programs["firmware-sim"],
	} {
		known, err := p.command(p.serves())
		if err != nil {
			t.Error(err)
			continue
		}
		var settings map[string]any
		if _, err := toml.DecodeFile(file, &settings); err != nil {
			t.Fatal(err)
		}
		for key, value := range settings {
			if is := known[strings.ReplaceAll(key, "_", "-")]; is != fmt.Sprint(value) {
				t.Errorf("%s shows %s = %v as the default, which is %q", file, key, value, is)
			}
		}
	}
}

func TestTheExampleRestaurantsAreRestaurants(t *testing.T) {
	t.Parallel()
	var chain struct {
		Restaurants []restaurant.Restaurant `toml:"restaurant"`
	}
	meta, err := toml.DecodeFile("cloud/restaurants.toml", &chain)
	if err != nil {
		t.Fatal(err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		t.Errorf("nobody reads %v", unknown)
	}
	if len(chain.Restaurants) != 2 {
		t.Errorf("the compose file starts two restaurants, the chain has %d", len(chain.Restaurants))
	}
	for i := range chain.Restaurants {
		if err := chain.Restaurants[i].Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestASettingThatDoesNotExistIsNoticed(t *testing.T) {
	t.Parallel()
	if len(wrongSettings(programs["edge"], `lisen = ":8080"`)) == 0 {
		t.Error("a misspelt setting was accepted")
	}
}

func TestTheUnitStartsTheNodeWithFlagsThatExist(t *testing.T) {
	t.Parallel()
	unit, err := os.ReadFile("edge/edge.service")
	if err != nil {
		t.Fatal(err)
	}
	starts := regexp.MustCompile(`(?m)/usr/local/bin/edge (.+)$`).FindAllStringSubmatch(string(unit), -1)
	if len(starts) != 2 {
		t.Fatalf("found %d command lines, want ExecStart and the enrolment in the comment", len(starts))
	}
	for _, m := range starts {
		for _, w := range programs["edge"].accepts(strings.Fields(m[1])) {
			t.Error(w)
		}
	}
	if strings.Contains(string(unit), "After=network-online") {
		t.Error("the node waits for the internet: it has to cook without")
	}
	for _, m := range regexp.MustCompile(`(?m)^#\s+install .* (deploy/\S+) `).FindAllStringSubmatch(string(unit), -1) {
		if _, err := os.Stat("../" + m[1]); err != nil {
			t.Errorf("the unit installs %s, which is not in the tree", m[1])
		}
	}
}

func TestTheHubsSettingsAreWhatTheLinkReliesOn(t *testing.T) {
	t.Parallel()
	hub, err := server.ProcessConfigFile(trustedHub(t))
	if err != nil {
		t.Fatal(err)
	}
	defer hub.AccountResolver.Close()
	if !hub.JetStream || !hub.SyncAlways {
		t.Error("what the hub acknowledges would not survive a power cut")
	}
	if hub.LeafNode.Port != 7422 || hub.Port != 4222 || hub.HTTPPort != 8222 {
		t.Errorf("the hub listens on %d, %d and %d instead of 4222, 7422 and 8222", hub.Port, hub.LeafNode.Port, hub.HTTPPort)
	}
	if hub.LeafNode.Compression.Mode != server.CompressionOff {
		t.Errorf("leaf compression is %q: it costs the hub 2 MB for every restaurant", hub.LeafNode.Compression.Mode)
	}
	if !hub.LeafNode.NoAdvertise {
		t.Error("the hub tells leaves of addresses that they may not be able to reach")
	}
	if len(hub.TrustedOperators) != 1 || hub.NoAuthUser != "" || hub.MQTT.Port != 0 || hub.Websocket.Port != 0 {
		t.Error("strangers may speak, or by a protocol that nobody here speaks")
	}
	if _, ok := hub.AccountResolver.(*server.DirAccResolver); !ok {
		t.Errorf("nobody can tell the hub who is revoked: its resolver is %T", hub.AccountResolver)
	}
	if hub.TLSConfig == nil || hub.LeafNode.TLSConfig == nil {
		t.Error("the hub speaks in the clear")
	}
	if hub.PingInterval > 20*time.Second {
		t.Errorf("a dead line is noticed after %s", hub.PingInterval)
	}
}

// What the hub shows is for its name, and comes from the authority that nodes pin.
func TestTheHubShowsACertificateOfTheChain(t *testing.T) {
	t.Parallel()
	config := trustedHub(t)
	hub, err := server.ProcessConfigFile(config)
	if err != nil {
		t.Fatal(err)
	}
	defer hub.AccountResolver.Close()
	pinned, err := os.ReadFile(filepath.Join(filepath.Dir(config), "trust", "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pinned) {
		t.Fatal("the authority is no certificate")
	}
	shown := hub.LeafNode.TLSConfig.Certificates[0]
	for _, name := range []string{"hub", "127.0.0.1"} { // as the compose file calls it, and from inside
		if _, err := shown.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			t.Errorf("dialled as %s: %v", name, err)
		}
	}
	if _, err := shown.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "evil.example"}); err == nil {
		t.Error("it passes for anybody")
	}
	if info, err := os.Stat(filepath.Join(filepath.Dir(config), "trust", "hub.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the hub's key lies open: %v, %v", info.Mode(), err)
	}
}

// trustedHub is a copy of the hub's settings beside what cloud trust writes for it, as in the compose file.
func trustedHub(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	trust := exec.CommandContext(t.Context(), filepath.Join("..", "bin", "cloud"), "trust", "--data", filepath.Join(dir, "cloud"),
		"--out", filepath.Join(dir, "trust", "trust.conf"), "--accounts", filepath.Join(dir, "accounts"), "--host", "hub")
	if said, err := trust.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	settings, err := os.ReadFile("nats/hub.conf")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hub.conf"), settings, 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "hub.conf")
}

func TestNoSecretStandsInTheDeploymentFiles(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(?i)(password|token|secret|seed|nkey)\w*"?\s*[:=]\s*"?[A-Za-z0-9]{8,}`)
	for _, file := range []string{"nats/hub.conf", "edge/example.toml", "edge/devices.toml", "cloud/example.toml", "sim/example.toml", "edge/edge.service"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := secret.FindAllString(string(text), -1); len(found) > 0 {
			t.Errorf("%s holds what looks like a secret: %s", file, strings.Join(slices.Compact(found), ", "))
		}
	}
}
