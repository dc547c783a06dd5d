// Package partner speaks to one delivery company over HTTP, by the wire that docs/COURIERS.md describes. It signs what it asks, repeats what
// was not answered under the same name, and leaves a company that is down alone for a while.
//
// Not in here: what is asked of whom and what follows from it (cloud/courier), and what companies send by themselves (cloud/api).
package partner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/problem"
)

// Config says who the company is.
type Config struct {
	Name   string // in our settings
	URL    string // its wire's root, like https://courier.example/v1
	Secret string // what we sign with
	Clock  clock.Clock
	HTTP   *http.Client // nil: one with limits
}

// How it is asked.
const (
	callTime  = 4 * time.Second // one attempt
	attempts  = 3
	firstWait = 200 * time.Millisecond // between attempts; then twice as long, with jitter
	maxAnswer = 64 << 10               // bytes
)

// Partner is one company.
type Partner struct {
	cfg     Config
	circuit circuit
}

// New makes a Partner; it says nothing to the company yet.
func New(cfg Config) *Partner {
	cfg.URL = strings.TrimSuffix(cfg.URL, "/")
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, MaxConnsPerHost: 16, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // what is signed is for one address
		}
	}
	return &Partner{cfg: cfg}
}

// Close lets idle connections go.
func (p *Partner) Close() { p.cfg.HTTP.CloseIdleConnections() }

// Quote asks what a parcel would cost, and when it would come. Names and phone numbers are not told before somebody is sent.
func (p *Partner) Quote(ctx context.Context, parcel courier.Parcel) (courier.Quote, error) {
	var q quoteAnswer
	err := p.ask(ctx, http.MethodPost, "/quotes", "", jobOf(parcel, false), &q)
	return courier.Quote{
		Courier: p.cfg.Name, Name: q.Company, ID: q.ID, Fee: q.Fee, PickupAt: q.PickupAt.UTC(), DropAt: q.DropAt.UTC(), Expires: q.Expires.UTC(),
	}, err
}

// Dispatch has a courier sent, under the run's name.
func (p *Partner) Dispatch(ctx context.Context, r courier.Run, parcel courier.Parcel) (courier.Update, error) {
	return p.update(ctx, http.MethodPost, "/deliveries", r.ID, dispatchBody{ID: r.ID, Quote: r.Quote.ID, job: jobOf(parcel, true)})
}

// Status asks how far a run is.
func (p *Partner) Status(ctx context.Context, run string) (courier.Update, error) {
	return p.update(ctx, http.MethodGet, "/deliveries/"+url.PathEscape(run), "", nil)
}

// Cancel says that nobody needs to come.
func (p *Partner) Cancel(ctx context.Context, run string) (courier.Update, error) {
	return p.update(ctx, http.MethodPost, "/deliveries/"+url.PathEscape(run)+"/cancel", run+"/cancel", struct{}{})
}

func (p *Partner) update(ctx context.Context, method, path, key string, body any) (courier.Update, error) {
	var d Delivery
	err := p.ask(ctx, method, path, key, body, &d)
	if err == nil && d.State == "" {
		err = fmt.Errorf("ask courier %s: the answer has no state", p.cfg.Name)
	}
	return d.Update(), err
}

// ask sends a request until it is answered, the company has said no, or three times. A company that does not answer is not asked for a while.
func (p *Partner) ask(ctx context.Context, method, path, key string, body, answer any) error {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return fmt.Errorf("write a request to courier %s: %w", p.cfg.Name, err)
		}
	}
	if err := p.circuit.admits(p.cfg.Clock.Now()); err != nil {
		return fmt.Errorf("ask courier %s: %w", p.cfg.Name, err)
	}
	pace := backoff.NewExponentialBackOff(backoff.WithInitialInterval(firstWait), backoff.WithMaxElapsedTime(0))
	err := backoff.Retry(func() error {
		err := p.once(ctx, method, path, key, raw, answer)
		if problem.Of(err) != nil {
			return backoff.Permanent(err)
		}
		return err
	}, backoff.WithContext(backoff.WithMaxRetries(pace, attempts-1), ctx))
	p.circuit.heard(err == nil || problem.Of(err) != nil, p.cfg.Clock.Now())
	if err != nil {
		return fmt.Errorf("ask courier %s: %w", p.cfg.Name, err)
	}
	return nil
}

func (p *Partner) once(ctx context.Context, method, path, key string, body []byte, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.cfg.URL+path, bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(err)
	}
	stamp := strconv.FormatInt(p.cfg.Clock.Now().Unix(), 10)
	req.Header.Set(courier.TimestampHeader, stamp)
	req.Header.Set(courier.SignatureHeader, courier.SignRequest(p.cfg.Secret, stamp, method, req.URL.EscapedPath(), body))
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := p.cfg.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return err
	case len(raw) > maxAnswer:
		return errors.New("the answer is too long")
	case res.StatusCode >= 300:
		return no(res.StatusCode, raw)
	}
	return json.Unmarshal(raw, answer)
}

// no is what an answer means that is no yes. Whatever is the company's own trouble, or ours with it, can be otherwise the next time.
func no(status int, raw []byte) error {
	var said struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}
	_ = json.Unmarshal(raw, &said) // a proxy's page will do
	kind, ok := map[int]problem.Kind{
		http.StatusNotFound: problem.NotFound, http.StatusConflict: problem.Conflict, http.StatusGone: problem.Conflict,
		http.StatusUnprocessableEntity: problem.Invalid, http.StatusBadRequest: problem.Invalid, http.StatusPaymentRequired: problem.Refused,
	}[status]
	if !ok {
		return fmt.Errorf("it answers %d %s %s", status, said.Code, said.Detail)
	}
	if said.Code == "" {
		if kind == problem.NotFound { // not a company's word: a wrong address, or a proxy
			return fmt.Errorf("it answers %d without a code", status)
		}
		said.Code = "refused"
	}
	return problem.New(kind, said.Code, "%s", said.Detail)
}
