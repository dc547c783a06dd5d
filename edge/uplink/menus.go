package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"awesome.pizza/shared/menu"
)

const (
	menusEvery = 5 * time.Minute
	menuMost   = 4 << 20
)

// menus asks the cloud now and then whether the restaurant sells something else, and keeps that beside the enrolment, until ctx ends. A cloud that
// does not answer, or answers something that is no menu, changes nothing.
func (u *Uplink) menus(ctx context.Context) error {
	tag := ""
	wait := time.NewTimer(u.cfg.Menus/10 + rand.N(u.cfg.Menus/10))
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wait.C:
		}
		if now, err := u.askMenu(ctx, tag); err == nil {
			tag = now
		} else if ctx.Err() == nil && !errors.Is(err, errNoCloud) {
			u.cfg.Log.Debug("the chain's menu was not fetched; it will be tried again", "err", err)
		}
		wait.Reset(u.cfg.Menus*9/10 + rand.N(u.cfg.Menus/5))
	}
}

// askMenu fetches the menu if it is not the one with this tag, and keeps it if it is another one than the node has.
func (u *Uplink) askMenu(ctx context.Context, tag string) (now string, err error) {
	e := u.papers.read()
	if e.Cloud == "" {
		return tag, errNoCloud
	}
	target, err := url.JoinPath(e.Cloud, "api/restaurants", u.edge(), "menu")
	if err != nil {
		return tag, fmt.Errorf("the cloud's address %q: %w", e.Cloud, err)
	}
	client, done, err := clientOf(target, &trust{authority: e.CA, either: u.cfg.Clock.Either})
	if err != nil {
		return tag, err
	}
	defer done()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return tag, fmt.Errorf("ask for the menu: %w", err)
	}
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	res, err := client.Do(req)
	if err != nil {
		return tag, fmt.Errorf("ask for the menu: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, menuMost))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return tag, fmt.Errorf("read the menu: %w", err)
	}
	switch res.StatusCode {
	case http.StatusNotModified:
		return tag, nil
	case http.StatusOK:
		return res.Header.Get("ETag"), u.keepMenu(e, raw)
	}
	return tag, fmt.Errorf("the cloud answers %s when asked for the menu", res.Status)
}

func (u *Uplink) keepMenu(e Enrolment, raw []byte) error {
	m, err := menu.Parse(raw) // what cannot be had now stands beside it, and is nothing of the menu
	if err != nil {
		return fmt.Errorf("the chain's menu: %w", err)
	}
	var has struct {
		Version int `json:"version"`
	}
	if len(e.Menu) > 0 && json.Unmarshal(e.Menu, &has) == nil && has.Version == m.Version {
		return nil
	}
	kept, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("keep the chain's menu: %w", err)
	}
	u.cfg.Log.Info("the chain has a new menu", "version", m.Version)
	return u.papers.swap(func(e *Enrolment) { e.Menu = kept })
}
