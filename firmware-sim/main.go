// Command firmware-sim is the world outside of Awesome Pizza's programs: ovens, robot cooks, drivers with their phones, and guests. They
// speak MQTT and HTTP as strangers do, come out of one seed, and misbehave on demand. Nothing of the chain's own code runs in here but
// the words both sides agree on.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:])) }

// run gives the exit code: 0 when all went well or we were asked to end, 1 when something broke, 2 when the arguments are unusable.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot(os.Stderr)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var broke failed
	switch {
	case err == nil:
		return 0
	case errors.As(err, &broke):
		fmt.Fprintln(os.Stderr, "firmware-sim:", err)
		return 1
	}
	fmt.Fprintln(os.Stderr, "firmware-sim:", err)
	return 2
}
