// Command cloud is the core of the chain.
package main

import (
	"os"
	"runtime/debug"

	"awesome.pizza/cloud"
	"awesome.pizza/shared/settings"
)

// heapGrowth is by how many percent the heap may grow before garbage is collected. A core keeps little and throws much away, and collecting takes the
// same processors that bring a driver's position to a guest: this costs some tens of megabytes. GOGC says otherwise.
const heapGrowth = 250

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	os.Exit(settings.Run(cloud.Command()))
}
