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
}

// ErrNotEnrolled says that this node belongs to no restaurant yet.
var ErrNotEnrolled = errors.New("this node is not enrolled: get a code with `cloud enroll RESTAURANT` and run `edge enroll CODE`")

// LoadEnrolment reads the enrolment from the node's data directory.
func LoadEnrolment(dir string) (Enrolment, error) {
	var e Enrolment
	data, err := os.ReadFile(filepath.Join(dir, "enrolment.json"))
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

// Enrol makes this node's key, has the cloud bind it to the restaurant that code stands for, and stores the result in dir. A cloud that
// is not there yet is asked again until ctx ends; a code that is refused is an error at once.
func Enrol(ctx context.Context, dir, cloud, code string) (Enrolment, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return Enrolment{}, fmt.Errorf("make this node's key: %w", err)
	}
	device, err := pair.PublicKey()
	if err != nil {
		return Enrolment{}, fmt.Errorf("make this node's key: %w", err)
	}
	seed, err := pair.Seed()
	if err != nil {
		return Enrolment{}, fmt.Errorf("make this node's key: %w", err)
	}
	target, err := url.JoinPath(cloud, "api/fleet/claim")
	if err != nil {
		return Enrolment{}, fmt.Errorf("the cloud's address %q: write it like https://pizza.example: %w", cloud, err)
	}
	body, err := json.Marshal(map[string]string{"code": code, "public_key": device})
	if err != nil {
		return Enrolment{}, fmt.Errorf("ask for enrolment: %w", err)
	}
	wait := backoff.NewExponentialBackOff(backoff.WithInitialInterval(200*time.Millisecond), backoff.WithMaxInterval(10*time.Second), backoff.WithMaxElapsedTime(0))
	e, err := backoff.RetryWithData(func() (Enrolment, error) { return claim(ctx, target, body) }, backoff.WithContext(wait, ctx))
	if err != nil {
		return Enrolment{}, err
	}
	e.Device, e.Seed = device, string(seed)
	return e, e.store(dir)
}

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
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
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

// store writes the enrolment so that a power cut leaves the old one or the new one.
func (e Enrolment) store(dir string) error {
	data, err := json.MarshalIndent(e, "", "  ")
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
	if err := os.Rename(f.Name(), filepath.Join(dir, "enrolment.json")); err != nil {
		return fmt.Errorf("store the enrolment: %w", err)
	}
	return nil
}
