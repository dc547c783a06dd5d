package edge

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/uplink"
)

// dialWithin is how long a neighbour may take to answer.
const dialWithin = 5 * time.Second

// own is the node's address on this machine.
func (d *doctor) own() string {
	host, port, err := net.SplitHostPort(d.config.Listen)
	if err != nil {
		return d.config.Listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// ask asks the node itself.
func (d *doctor) ask(ctx context.Context, path string, v any) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.own()+path, http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, json.NewDecoder(res.Body).Decode(v)
}

func (d *doctor) answers(ctx context.Context) bool {
	var is struct{ Status string }
	status, err := d.ask(ctx, "/healthz", &is)
	return err == nil && status == http.StatusOK && is.Status == "ok"
}

// node asks the node whether it can do its work.
func (d *doctor) node(ctx context.Context) []finding {
	f := finding{Check: "node", State: worry, Says: "it does not run, or not at " + d.own(), Do: "start it (systemctl start edge, or edge serve), or name its address with --listen"}
	if !d.running {
		return []finding{f}
	}
	var is struct{ Detail string }
	status, err := d.ask(ctx, "/readyz", &is)
	switch {
	case err != nil:
		f.State, f.Says, f.Do = bad, "it does not answer: "+err.Error(), "look into its log (journalctl -u edge), restart it"
	case status != http.StatusOK:
		f.State, f.Says, f.Do = bad, "it runs and cannot work: "+is.Detail, "see the lines \"disk\" and \"database\""
	default:
		f.State, f.Says, f.Do = good, "it runs at http://"+d.own(), ""
	}
	return []finding{f}
}

// line asks the node how it sees its line to the cloud.
func (d *doctor) line(ctx context.Context) []finding {
	f := finding{Check: "line", State: unknown, Says: "only a node that runs has one"}
	if !d.running {
		return []finding{f}
	}
	var v kds.LinkView
	if status, err := d.ask(ctx, "/api/link", &v); err != nil || status != http.StatusOK {
		f.Says = "the node does not say"
		return []finding{f}
	}
	if v.Device != "" && d.enrolled == nil && v.Device != d.enrolment.Device {
		f.State, f.Says, f.Do = bad, "the node was enrolled anew while it ran, and still speaks as the one it was before", restartAdvice
		return []finding{f}
	}
	if v.State == "up" {
		f.State, f.Says = good, "up"
		if v.Detail != "" {
			f.Says += " (" + v.Detail + ")"
		}
		return []finding{f}
	}
	f.State, f.Says = worry, fmt.Sprintf("down since %s: %s", v.Since.Time().Local().Format(time.DateTime), v.Cause)
	if v.Detail != "" {
		f.Says += " (" + v.Detail + ")"
	}
	f.Do = lineAdvice(v.Cause)
	return []finding{f}
}

// restartAdvice is what to do after a node was enrolled anew while it ran: it reads its enrolment when it starts.
const restartAdvice = "restart the node: systemctl restart edge"

func lineAdvice(cause string) string {
	switch cause {
	case "lan":
		return "see cable, Wi-Fi and router: the node has no network at all. The kitchen goes on"
	case "internet":
		return "the chain's hub cannot be reached: see the lines \"hub\" and \"cloud\", restart the router, call the provider. The kitchen goes on for a week and more"
	case "cloud":
		return "nothing to do here: the chain's cloud does not answer, its operators see that too. The kitchen goes on"
	case "fenced":
		return "another box is enrolled for this restaurant: if this is the right one, get a code with `cloud enroll RESTAURANT` and run `edge enroll CODE --replace`"
	case "healing":
		return "nothing: node and cloud compare what each of them has, and go on by themselves"
	case "credential":
		return "see the lines \"credential\", \"cloud\" and \"clock\"; the kitchen goes on"
	case "disk":
		return "what the node has to send cannot be read: see the lines disk and database, take a backup and replace the disk"
	case "schema":
		return "node and cloud are too many versions apart: update the older one; the kitchen goes on"
	}
	return "see docs/OPERATIONS.md, \"The line is down\"; the kitchen goes on"
}

// hub dials the hubs that the node would.
func (d *doctor) hub(ctx context.Context) []finding {
	if d.enrolled != nil && len(d.config.Hubs) == 0 {
		return []finding{{Check: "hub", State: unknown, Says: "which one is known after the enrolment"}}
	}
	hubs := d.enrolment.Leaves
	if d.config.Uplink == string(uplink.Client) {
		hubs = d.enrolment.Clients
	}
	if len(d.config.Hubs) > 0 {
		hubs = d.config.Hubs
	}
	f := finding{Check: "hub", State: bad, Says: "the enrolment names none", Do: "enrol this node anew, or name one with --hub"}
	var wrong []string
	for _, h := range hubs {
		where, err := greet(ctx, h)
		if err == nil {
			return []finding{{Check: "hub", State: good, Says: where + " answers"}}
		}
		wrong = append(wrong, err.Error())
	}
	if len(wrong) > 0 {
		f.Says = strings.Join(wrong, "; ")
		f.Do = "see that this machine reaches the internet (ping 1.1.1.1), that names resolve (getent hosts NAME), and that no firewall stops the port"
	}
	return []finding{f}
}

// greet dials a hub and waits for the line with which it introduces itself.
func greet(ctx context.Context, hub string) (where string, err error) {
	u, err := url.Parse(hub)
	if err != nil || u.Host == "" {
		return hub, fmt.Errorf("hub %q is no address", hub)
	}
	conn, err := (&net.Dialer{Timeout: dialWithin}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return u.Host, fmt.Errorf("%s cannot be dialled: %w", u.Host, err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := conn.SetDeadline(time.Now().Add(dialWithin)); err != nil {
		return u.Host, err
	}
	hello, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(hello, "INFO ") {
		return u.Host, fmt.Errorf("%s takes the call and is no hub, or one that does not answer", u.Host)
	}
	return u.Host, nil
}

// cloud asks the cloud over HTTPS, and looks at its certificate and at its clock.
func (d *doctor) cloud(ctx context.Context) []finding {
	f, cert := finding{Check: "cloud", State: unknown, Says: "which one is known after the enrolment"}, finding{Check: "certificate", State: unknown, Says: "the cloud does not show one"}
	if d.enrolment.Cloud == "" {
		if d.enrolled == nil {
			f.State, f.Says, f.Do = worry, "the enrolment names none, so the credential cannot be renewed", "enrol this node anew when its credential ends"
		}
		return []finding{f, cert}
	}
	client, err := d.client()
	if err != nil {
		cert.State, cert.Says, cert.Do = bad, err.Error(), "enrol this node anew: it gets the authority's certificate with that"
		return []finding{f, cert}
	}
	defer client.CloseIdleConnections()
	shown, err := d.greetCloud(ctx, client)
	if err != nil {
		return d.cloudSilent(f, cert, err)
	}
	f.State, f.Says = good, d.enrolment.Cloud+" answers"
	if shown.code != http.StatusOK {
		f.State, f.Says, f.Do = worry, fmt.Sprintf("%s answers %s", d.enrolment.Cloud, shown.status), "nothing to do here: its operators see that too"
	}
	if at, err := http.ParseTime(shown.date); err == nil {
		if off := d.now.Sub(at); off.Abs() > 2*time.Minute {
			f.State, f.Says = worry, fmt.Sprintf("%s, and this machine's clock is %s off from its", f.Says, ago(off))
			f.Do = "set the clock (timedatectl set-ntp true); the node itself goes by the cloud's time"
		}
	}
	cert.State, cert.Says = good, "the cloud speaks plain HTTP, so there is none"
	if len(shown.chain) > 0 {
		until := shown.chain[0].NotAfter
		cert.Says = fmt.Sprintf("the cloud's is good for %s more", ago(until.Sub(d.now)))
		if until.Sub(d.now) < 7*24*time.Hour {
			cert.State, cert.Do = worry, "tell the chain's operators: it has to be renewed on their side"
		}
	}
	return []finding{f, cert}
}

func (d *doctor) cloudSilent(f, cert finding, err error) []finding {
	f.State, f.Says = bad, d.enrolment.Cloud+": "+err.Error()
	f.Do = "see that this machine reaches the internet (ping 1.1.1.1) and that names resolve (getent hosts NAME); the kitchen goes on, only the credential cannot be renewed"
	var invalid x509.CertificateInvalidError
	var stranger x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		cert.State, cert.Says, cert.Do = bad, invalid.Error(), "see the line \"clock\" first; if that is right, tell the chain's operators"
	case errors.As(err, &stranger):
		cert.State, cert.Says = bad, stranger.Error()
		cert.Do = "somebody else answers in the cloud's place (a guest Wi-Fi's sign-in page?), or the chain has a new authority: then enrol this node anew"
	}
	return []finding{f, cert}
}

// client believes the authority that came with the enrolment, or else the machine's.
func (d *doctor) client() (*http.Client, error) {
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.enrolment.CA != "" {
		trust.RootCAs = x509.NewCertPool()
		if !trust.RootCAs.AppendCertsFromPEM([]byte(d.enrolment.CA)) {
			return nil, errors.New("the authority in the enrolment is no certificate")
		}
	}
	return &http.Client{Timeout: dialWithin, Transport: &http.Transport{TLSClientConfig: trust, DisableKeepAlives: true}}, nil
}

// greeting is what the cloud shows of itself.
type greeting struct {
	code   int
	status string
	date   string
	chain  []*x509.Certificate // empty over plain HTTP
}

func (d *doctor) greetCloud(ctx context.Context, client *http.Client) (g greeting, err error) {
	at, err := url.JoinPath(d.enrolment.Cloud, "healthz")
	if err != nil {
		return g, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return g, err
	}
	res, err := client.Do(req)
	if err != nil {
		return g, err
	}
	g = greeting{code: res.StatusCode, status: res.Status, date: res.Header.Get("Date")}
	if res.TLS != nil {
		g.chain = res.TLS.PeerCertificates
	}
	return g, res.Body.Close()
}

// ports looks whether the node's addresses are free, when it does not run.
func (d *doctor) ports(ctx context.Context) []finding {
	f := finding{Check: "ports", State: good, Says: "the node has them"}
	if d.running {
		return []finding{f}
	}
	f.Says = "free for the node"
	for _, p := range []struct{ flag, address string }{{"listen", d.config.Listen}, {"mqtt-listen", d.config.MQTTListen}, {"metrics-listen", d.config.MetricsListen}} {
		if p.address == "" {
			continue
		}
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", p.address)
		if err == nil {
			err = l.Close()
		}
		if err == nil {
			continue
		}
		f.State, f.Says = bad, fmt.Sprintf("%s cannot be had: %v", p.address, err)
		f.Do = fmt.Sprintf("name another with --%s", p.flag)
		if errors.Is(err, syscall.EADDRINUSE) {
			f.Says = p.address + " is taken by another program"
			f.Do = fmt.Sprintf("find it (ss -ltnp | grep %s) and stop it, or name another address with --%s", p.address[strings.LastIndex(p.address, ":"):], p.flag)
		}
		break
	}
	return []finding{f}
}

// ovens compares the ovens of the device file with those that the node hears.
func (d *doctor) ovens(ctx context.Context) []finding {
	f := finding{Check: "ovens", State: good}
	house, err := LoadHouse(d.config.Devices)
	if err != nil {
		f.State, f.Says, f.Do = bad, err.Error(), "mend the device file; deploy/edge/devices.toml is an example"
		return []finding{f}
	}
	if f.Says = fmt.Sprintf("%d configured", len(house.Ovens)); len(house.Ovens) == 0 {
		f.Says = "none configured: cooks say by hand what is in the oven"
		return []finding{f}
	}
	var board struct{ Ovens []kds.OvenView }
	if status, err := d.ask(ctx, "/api/board", &board); !d.running || err != nil || status != http.StatusOK {
		f.State, f.Says = unknown, f.Says+"; only a node that runs hears them"
		return []finding{f}
	}
	var silent []string
	for _, o := range house.Ovens {
		n := slices.IndexFunc(board.Ovens, func(v kds.OvenView) bool { return v.ID == o.ID })
		switch {
		case n < 0:
			silent = append(silent, o.ID+" (the node was started without it)")
		case board.Ovens[n].State == "silent" || board.Ovens[n].State == "fault":
			silent = append(silent, o.ID+" ("+board.Ovens[n].State+")")
		}
	}
	if len(silent) > 0 {
		f.State, f.Says = bad, fmt.Sprintf("%s, not heard: %s", f.Says, strings.Join(silent, ", "))
		f.Do = "see the oven's power, cable and network, its secret in the device file, and restart the node after a change of that file; cooks say by hand what is in it meanwhile"
	} else {
		f.Says += ", all heard"
	}
	return []finding{f}
}

// alerts are what is on the board and needs a person.
func (d *doctor) alerts(ctx context.Context) []finding {
	f := finding{Check: "alerts", State: unknown, Says: "only a node that runs shows some"}
	var board struct {
		Alerts []struct{ ID, Device, What, Level string }
	}
	if status, err := d.ask(ctx, "/api/board", &board); !d.running || err != nil || status != http.StatusOK {
		return []finding{f}
	}
	if f.State, f.Says = good, "none on the board"; len(board.Alerts) == 0 {
		return []finding{f}
	}
	var words []string
	for _, a := range board.Alerts {
		words = append(words, strings.TrimSpace(a.What+" "+a.Device))
	}
	f.State, f.Says, f.Do = worry, strings.Join(words, ", "), "docs/OPERATIONS.md says what each means"
	return []finding{f}
}
