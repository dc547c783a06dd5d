package edge

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"awesome.pizza/edge/kds"
)

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
	if v.Cause == "alone" {
		f.State, f.Says = good, "there is none, and none is needed: this restaurant belongs to no chain"
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
	case "alone":
		return "nothing: this restaurant belongs to no chain. To join one: `edge enroll CODE`"
	case "disk":
		return "what the node has to send cannot be read: see the lines disk and database, take a backup and replace the disk"
	case "schema":
		return "node and cloud are too many versions apart: update the older one; the kitchen goes on"
	}
	return "see docs/OPERATIONS.md, \"The line is down\"; the kitchen goes on"
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
