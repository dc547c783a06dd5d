package cloud

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"awesome.pizza/cloud/pgdev"
)

// watchEvery is how often the private database is asked whether it is there.
const watchEvery = time.Second

// database is where the truth is kept: one that was named, or a private one that this process looks after.
type database struct {
	url     string
	private pgdev.Config
	log     *slog.Logger

	mu     sync.Mutex
	server *pgdev.Server // nil when it is somebody else's
}

// openDatabase is the one that was named, or a private one.
func openDatabase(ctx context.Context, c Config, log *slog.Logger) (*database, error) {
	d := &database{url: c.DatabaseURL, private: pgdev.Config{Dir: filepath.Join(c.Data, "postgres")}, log: log}
	if d.url != "" {
		return d, nil
	}
	var err error
	if d.server, err = pgdev.Start(ctx, d.private); err != nil {
		return nil, fmt.Errorf("start a private database (or name one with --database-url): %w", err)
	}
	d.url = d.server.URL()
	return d, nil
}

// keep starts a private database again when it has ended, by itself or by somebody's hand, until ctx ends.
func (d *database) keep(ctx context.Context, ping func(context.Context) error) error {
	if d.server == nil {
		return nil
	}
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
		asked, cancel := context.WithTimeout(ctx, watchEvery)
		err := ping(asked)
		cancel()
		if err == nil || ctx.Err() != nil {
			continue
		}
		if err := d.restart(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("the private database does not start again", "err", err)
		}
	}
}

// restart starts the database, or adopts it if it only was slow to answer.
func (d *database) restart(ctx context.Context) error {
	fresh, err := pgdev.Start(ctx, d.private)
	if err != nil {
		return err
	}
	d.mu.Lock()
	old := d.server
	d.server = fresh
	d.mu.Unlock()
	if !fresh.Adopted() {
		d.log.Warn("the private database had ended and was started again")
	}
	return old.Stop() // gives up the hold on the one before; the fresh hold keeps the server
}

// stop ends a private database, unless another process uses it too.
func (d *database) stop() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server == nil {
		return nil
	}
	if err := d.server.Stop(); err != nil {
		return errors.Join(errors.New("stop the private database"), err)
	}
	return nil
}
