package downlink

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

// StreamLimits bound what the hub keeps for each of the partitions. The zero value is for one machine.
type StreamLimits struct {
	Replicas int   // 1 on one machine, 3 in a cluster
	Bytes    int64 // what is beyond is refused to the edges, which keep it
}

// ensureStream makes a partition's stream, or brings it up to date.
func (d *Downlink) ensureStream(ctx context.Context, pp int) (jetstream.Stream, error) {
	limits := d.cfg.Stream
	if limits.Bytes == 0 {
		limits.Bytes = 1 << 30
	}
	s, err := d.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: link.StreamName(pp), Subjects: []string{link.StreamSubject(pp)}, Storage: jetstream.FileStorage,
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew, MaxBytes: limits.Bytes, MaxAge: 72 * time.Hour,
		Duplicates: 2 * time.Minute, Replicas: max(1, limits.Replicas),
	})
	if err != nil {
		return nil, fmt.Errorf("make stream %s: %w", link.StreamName(pp), err)
	}
	return s, nil
}
