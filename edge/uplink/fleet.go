package uplink

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"awesome.pizza/shared/link"
)

// errNoCloud says that the enrolment names no cloud to ask over HTTPS.
var errNoCloud = errors.New("the enrolment names no cloud: enrol this node again to have its credential renewed")

// refusal is the cloud's answer that says no.
type refusal struct {
	Status int
	Code   string `json:"code"`
	Detail string `json:"detail"`

	date time.Time // the cloud's clock, to the second
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the cloud refuses (%d %s): %s", r.Status, r.Code, cmp.Or(r.Detail, http.StatusText(r.Status)))
}

// refusedAs reports whether an error is a refusal with this code.
func refusedAs(err error, code string) bool {
	var r *refusal
	return errors.As(err, &r) && r.Code == code
}

// fleet asks the cloud over HTTPS, as the device that the enrolment names: for when the hub does not take the node.
type fleet struct {
	papers *papers
	clock  Clock
}

const askTimeout = 20 * time.Second

// signed is what every signed request carries.
type signed struct {
	Restaurant string `json:"restaurant"`
	Device     string `json:"device"`
	At         string `json:"at"`
	Sig        []byte `json:"sig"`
}

// ask posts one signed request, whose body is made from its signature, and reads the answer into v. A node whose clock is wrong learns the
// cloud's and signs again with that.
func (f *fleet) ask(ctx context.Context, path string, payload []byte, body func(signed) any, v any) error {
	at := f.clock.Now()
	err := f.askAt(ctx, at, path, payload, body, v)
	var r *refusal
	if errors.As(err, &r) && r.Code == "clock" && !r.date.IsZero() {
		err = f.askAt(ctx, r.date, path, payload, body, v)
	}
	return err
}

func (f *fleet) askAt(ctx context.Context, at time.Time, path string, payload []byte, body func(signed) any, v any) error {
	e := f.papers.read()
	if e.Cloud == "" {
		return errNoCloud
	}
	s, err := sealRequest(e, path, at, payload)
	if err != nil {
		return fmt.Errorf("sign a request: %w", err)
	}
	data, err := json.Marshal(body(s))
	if err != nil {
		return fmt.Errorf("write a request: %w", err)
	}
	target, err := url.JoinPath(e.Cloud, path)
	if err != nil {
		return fmt.Errorf("the cloud's address %q: %w", e.Cloud, err)
	}
	client, done, err := clientOf(target, &trust{authority: e.CA, either: f.clock.Either})
	if err != nil {
		return err
	}
	defer done()
	answer, err := post(ctx, client, target, data)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return fmt.Errorf("read the cloud's answer: %w", err)
	}
	return nil
}

// sealRequest signs what is asked, by whom, when, and about what.
func sealRequest(e Enrolment, path string, at time.Time, payload []byte) (signed, error) {
	s := signed{Restaurant: e.Restaurant, Device: e.Device, At: at.UTC().Format(time.RFC3339)}
	var err error
	s.Sig, err = e.sign(link.Signed(path, s.Restaurant, s.Device, s.At, payload))
	return s, err
}

// maxAnswer bounds the cloud's answer: an enrolment carries the menu and the open orders. 32 MiB.
const maxAnswer = 32 << 20

// errEndless says that an answer is longer than that.
var errEndless = errors.New("the answer is longer than any of the cloud's")

// post asks once. An answer that says no is a *refusal.
func post(ctx context.Context, client *http.Client, target string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the cloud: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the cloud: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(answer) > maxAnswer {
		err = errEndless
	}
	if err != nil {
		return nil, fmt.Errorf("read the cloud's answer: %w", err)
	}
	if res.StatusCode < 300 {
		return answer, nil
	}
	r := &refusal{}
	_ = json.Unmarshal(answer, r)
	r.Status = res.StatusCode
	r.date, _ = http.ParseTime(res.Header.Get("Date"))
	return nil, r
}
