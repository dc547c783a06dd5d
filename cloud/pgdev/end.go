package pgdev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// End ends the server that a killed user left behind in dir, unless somebody else still holds it. It starts nothing: where no server runs,
// or no folder is, there is nothing to end. Half of what ctx gives is for a fast shutdown, the rest for an immediate one.
func End(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "data")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	h, err := openHouse(Config{Dir: dir})
	if err != nil {
		return fmt.Errorf("open the Postgres folder: %w", err)
	}
	users, err := h.lock("users.lock")
	if err != nil {
		return err
	}
	if err := h.leave(ctx, users); err != nil {
		return fmt.Errorf("stop Postgres in %s: %w", h.dir, err)
	}
	return nil
}
