package cloud

import (
	"context"
	"log/slog"
	"net/http"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/dispatch/osrm"
)

// roads is how long ways take, and what has to run for it.
type roads struct {
	travel dispatch.Travel
	run    func(context.Context) error
}

// openRoads asks a road server, if there is one.
func openRoads(url string, log *slog.Logger) roads {
	if url == "" {
		return roads{dispatch.Crow{}, func(context.Context) error { return nil }}
	}
	t := osrm.New(url, dispatch.Crow{}, &http.Client{}, log)
	return roads{t, t.Run}
}
