// Package web holds the pages of the chain as they were built: order, track, driver and HQ. It serves nothing and decides nothing;
// without a build it is empty, and whoever serves it says so.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS is what the build wrote: index.html (guests order), track.html, driver.html, hq.html, assets/.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return sub
}
