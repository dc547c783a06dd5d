package printer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	dialWithin   = 5 * time.Second
	answerWithin = 3 * time.Second  // a real-time question
	writeWithin  = 10 * time.Second // a printer takes in a ticket at once; one whose buffer stays full is not well
	lookEvery    = time.Second      // while something is being printed, or the printer is not ready
)

var errMute = errors.New("it does not answer")

// cable is an open connection to a printer. One goroutine uses it; another only reads what comes.
type cable struct {
	conn net.Conn
	mute bool
	said chan byte // answers to real-time questions
	done chan struct{}
	over chan error // why nothing comes any more
}

func open(conn net.Conn, mute bool) *cable {
	c := &cable{conn: conn, mute: mute, said: make(chan byte, 64), done: make(chan struct{}, 64), over: make(chan error, 1)}
	go c.listen()
	return c
}

// listen sorts what the printer says until the connection ends. Answers that nobody waits for are dropped.
func (c *cable) listen() {
	buffer := make([]byte, 64)
	for {
		n, err := c.conn.Read(buffer)
		for _, b := range buffer[:n] {
			switch {
			case isRealTime(b):
				select {
				case c.said <- b:
				default:
				}
			case isDone(b):
				select {
				case c.done <- struct{}{}:
				default:
				}
			}
		}
		if err != nil {
			c.over <- err
			return
		}
	}
}

// close hangs up and waits for the reader.
func (c *cable) close() {
	_ = c.conn.Close()
	for range c.over {
		return
	}
}

// look asks the printer how it is.
func (c *cable) look(ctx context.Context) (status, error) {
	if c.mute {
		select {
		case err := <-c.over:
			c.over <- err
			return status{condition: Offline}, err
		default:
			return status{condition: Ready}, nil
		}
	}
	for len(c.said) > 0 {
		<-c.said
	}
	var answers [4]byte
	for n := range answers {
		b, err := c.ask(ctx, byte(n+1))
		if err != nil {
			return status{condition: Offline}, err
		}
		answers[n] = b
	}
	return statusOf(answers[0], answers[1], answers[2], answers[3]), nil
}

func (c *cable) ask(ctx context.Context, n byte) (byte, error) {
	if _, err := c.write(ask(n)); err != nil {
		return 0, err
	}
	late := time.NewTimer(answerWithin)
	defer late.Stop()
	select {
	case b := <-c.said:
		return b, nil
	case err := <-c.over:
		c.over <- err
		return 0, fmt.Errorf("the connection ended: %w", err)
	case <-late.C:
		return 0, errMute
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// write sends bytes; n is how many may have reached the printer.
func (c *cable) write(b []byte) (n int, err error) {
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return 0, err
	}
	return c.conn.Write(b)
}

// lastWord waits for the printer a moment longer when the node stops: what is printed need not be doubted.
func (c *cable) lastWord(ctx context.Context) error {
	late := time.NewTimer(answerWithin)
	defer late.Stop()
	select {
	case <-c.done:
		return nil
	case <-late.C:
		return ctx.Err()
	}
}
