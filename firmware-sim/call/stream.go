package call

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// Event is one event of a stream.
type Event struct {
	ID   string
	Name string // "message" when the server gave none
	Data []byte
}

// ErrSilent says that a stream gave no sign of life, not even the heartbeat that is due every 15 s.
var ErrSilent = errors.New("the stream went silent")

// ErrOver says that the server has said everything and asks not to be asked again: 204.
var ErrOver = errors.New("the stream is over for good")

const (
	heartbeats = 40 * time.Second // two of them missed, and some grace
	mostLine   = 4 << 20
)

// Follow reads a stream of server-sent events until it ends, each says no, or ctx ends. last is the id of the last event that was
// seen, so that the server can go on from there; "" begins anew. The error says why it ended; a stream that the server closed
// ends with io.EOF.
func (c *Client) Follow(ctx context.Context, path, last string, each func(Event) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(heartbeats, func() { cancel(ErrSilent) })
	defer watch.Stop()
	req, err := c.request(ctx, Request{Method: http.MethodGet, Path: path})
	if err != nil {
		return fmt.Errorf("follow %s: %w", path, err)
	}
	req.Header.Set("Accept", "text/event-stream")
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := c.client().Do(req)
	if err != nil {
		return fmt.Errorf("follow: %w", because(ctx, err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("follow %s: %w", path, refusal(resp))
	}
	if resp.StatusCode == http.StatusNoContent {
		return ErrOver
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/event-stream" {
		return fmt.Errorf("follow %s: the server answers with %q, not with a stream", path, kind)
	}
	return because(ctx, Read(resp.Body, last, func() { watch.Reset(heartbeats) }, each))
}

func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// Read takes a stream apart as the HTML standard says (§9.2.6), calling alive for every line. An event without an id has that of the one
// before it, which is last at first, for ids outlive connections. It ends with the reader's error or with that of each.
func Read(r io.Reader, last string, alive func(), each func(Event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostLine)
	e := Event{ID: last}
	var data []string
	for lines.Scan() {
		alive()
		line := lines.Text()
		if line == "" {
			if len(data) > 0 {
				e.Data = []byte(strings.Join(data, "\n"))
				if e.Name == "" {
					e.Name = "message"
				}
				if err := each(e); err != nil {
					return err
				}
			}
			e, data = Event{ID: e.ID}, nil
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "id":
			e.ID = value
		case "event":
			e.Name = value
		case "data":
			data = append(data, value)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.EOF
}
