package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// ErrHopeless says that cloud and hub are well and that this node has not been able to speak to them for a long time, over several fresh
// connections: nothing is left to try but another process, which the supervisor starts.
var ErrHopeless = errors.New("cloud and hub are well, but no SYNC was answered over several connections: the node is to be started anew")

const (
	despairFile = "restarts.json"
	despairMost = 24 * time.Hour // between two restarts that did not help
)

// despairs counts the restarts that did not help.
type despairs struct {
	Times int `json:"times"`
}

// hopeless reports whether it is time to give this process up: SYNC has been silent for long enough, which doubles with every restart that did
// not help, nobody has said that the node is unwanted, and the cloud itself is well.
func (u *Uplink) hopeless(ctx context.Context, began time.Time) bool {
	heard := u.State().Heard
	if heard.Before(began) {
		heard = began
	}
	d := u.loadDespairs()
	if u.papers.dir == "" || u.verdict().cause != "" || time.Since(heard) < min(u.cfg.Hopeless<<min(d.Times, 10), despairMost) || !u.cloudWell(ctx) {
		return false
	}
	d.Times++
	if err := Keep(u.papers.dir, despairFile, d); err != nil {
		u.cfg.Log.Warn("the node stays as it is", "err", err)
		return false // else it would start anew without end
	}
	return true
}

// relieved forgets restarts: a SYNC was answered.
func (u *Uplink) relieved() {
	if u.papers.dir == "" {
		return
	}
	if err := os.Remove(filepath.Join(u.papers.dir, despairFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		u.cfg.Log.Warn("forget restarts", "err", err)
	}
}

func (u *Uplink) loadDespairs() (d despairs) {
	data, err := os.ReadFile(filepath.Join(u.papers.dir, despairFile))
	if err == nil && json.Unmarshal(data, &d) != nil {
		return despairs{}
	}
	return d
}

// cloudWell reports whether the cloud says over HTTPS that it has all it needs, its hub among it.
func (u *Uplink) cloudWell(ctx context.Context) bool {
	err := func() error {
		e := u.papers.read()
		target, err := url.JoinPath(e.Cloud, "readyz")
		if err != nil {
			return err
		}
		client, done, err := clientOf(target, &trust{authority: e.CA, either: u.cfg.Clock.Either})
		if err != nil {
			return err
		}
		defer done()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
		if err != nil {
			return err
		}
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("the cloud is not ready: %s", res.Status)
		}
		return nil
	}()
	if err != nil {
		u.cfg.Log.Debug("the cloud is not well either", "err", err)
	}
	return err == nil
}
