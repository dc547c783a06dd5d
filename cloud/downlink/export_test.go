package downlink

import "github.com/nats-io/nats.go"

// Conn is the core's own connection, which may do anything within the account.
func (d *Downlink) Conn() *nats.Conn { return d.conn }
