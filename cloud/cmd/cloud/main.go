// Command cloud is the core of the chain.
package main

import (
	"os"

	"awesome.pizza/cloud"
	"awesome.pizza/shared/settings"
)

func main() { os.Exit(settings.Run(cloud.Command())) }
