package downlink

import (
	"context"

	"github.com/nats-io/nats.go"

	"awesome.pizza/shared/link"
)

// Conn is the core's own connection, which may do anything within the account.
func (d *Downlink) Conn() *nats.Conn { return d.conn }

// MakeStreams makes all streams, which otherwise the appliers do.
func (d *Downlink) MakeStreams(ctx context.Context) error {
	for pp := range link.Partitions {
		if _, err := d.ensureStream(ctx, pp); err != nil {
			return err
		}
	}
	return nil
}
