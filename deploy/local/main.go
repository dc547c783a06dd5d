// Command local runs a whole chain on this machine: the cloud, restaurants with simulated ovens, drivers and guests, each as the real
// program in a process of its own. Its control page cuts a restaurant's internet, kills processes and starts them again.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/settings"
	"awesome.pizza/shared/watch"
)

func main() { os.Exit(settings.Run(command())) }

func command() *cobra.Command {
	var c Config
	cmd := &cobra.Command{
		Use:   "local",
		Short: "A whole chain on this machine",
		Long: `local starts a cloud, restaurants with simulated ovens, drivers and guests, prints where to look, and ends all of it on Ctrl-C.

Control (port base + 99):
  curl localhost:5099/status
  curl -X POST localhost:5099/restaurants/r1/internet -d '{"up":false}'     cut a restaurant's internet; {"up":true} mends it
  curl -X POST localhost:5099/processes/cloud/kill                          SIGKILL; /start starts it again

A line can be worse than cut. Each of these replaces the weather there was; {"up":true} is fair weather again:
  {"up":false,"how":"blackhole"}                     nothing passes and nothing ends; what was said arrives when the line is mended
  {"up":false,"how":"halfopen"}                      the hub's end is gone and the node never hears of it
  {"up":false,"how":"oneway"}                        the node is heard and hears nothing
  {"latency_ms":1000,"kbps":20,"slice":64}           2G: two seconds there and back, 20 kbit/s, crumbs of 64 bytes
  {"how":"rst","flap_ms":[1000,30000]}               cut and mended in turn, each for 1 to 30 s`,
		Example: `  bin/local
  bin/local --restaurants 5 --guests 30 --speed 10
  bin/local --data /tmp/chain --port-base 15000
  bin/local --own-hub bin/nats-server --cores 2 --hubs 3     two cores behind one door, a hub of three nodes`,
		Version: watch.BuildVersion(),
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "LOCAL"); err != nil {
				return err
			}
			if err := c.check(); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return run(ctx, c)
		},
	}
	c.flags(cmd.Flags())
	return cmd
}

func run(ctx context.Context, cfg Config) error {
	log, err := watch.Logger(os.Stderr, cfg.LogLevel)
	if err != nil {
		return settings.Usage("--log-level is %q; write debug, info, warn or error", cfg.LogLevel)
	}
	info, err := os.Stderr.Stat()
	color := err == nil && info.Mode()&os.ModeCharDevice != 0
	control, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.addr(controlPort))
	if err != nil {
		return fmt.Errorf("open the control page: is another chain running? --port-base moves all ports: %w", err)
	}
	defer func() { _ = control.Close() }()
	chain, err := NewChain(ctx, cfg, &Log{out: os.Stderr, width: 10, color: color}, log)
	if err != nil {
		return err
	}
	defer chain.Stop(ctx)
	if err := chain.Start(ctx); err != nil {
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
	fmt.Fprint(os.Stdout, chain.Welcome())
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return chain.Serve(ctx, control) })
	g.Go(func() error { return chain.listenToKeys(ctx, os.Stdin) })
	return g.Wait()
}

// Welcome says where to look.
func (c *Chain) Welcome() string {
	var b strings.Builder
	line := func(what, where string) { fmt.Fprintf(&b, "  %-22s %s\n", what, where) }
	b.WriteString("\nThe chain is open.\n\n")
	line("order a pizza", c.cfg.url(cloudPort)+"/")
	line("head office", c.cfg.url(cloudPort)+"/hq")
	line("a driver's phone", c.cfg.url(cloudPort)+"/driver")
	for _, r := range c.restaurants {
		line("kitchen of "+r.id, r.kitchen+"/")
		line("counter of "+r.id, r.kitchen+"/counter")
	}
	for _, p := range staff {
		if p.PIN != "" {
			line("PIN of "+p.Name, p.PIN+" ("+strings.ReplaceAll(p.Role, "_", " ")+")")
		}
	}
	line("control", c.cfg.url(controlPort)+"/status")
	b.WriteString("\nType the number of a restaurant and Enter to cut its internet, again to mend it. Ctrl-C closes the chain.\n\n")
	return b.String()
}

// listenToKeys lets a person cut and mend cables by typing 1, 2, … A closed standard input is nobody typing.
func (c *Chain) listenToKeys(ctx context.Context, in *os.File) error {
	lines := make(chan string)
	go func() { // ends with the process: a read from a terminal cannot be called off
		defer close(lines)
		for typed := bufio.NewScanner(in); typed.Scan(); {
			select {
			case lines <- strings.TrimSpace(typed.Text()):
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case word, open := <-lines:
			if !open {
				lines = nil
				continue
			}
			c.toggle(strings.TrimPrefix(word, "r"))
		}
	}
}

func (c *Chain) toggle(number string) {
	for _, r := range c.restaurants {
		if strings.TrimPrefix(r.id, "r") != number {
			continue
		}
		up := !r.internet.Up()
		if err := r.internet.Set(Weather{Up: up}); err != nil {
			c.log.Error("internet", "restaurant", r.id, "err", err)
			return
		}
		c.log.Info("internet", "restaurant", r.id, "up", up)
	}
}
