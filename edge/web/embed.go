// Package web holds the restaurant's pages as they were built: the kitchen display, the counter, the guests' board and the health page. It serves nothing
// and decides nothing; without a build it is empty, and whoever serves it says so.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS is what the build wrote: index.html, counter.html, board.html, health.html, pair.html, sw.js, assets/.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return sub
}
