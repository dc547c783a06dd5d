package uplink

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/shared/link"
)

// Enrolment binds this hardware to a restaurant. The seed was made here and never leaves the node.
type Enrolment struct {
	Restaurant string    `json:"restaurant"`
	Device     string    `json:"device"` // the node's public NKey
	Seed       string    `json:"seed"`
	JWT        string    `json:"jwt"`
	Expires    time.Time `json:"expires"`
	Leaves     []string  `json:"leaves"`          // hubs for leaf nodes: nats-leaf://host:port, or tls://host:port
	Clients    []string  `json:"clients"`         // hubs for plain clients: nats://host:port, or tls://host:port
	Cloud      string    `json:"cloud,omitempty"` // where the cloud answers over HTTPS
	CA         string    `json:"ca,omitempty"`    // PEM of the authority that the certificates of hub and cloud come from; empty: one that the machine knows
	Chain      string    `json:"chain,omitempty"` // public NKey that signs snapshots

	Alone bool `json:"alone,omitempty"` // it belongs to no chain yet: there is nobody to connect to

	Proof *link.SignedProof `json:"proof,omitempty"` // the chain's word that it enrolled this node, for a cloud that has forgotten it

	TimeZone string          `json:"time_zone"`      // IANA zone of the restaurant
	Menu     json.RawMessage `json:"menu,omitempty"` // what it sells

	Epoch     uint64 `json:"epoch"`    // in which an empty outbox begins; 0: the cloud did not say, so SYNC will find that the node lacks the open orders
	Commands  uint64 `json:"commands"` // the node obeys the commands after this one
	CommandID string `json:"command_id,omitempty"`
	Snapshot  []Page `json:"snapshot,omitempty"` // the restaurant's open orders, for a node that has none; empty once it has them
}

// Page is a page of a snapshot as its signer wrote it.
type Page struct {
	Doc []byte `json:"doc"` // a link.Snapshot as JSON
	Sig []byte `json:"sig"`
}

// ErrNotEnrolled says that this node belongs to no restaurant yet.
var ErrNotEnrolled = errors.New("this node is not enrolled: get a code with `cloud enroll RESTAURANT` and run `edge enroll CODE`; or, for a restaurant that belongs to no chain, run `edge init`")

// LoadEnrolment reads the enrolment from the node's data directory.
func LoadEnrolment(dir string) (Enrolment, error) {
	var e Enrolment
	data, err := os.ReadFile(filepath.Join(dir, enrolmentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return e, ErrNotEnrolled
	}
	if err != nil {
		return e, fmt.Errorf("read the enrolment: %w", err)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return e, fmt.Errorf("read %s, which is torn: %w: get a code with `cloud enroll RESTAURANT` and run `edge enroll CODE --replace`; the orders stay", filepath.Join(dir, enrolmentFile), err)
	}
	if e.Restaurant == "" || e.Seed == "" {
		return Enrolment{}, fmt.Errorf("%s names no restaurant or no key: get a code with `cloud enroll RESTAURANT` and run `edge enroll CODE --replace`; the orders stay", filepath.Join(dir, enrolmentFile))
	}
	return e, nil
}

// Store keeps e in the node's data directory.
func (e Enrolment) Store(dir string) error { return Keep(dir, enrolmentFile, e) }

// Enrol has the cloud bind this node to the restaurant that code stands for, and stores the result in dir. The node's key is on disk before
// the cloud hears of it: who runs Enrol again with the same code, after a restart or a lost answer, asks with the same key and is told the
// same. A cloud that is not there yet is asked again until ctx ends, and failed hears why, each time; a code that is refused is an error at
// once. A code may come with the fingerprint of the cloud's authority, after a dot: then nobody else is believed. either are the instants it
// may be now. A node that was another restaurant's is refused, for what it holds is that one's. It reports settings.ErrUsage for a code or an
// address that has to be written differently.
func Enrol(ctx context.Context, dir, cloud, code string, either func() []time.Time, failed func(why error)) (Enrolment, error) {
	code, mark, err := torn(code)
	if err != nil {
		return Enrolment{}, err
	}
	target, err := claimAt(cloud, mark)
	if err != nil {
		return Enrolment{}, err
	}
	before, err := LoadEnrolment(dir)
	if err != nil && !errors.Is(err, ErrNotEnrolled) {
		before = Enrolment{} // it cannot be read, so it is of no use
	}
	asking, err := prepare(dir, code)
	if err != nil {
		return Enrolment{}, err
	}
	e, err := claim(ctx, target, asking, before.Restaurant, &trust{mark: mark, either: either}, failed)
	if err != nil {
		return Enrolment{}, err
	}
	if before.Restaurant != "" && before.Restaurant != e.Restaurant {
		return Enrolment{}, fmt.Errorf("the code is of restaurant %s, and this node holds what happened in %s: the node of %s is cut off now; enrol it with --replace and a new code", e.Restaurant, before.Restaurant, e.Restaurant)
	}
	if len(e.Menu) == 0 && before.Alone {
		e.Menu = before.Menu
	}
	e.Device, e.Seed, e.Cloud = asking.Device, asking.Seed, cmp.Or(e.Cloud, cloud)
	for _, p := range e.Snapshot {
		if _, err := e.Verify(p); err != nil {
			return Enrolment{}, fmt.Errorf("the open orders that came with the enrolment: %w", err)
		}
	}
	if err := Keep(dir, enrolmentFile, e); err != nil {
		return Enrolment{}, err
	}
	if err := os.Remove(filepath.Join(dir, pendingFile)); err != nil {
		return Enrolment{}, fmt.Errorf("store the enrolment: %w", err)
	}
	return e, nil
}

const (
	enrolmentFile = "enrolment.json"
	pendingFile   = "enrolment.pending.json"
)

// pending is a key that the cloud may or may not have heard of, and the code it is asked with.
type pending struct {
	Code   string `json:"code"`
	Device string `json:"device"`
	Seed   string `json:"seed"`
}

// prepare is the key for a code: the one on disk, if an answer is still owed to it, or a new one. A key is never asked with twice for two
// codes, for the cloud may have bound it to the first.
func prepare(dir, code string) (pending, error) {
	var p pending
	data, err := os.ReadFile(filepath.Join(dir, pendingFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("read this node's key: %w", err)
	}
	if err == nil && json.Unmarshal(data, &p) == nil && p.Code == code && p.Seed != "" {
		return p, nil
	}
	pair, err := nkeys.CreateUser()
	if err != nil {
		return p, fmt.Errorf("make this node's key: %w", err)
	}
	device, err := pair.PublicKey()
	if err != nil {
		return p, fmt.Errorf("make this node's key: %w", err)
	}
	seed, err := pair.Seed()
	if err != nil {
		return p, fmt.Errorf("make this node's key: %w", err)
	}
	p = pending{Code: code, Device: device, Seed: string(seed)}
	return p, Keep(dir, pendingFile, p)
}
