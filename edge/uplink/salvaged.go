package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"awesome.pizza/shared/link"
)

// salvageFile is where a fenced node keeps how far it has come, so that it does not begin again with every start.
const salvageFile = "salvage.json"

// salvaged is the event up to which a cloud has all of this device's, stored or put aside.
type salvaged struct {
	Device string `json:"device"`
	Inc    string `json:"inc,omitempty"` // the cloud's incarnation; empty: a cloud that does not say
	Epoch  uint64 `json:"epoch"`
	Seq    uint64 `json:"seq"`
	ID     string `json:"id,omitempty"`
}

func (s salvaged) ref() link.Ref {
	return link.Ref{Place: link.Place{Epoch: s.Epoch, Seq: s.Seq}, ID: s.ID}
}

// loadSalvaged goes on where this node stopped. It begins with the first event when another device stopped there, or this one with another
// outbox, which has other events under the same numbers.
func (u *Uplink) loadSalvaged(ctx context.Context) (*link.Salvage, error) {
	fresh := link.SalvageFrom("", link.Ref{})
	at, err := u.readSalvaged()
	if err != nil {
		return nil, fmt.Errorf("read what was put aside: %w", err)
	}
	if u.aside = at; at.Seq == 0 || at.Device != u.papers.read().Device {
		return fresh, nil
	}
	there, _, err := u.outbox.Retained(ctx, link.Place{Epoch: at.Epoch, Seq: at.Seq - 1}, 1)
	if err != nil {
		return nil, err
	}
	if len(there) == 0 || there[0] != at.ref() {
		return fresh, nil
	}
	return link.SalvageFrom(at.Inc, at.ref()), nil
}

// readSalvaged reads the file, if there is one.
func (u *Uplink) readSalvaged() (salvaged, error) {
	if u.papers.dir == "" {
		return u.aside, nil
	}
	data, err := os.ReadFile(filepath.Join(u.papers.dir, salvageFile))
	if errors.Is(err, fs.ErrNotExist) {
		return salvaged{}, nil
	}
	return salvagedOf(data), err
}

// salvagedOf is what a file says. What is torn says nothing.
func salvagedOf(data []byte) (at salvaged) {
	if json.Unmarshal(data, &at) != nil {
		return salvaged{}
	}
	return at
}

// storeSalvaged keeps how far the cloud has all, if that has changed.
func (u *Uplink) storeSalvaged(s *link.Salvage) error {
	inc, last := s.Through()
	now := salvaged{u.papers.read().Device, inc, last.Epoch, last.Seq, last.ID}
	if now == u.aside {
		return nil
	}
	u.aside = now
	if u.papers.dir == "" {
		return nil
	}
	return Keep(u.papers.dir, salvageFile, now)
}
