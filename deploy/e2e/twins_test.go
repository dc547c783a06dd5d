package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"awesome.pizza/cloud/pgdev"
)

// Two cores on one Postgres and one hub that is nobody's child: an order placed on one is served, stepped and followed on the other.
func TestTwoCoresAreOneCloud(t *testing.T) {
	t.Parallel()
	base, dir := portBase(t), dataDir(t)
	addr := func(usual int) string { return fmt.Sprintf("127.0.0.1:%d", usual+base-5000) }
	pg, err := pgdev.Start(t.Context(), pgdev.Config{Dir: filepath.Join(dir, "postgres")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	write(t, filepath.Join(dir, "restaurants.toml"), "[[restaurant]]\nid = \"r1\"\nname = \"One\"\nlatitude = 40.741\nlongitude = -73.989\ntime_zone = \"UTC\"\n")
	once(t, bin(t, "cloud"), "trust", "--data", filepath.Join(dir, "cloud"), "--out", filepath.Join(dir, "trust.conf"))
	write(t, filepath.Join(dir, "hub.conf"), fmt.Sprintf("include \"trust.conf\"\nserver_name: hub\nlisten: %q\nhttp: %q\nmax_payload: 1MB\n"+
		"leafnodes { listen: %q, no_advertise: true, compression: off }\njetstream { store_dir: %q, domain: hub, sync_interval: always }\n",
		addr(4222), addr(8222), addr(7422), filepath.Join(dir, "hub")))
	forever(t, bin(t, "nats-server"), "--config", filepath.Join(dir, "hub.conf"))
	core := func(listen, phones string) *chain {
		forever(t, bin(t, "cloud"), "serve", "--data", filepath.Join(dir, "cloud"), "--restaurants", filepath.Join(dir, "restaurants.toml"),
			"--database-url", pg.URL(), "--nats-url", "nats://"+addr(4222), "--leaf-url", "nats-leaf://"+addr(7422), "--client-url", "nats://"+addr(4222),
			"--listen", listen, "--tls-listen", "", "--mqtt-listen", phones, "--metrics-listen", "", "--log-level", "warn")
		c := &chain{t: t, base: base, cloud: "http://" + listen, client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}
		c.eventually(time.Minute, "the core is ready", func() bool { return c.get(c.cloud+"/readyz").status == http.StatusOK })
		return c
	}
	a, b := core(addr(5000), addr(1883)), core(addr(5001), addr(1884))
	code := once(t, bin(t, "cloud"), "enroll", "r1", "--quiet", "--cloud", a.cloud)
	once(t, bin(t, "edge"), "enroll", strings.TrimSpace(code), "--cloud", b.cloud, "--data", filepath.Join(dir, "r1"))
	forever(t, bin(t, "edge"), "serve", "--data", filepath.Join(dir, "r1"), "--listen", addr(8080), "--mqtt-listen", "", "--metrics-listen", "",
		"--uplink", "client", "--log-level", "warn")

	id := a.place(basket("r1", "carryout", "margherita"), "placed on a")
	tracked := make(chan []heard, 1)
	go func() { tracked <- b.track(id, "", time.Minute) }()
	b.eventually(time.Minute, "b serves what a took", func() bool { v, _ := b.order(id); return v.Status == "Queued" })
	for _, to := range []string{"Preparing", "Baking", "QualityCheck", "ReadyForPickup", "Delivered"} {
		if got := b.do(http.MethodPut, b.cloud+"/api/orders/"+id+"/status", fmt.Sprintf(`{"status":%q}`, to)); got.status != http.StatusAccepted {
			t.Fatalf("wishing %s on b: %d %s", to, got.status, got.body)
		}
		a.eventually(time.Minute, "a sees "+to, func() bool { v, _ := a.order(id); return v.Status == to })
	}
	want := "Created Validated Queued Preparing Baking QualityCheck ReadyForPickup Delivered"
	if got := strings.Join(statuses(<-tracked), " "); got != want {
		t.Errorf("followed on b: %s", got)
	}
	if again := b.post(b.cloud+"/api/orders", basket("r1", "carryout", "margherita"), "Idempotency-Key", "placed on a"); !strings.Contains(string(again.body), id) {
		t.Errorf("the same key on the other core orders again: %d %s", again.status, again.body)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// once runs a program to its end and returns what it prints.
func once(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Logf("%s", exit.Stderr)
		}
		t.Fatalf("%s %v: %v", filepath.Base(program), args, err)
	}
	return string(out)
}

// forever runs a program until the end of the test, or until end.
func forever(t *testing.T, program string, args ...string) (pid int, end func()) {
	t.Helper()
	said := &chain{t: t}
	cmd := exec.Command(program, args...)
	cmd.Stderr, cmd.Stdout = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	end = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-ended:
			if err != nil && !strings.Contains(program, "nats-server") {
				t.Errorf("%s did not end well: %v", filepath.Base(program), err)
			}
		case <-time.After(time.Minute):
			_ = cmd.Process.Kill()
			t.Errorf("%s does not end", filepath.Base(program))
			<-ended
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), said.log())
		}
	})
	t.Cleanup(end)
	return cmd.Process.Pid, end
}
