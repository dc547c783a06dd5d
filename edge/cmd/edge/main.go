// Command edge is a restaurant's node.
package main

import (
	"os"

	"awesome.pizza/edge"
	"awesome.pizza/shared/settings"
)

func main() { os.Exit(settings.Run(edge.Command())) }
