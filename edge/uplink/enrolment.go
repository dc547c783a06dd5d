package uplink

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/nats-io/nkeys"
)

// Enrolment binds this hardware to a restaurant. The seed was made here and never leaves the node.
type Enrolment struct {
	Restaurant string    `json:"restaurant"`
	Device     string    `json:"device"` // the node's public NKey
	Seed       string    `json:"seed"`
	JWT        string    `json:"jwt"`
	Expires    time.Time `json:"expires"`
	Leaves     []string  `json:"leaves"`  // hubs for leaf nodes: nats-leaf://host:port
	Clients    []string  `json:"clients"` // hubs for plain clients: nats://host:port

	TimeZone string          `json:"time_zone"`      // IANA zone of the restaurant
	Menu     json.RawMessage `json:"menu,omitempty"` // what it sells

	Epoch    uint64 `json:"epoch"`    // in which an empty outbox begins; 0: the cloud did not say
	Commands uint64 `json:"commands"` // the node obeys the commands after this one
}

// ErrNotEnrolled says that this node belongs to no restaurant yet.
var ErrNotEnrolled = errors.New("this node is not enrolled: get a code with `cloud enroll RESTAURANT` and run `edge enroll CODE`")

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
		return e, fmt.Errorf("read the enrolment: %w", err)
	}
	return e, nil
}

// Enrol has the cloud bind this node to the restaurant that code stands for, and stores the result in dir. The node's key is on disk before
// the cloud hears of it: who runs Enrol again with the same code, after a restart or a lost answer, asks with the same key and is told the
// same. A cloud that is not there yet is asked again until ctx ends; a code that is refused is an error at once.
func Enrol(ctx context.Context, dir, cloud, code string) (Enrolment, error) {
	target, err := url.JoinPath(cloud, "api/fleet/claim")
	if err != nil {
		return Enrolment{}, fmt.Errorf("the cloud's address %q: write it like https://pizza.example: %w", cloud, err)
	}
	asking, err := prepare(dir, code)
	if err != nil {
		return Enrolment{}, err
	}
	body, err := json.Marshal(map[string]string{"code": code, "public_key": asking.Device})
	if err != nil {
		return Enrolment{}, fmt.Errorf("ask for enrolment: %w", err)
	}
	wait := backoff.NewExponentialBackOff(backoff.WithInitialInterval(200*time.Millisecond), backoff.WithMaxInterval(10*time.Second), backoff.WithMaxElapsedTime(0))
	e, err := backoff.RetryWithData(func() (Enrolment, error) { return claim(ctx, target, body) }, backoff.WithContext(wait, ctx))
	if err != nil {
		return Enrolment{}, err
	}
	e.Device, e.Seed = asking.Device, asking.Seed
	if err := write(dir, enrolmentFile, e); err != nil {
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
	return p, write(dir, pendingFile, p)
}

// maxAnswer bounds the cloud's answer: it carries the menu. 1 MiB.
const maxAnswer = 1 << 20

// claim asks once. What trying again cannot mend is permanent.
func claim(ctx context.Context, target string, body []byte) (Enrolment, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return Enrolment{}, backoff.Permanent(fmt.Errorf("ask for enrolment: %w", err))
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return Enrolment{}, fmt.Errorf("ask for enrolment: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return Enrolment{}, fmt.Errorf("read the answer to the enrolment: %w", err)
	case res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests:
		return Enrolment{}, fmt.Errorf("the cloud cannot enrol now: %s", res.Status)
	case res.StatusCode >= 300:
		var p struct{ Detail string }
		_ = json.Unmarshal(answer, &p)
		return Enrolment{}, backoff.Permanent(fmt.Errorf("the cloud refuses the enrolment: %s: %s", res.Status, p.Detail))
	}
	var e Enrolment
	if err := json.Unmarshal(answer, &e); err != nil {
		return Enrolment{}, backoff.Permanent(fmt.Errorf("read the answer to the enrolment: %w", err))
	}
	return e, nil
}

// write replaces a file so that a power cut leaves the old one or the new one. Only this user may read it.
func write(dir, name string, content any) error {
	data, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return fmt.Errorf("store the enrolment: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("store the enrolment: %w", err)
	}
	f, err := os.CreateTemp(dir, ".enrolment-*")
	if err != nil {
		return fmt.Errorf("store the enrolment: %w", err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("store the enrolment: %w", err)
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("store the enrolment: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("store the enrolment: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("store the enrolment: %w", err)
	}
	return nil
}
