package cloud

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"

	"github.com/spf13/pflag"

	"awesome.pizza/shared/settings"
)

func TestTheZeroConfigIsACoreForThisMachine(t *testing.T) {
	t.Parallel()
	zero := Config{}.withDefaults()
	if err := zero.check(); err != nil {
		t.Fatal(err)
	}
	if host, _, _ := net.SplitHostPort(zero.Listen); !settings.Loopback(host) {
		t.Errorf("everybody is staff, and it listens on %s", zero.Listen)
	}
	if houses, err := zero.restaurants(); err != nil || len(houses) != 0 {
		t.Errorf("%v, %v", houses, err)
	}
	if chosen := (Config{Listen: "127.0.0.1:1", PerMinute: 7, HubReplicas: 3, AcceptWithin: time.Hour, Data: "d"}).withDefaults(); chosen.Listen != "127.0.0.1:1" ||
		chosen.PerMinute != 7 || chosen.HubReplicas != 3 || chosen.AcceptWithin != time.Hour || chosen.Data != "d" {
		t.Errorf("what was chosen is overwritten: %+v", chosen)
	}
}

func TestFlagsBeginWithTheDefaultsOfTheConfig(t *testing.T) {
	t.Parallel()
	var c Config
	c.flags(pflag.NewFlagSet("serve", pflag.ContinueOnError))
	want := Config{}.withDefaults()
	want.MetricsListen, want.MonitorListen = c.MetricsListen, c.MonitorListen // a zero Config has none, the program has
	want.TLSListen, want.HubTLS = c.TLSListen, c.HubTLS
	want.DispatchBeside, want.DispatchReposition = dispatch.Beside, true
	if c.MetricsListen == "" || c.MonitorListen == "" || c.TLSListen != "127.0.0.1:5001" || !c.HubTLS || !reflect.DeepEqual(c, want) {
		t.Errorf("a core without flags is\n%+v, the zero config\n%+v", c, want)
	}
}

func TestUnusableSettingsSayWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	const long = "a-long-enough-token"
	for name, x := range map[string]struct {
		change func(*Config)
		want   string // "" is usable
	}{
		"open with a token":        {func(c *Config) { c.Listen, c.StaffToken = "0.0.0.0:5000", long }, ""},
		"every address, a token":   {func(c *Config) { c.Listen, c.StaffToken = ":5000", long }, ""},
		"localhost":                {func(c *Config) { c.Listen = "localhost:5000" }, ""},
		"two hubs":                 {func(c *Config) { c.NatsURL = "tls://a.example:4222, nats://10.0.0.1:4222" }, ""},
		"a hub without a scheme":   {func(c *Config) { c.NatsURL = "hub.example:4222" }, "tls://hub.example:4222"},
		"a second hub of nonsense": {func(c *Config) { c.NatsURL = "nats://a.example:4222,nonsense" }, `"nonsense"`},
		"IPv6 loopback":            {func(c *Config) { c.Listen = "[::1]:5000" }, ""},
		"open without a token":     {func(c *Config) { c.Listen = "0.0.0.0:5000" }, "set CLOUD_STAFF_TOKEN"},
		"every address, no token":  {func(c *Config) { c.Listen = ":5000" }, "set CLOUD_STAFF_TOKEN"},
		"IPv6, every address":      {func(c *Config) { c.Listen = "[::]:5000" }, "set CLOUD_STAFF_TOKEN"},
		"on the LAN without one":   {func(c *Config) { c.Listen = "192.168.1.7:5000" }, "set CLOUD_STAFF_TOKEN"},
		"a name elsewhere":         {func(c *Config) { c.Listen = "localhost.example:5000" }, "set CLOUD_STAFF_TOKEN"},
		"a short token":            {func(c *Config) { c.StaffToken = "letmein" }, "at least 16 characters"},
		"no port":                  {func(c *Config) { c.Listen = "127.0.0.1" }, "write host:port"},
		"a courier":                {withCourier("swift=https://swift.example/v1", "swift=sixteen-letters1"), ""},
		"a courier of this host":   {withCourier("swift=http://127.0.0.1:5200", "swift=sixteen-letters1"), ""},
		"a courier in the clear":   {withCourier("swift=http://swift.example", "swift=sixteen-letters1"), "https://"},
		"a courier, no address":    {withCourier("swift", "swift=sixteen-letters1"), "write it like swift="},
		"a courier, no name":       {withCourier("=https://swift.example", "swift=sixteen-letters1"), "write it like swift="},
		"a courier, a long name":   {withCourier(strings.Repeat("s", 33)+"=https://swift.example", ""), "write it like swift="},
		"a courier, no secret":     {withCourier("swift=https://swift.example"), "set CLOUD_COURIER_SECRET"},
		"a courier, short secret":  {withCourier("swift=https://swift.example", "swift=secret"), "16 to 200"},
		"a secret of nobody":       {withCourier("swift=https://swift.example", "swft=sixteen-letters1"), `"swft"`},
		"an old and a new secret":  {withCourier("swift=https://swift.example", "swift=sixteen-letters1", "swift=sixteen-letters2"), ""},
		"three secrets":            {withCourier("swift=https://swift.example", "swift=sixteen-letters1", "swift=sixteen-letters2", "swift=sixteen-letters3"), "more than two"},
		"a courier for nothing": {func(c *Config) {
			withCourier("swift=https://s.example", "swift=sixteen-letters1")(c)
			c.CourierFee = -1
		}, "--courier-fee-limit"},
		"one courier twice":        {func(c *Config) { c.Couriers = []string{"s=https://a.example", "s=https://b.example"} }, "twice"},
		"no address":               {func(c *Config) { c.Listen = "" }, `--listen is ""`},
		"a phone's door, no port":  {func(c *Config) { c.MQTTListen = "1883" }, "--mqtt-listen"},
		"a leaf's door, no port":   {func(c *Config) { c.LeafListen = "hub" }, "--leaf-listen"},
		"a client's door, no port": {func(c *Config) { c.ClientListen = "::1" }, "--client-listen"},
		"metrics without a port":   {func(c *Config) { c.MetricsListen = "9090" }, "--metrics-listen"},
		"monitoring, no port":      {func(c *Config) { c.MonitorListen = "127.0.0.1" }, "--monitor-listen"},
		"no directory":             {func(c *Config) { c.Data = "" }, "--data is empty"},
		"no copy":                  {func(c *Config) { c.HubReplicas = 0 }, "--hub-replicas"},
		"six copies":               {func(c *Config) { c.HubReplicas = 6 }, "--hub-replicas"},
		"restaurants a day apart":  {func(c *Config) { c.DispatchBeside = 24 * time.Hour }, "--dispatch-beside"},
		"no road server":           {func(c *Config) { c.OSRMURL = "osrm:5000" }, "--osrm-url"},
		"a road server":            {func(c *Config) { c.OSRMURL = "http://osrm:5000" }, ""},
		"no time to accept":        {func(c *Config) { c.AcceptWithin = time.Millisecond }, "--accept-within"},
		"no requests":              {func(c *Config) { c.PerMinute = 0 }, "--requests-per-minute"},
		"no streams":               {func(c *Config) { c.Streams.All = 0 }, "--streams"},
		"too many streams":         {func(c *Config) { c.Streams.All = mostStreams + 1 }, "--streams"},
		"no screen for an order":   {func(c *Config) { c.Streams.OfOrder = 0 }, "--streams-per-order"},
		"a client without limit":   {func(c *Config) { c.Streams.OfClient = -1 }, "--streams-per-client"},
		"a client above all":       {func(c *Config) { c.Streams.All = 100 }, "at least as many as --streams-per-client (2000)"},
		"few streams":              {func(c *Config) { c.Streams = Streams{All: 1, OfClient: 1, OfOrder: 1, Phones: 1} }, ""},
		"no phones":                {func(c *Config) { c.Streams.Phones = 0 }, "--phones"},
		"proxies":                  {func(c *Config) { c.Proxies = []string{"10.0.0.0/8", "fd00::/8"} }, ""},
		"a proxy, not its network": {func(c *Config) { c.Proxies = []string{"10.0.0.0/8", "10.1.2.3"} }, `--trusted-proxies names "10.1.2.3"`},
		"a proxy by name":          {func(c *Config) { c.Proxies = []string{"proxy"} }, "--trusted-proxies"},
		"none of what is optional": {func(c *Config) { c.TLSListen, c.MetricsListen, c.MonitorListen = "", "", "" }, ""},
		"HTTPS without a token":    {func(c *Config) { c.TLSListen = "0.0.0.0:5001" }, "--tls-listen 0.0.0.0:5001 is open"},
		"HTTPS with a token":       {func(c *Config) { c.TLSListen, c.StaffToken = "0.0.0.0:5001", long }, ""},
		"HTTPS without a port":     {func(c *Config) { c.TLSListen = "5001" }, "--tls-listen"},
		"a certificate, no key":    {func(c *Config) { c.TLSCert = "c.pem" }, "--tls-cert and --tls-key"},
		"a key, no certificate":    {func(c *Config) { c.TLSKey = "c.key" }, "--tls-cert and --tls-key"},
		"an authority of nothing":  {func(c *Config) { c.TLSCA = "ca.pem" }, "--tls-ca"},
		"a name with a port":       {func(c *Config) { c.Hosts = []string{"pizza.example:5000"} }, "--host names"},
		"names and addresses":      {func(c *Config) { c.Hosts = []string{"pizza.example", "10.0.0.7", "fd00::7"} }, ""},
		"an address for all":       {func(c *Config) { c.PublicURL = "pizza.example" }, "--public-url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Config{}.withDefaults()
			x.change(&c)
			err := c.check()
			if x.want == "" && err != nil || x.want != "" && (!errors.Is(err, settings.ErrUsage) || !strings.Contains(err.Error(), x.want)) {
				t.Errorf("got %v, want %q", err, x.want)
			}
		})
	}
}

