package edge

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"awesome.pizza/edge/uplink"
)

// dialWithin is how long a neighbour may take to answer.
const dialWithin = 5 * time.Second

// hub dials the hubs that the node would.
func (d *doctor) hub(ctx context.Context) []finding {
	if d.enrolled != nil && len(d.config.Hubs) == 0 {
		return []finding{{Check: "hub", State: unknown, Says: "which one is known after the enrolment"}}
	}
	if d.enrolment.Alone {
		return []finding{{Check: "hub", State: unknown, Says: "none is needed: this restaurant belongs to no chain"}}
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
