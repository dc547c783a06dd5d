// Package call speaks HTTP with the chain as any stranger would: JSON, problems as RFC 9457 writes them, and event streams. It never
// tries again by itself; who calls knows whether that is wise.
package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Client calls one server. The zero HTTP client is one with a deadline of 10 s for each call.
type Client struct {
	Base   string // like http://127.0.0.1:5000
	Bearer string // sent as Authorization when not empty
	HTTP   *http.Client
}

// Request is a call. Body is sent as JSON unless it is nil.
type Request struct {
	Method  string
	Path    string
	Key     string // Idempotency-Key
	IfMatch string // ETag
	Body    any
}

// Refusal is an answer of 400 or more, as the server explains it.
type Refusal struct {
	HTTP    int           `json:"-"`
	Code    string        `json:"code"`
	Title   string        `json:"title"`
	Detail  string        `json:"detail"`
	Current string        `json:"current,omitempty"`
	Allowed []string      `json:"allowed,omitempty"`
	After   time.Duration `json:"-"` // Retry-After; 0 when the server named none
}

func (r *Refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.HTTP, r.Code, r.Detail))
}

// Temporary reports whether the same call can succeed later: the server is overloaded, restarting or cut off.
func (r *Refusal) Temporary() bool {
	return r.HTTP >= 500 || r.HTTP == http.StatusTooManyRequests || r.HTTP == http.StatusRequestTimeout
}

// Refused is the refusal inside err, or nil: then the server was not reached, or what it said made no sense.
func Refused(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// Away reports whether an error says nothing about the call itself, so that it should be made again.
func Away(err error) bool {
	r := Refused(err)
	return err != nil && (r == nil || r.Temporary())
}

// mostAnswer bounds what is read of an answer.
const mostAnswer = 8 << 20

const patience = 10 * time.Second

// Do makes a call and reads the answer into out, unless that is nil.
func (c *Client) Do(ctx context.Context, r Request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	resp, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	defer drain(resp.Body)
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, mostAnswer)).Decode(out); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", r.Method, r.Path, err)
	}
	return nil
}

// drain reads the rest, so that the connection can be used again.
func drain(body io.Reader) { _, _ = io.Copy(io.Discard, io.LimitReader(body, mostAnswer)) }

func (c *Client) send(ctx context.Context, r Request) (*http.Response, error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("make %s %s: %w", r.Method, r.Path, err)
	}
	resp, err := c.client().Do(req)
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer resp.Body.Close()
		defer drain(resp.Body)
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.Path, refusal(resp))
	}
	return resp, nil
}

func (c *Client) client() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return http.DefaultClient
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	var body io.Reader
	if r.Body != nil {
		b, err := json.Marshal(r.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, strings.TrimSuffix(c.Base, "/")+r.Path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json, application/problem+json, text/event-stream")
	for name, value := range map[string]string{"Idempotency-Key": r.Key, "If-Match": r.IfMatch} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Bearer != "" {
		req.Header.Set("Authorization", "Bearer "+c.Bearer)
	}
	return req, nil
}

func refusal(resp *http.Response) *Refusal {
	r := new(Refusal)
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(r); err != nil {
		r = &Refusal{Detail: resp.Status}
	}
	r.HTTP = resp.StatusCode
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		r.After = time.Duration(seconds) * time.Second
	}
	return r
}