func TestACoreThatMayNotOpenDoesNotBegin(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	if err := Run(t.Context(), Config{Data: data, Listen: "0.0.0.0:0"}, quiet); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("got %v", err)
	}
	if err := Run(t.Context(), Config{Data: data, Listen: "127.0.0.1:0", Restaurants: "/no/such/file"}, quiet); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it left something behind: %v", err)
	}
}

func TestANodeIsToldWhereTheHubIs(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:5000": "127.0.0.1", "pizza.example:5000": "pizza.example", "[::1]:5000": "::1",
		":5000": "127.0.0.1", "0.0.0.0:5000": "127.0.0.1", "[::]:5000": "127.0.0.1", "": "127.0.0.1",
	} {
		if got := (&Config{Listen: listen}).host(); got != want {
			t.Errorf("listening on %q it is called %q, not %q", listen, got, want)
		}
	}
	for want, c := range map[string]Config{
		"https://127.0.0.1:5001":     {Listen: "127.0.0.1:5000", TLSListen: "127.0.0.1:5001"},
		"https://[::1]:5001":         {Listen: ":5000", TLSListen: ":5001", Hosts: []string{"::1"}},
		"http://pizza.example:5000":  {Listen: ":5000", Hosts: []string{"pizza.example"}},
		"https://pizza.example":      {Listen: ":5000", TLSListen: ":5001", PublicURL: "https://pizza.example/"},
		"https://pizza.example:5001": {Listen: ":5000", TLSListen: ":5001", Hosts: []string{"pizza.example", "10.0.0.7"}},
	} {
		if got := c.door(); got != want {
			t.Errorf("a node is told %q, not %q", got, want)
		}
	}
	names := (&Config{
		Listen: "0.0.0.0:5000", TLSListen: "10.0.0.7:5001", LeafListen: ":7422", Hosts: []string{"core.example"}, PublicURL: "https://pizza.example",
		LeafURLs: []string{"tls://hub.example:7422"}, ClientURLs: []string{"tls://[fd00::7]:4222"},
	}).names()
	for _, want := range []string{"core.example", "10.0.0.7", "pizza.example", "hub.example", "fd00::7"} {
		if !slices.Contains(names, want) {
			t.Errorf("the certificate is not for %s but for %v", want, names)
		}
	}
	for name, x := range map[string]struct {
		set    []string
		host   string
		listen string
		want   []string
	}{
		"as set":            {[]string{"nats-leaf://hub.example:1", "nats-leaf://hub.example:2"}, "127.0.0.1", "nonsense", []string{"nats-leaf://hub.example:1", "nats-leaf://hub.example:2"}},
		"this host's port":  {nil, "pizza.example", ":7422", []string{"nats-leaf://pizza.example:7422"}},
		"the hub's address": {nil, "127.0.0.1", "10.0.0.1:7000", []string{"nats-leaf://127.0.0.1:7000"}},
		"IPv6":              {nil, "::1", ":7422", []string{"nats-leaf://[::1]:7422"}},
	} {
		if got, err := hubURLs(x.set, "nats-leaf", x.host, x.listen); err != nil || !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if got, err := hubURLs(nil, "nats", "127.0.0.1", "7422"); err == nil || !strings.Contains(err.Error(), "--leaf-url") {
		t.Errorf("a listener without a port: %v, %v", got, err)
	}
}

func TestUnusableFilesOfRestaurantsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	const good = "[[restaurant]]\nid = \"r1\"\nname = \"One\"\naddress = \"1 Main St\"\nlatitude = 40.7\nlongitude = -73.9\ntime_zone = \"UTC\"\nradius_km = 8\ncooks = 3\n"
	read := func(t *testing.T, text string) error {
		path := filepath.Join(t.TempDir(), "restaurants.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		houses, err := (&Config{Restaurants: path}).restaurants()
		if err == nil && (len(houses) != 1 || houses[0].ID != "r1" || houses[0].Name != "One") {
			t.Errorf("read %+v", houses)
		}
		return err
	}
	if err := read(t, good); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ text, want string }{
		"not TOML":            {"[[restaurant", "read "},
		"a word nobody knows": {good + "oven = 3\n", "oven"},
		"no restaurant at all": {
			"[[house]]\nid = \"r1\"\n", `"house`,
		},
		"a zone nobody knows":  {strings.Replace(good, "UTC", "Main/Street", 1), "Main/Street"},
		"no id":                {strings.Replace(good, "id = \"r1\"\n", "", 1), "--restaurants"},
		"nowhere on the globe": {strings.Replace(good, "40.7", "140.7", 1), "--restaurants"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := read(t, x.text); !errors.Is(err, settings.ErrUsage) || !strings.Contains(err.Error(), x.want) {
				t.Errorf("got %v, want %q", err, x.want)
			}
		})
	}
	if _, err := (&Config{Restaurants: filepath.Join(t.TempDir(), "none.toml")}).restaurants(); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func withCourier(named string, secrets ...string) func(*Config) {
	return func(c *Config) { c.Couriers, c.CourierSecrets = []string{named}, secrets }
}
