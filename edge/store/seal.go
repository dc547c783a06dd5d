package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
)

// node is the node's row while a commit moves it on.
type node struct {
	board    uint64
	tip      link.Mark
	acked    link.Mark
	command  uint64
	commands string // id of the last command
	begun    uint64
}

func readNode(ctx context.Context, tx prepared) (n node, err error) {
	var tip, acked []byte
	err = tx.QueryRowContext(ctx, `SELECT board_seq, epoch, next_seq - 1, tip_hash, acked_seq, acked_hash, cmd_seq, cmd_id, begun FROM meta`).Scan(
		&n.board, &n.tip.Epoch, &n.tip.Seq, &tip, &n.acked.Seq, &acked, &n.command, &n.commands, &n.begun)
	if err != nil {
		return n, fmt.Errorf("read the node's row: %w", err)
	}
	n.acked.Epoch = n.tip.Epoch
	copy(n.tip.Hash[:], tip)
	copy(n.acked.Hash[:], acked)
	return n, nil
}

// follow moves the row on by a commit, if the commit continues what the row has.
func (n *node) follow(c kitchen.Commit, acked link.Mark) error {
	if c.Seq != n.board+1 {
		return fmt.Errorf("%w: change %d after %d", ErrMoved, c.Seq, n.board)
	}
	n.board = c.Seq
	if acked.Epoch == n.acked.Epoch {
		n.acked = acked
	}
	if o := c.Command; o != nil {
		if o.Seq != n.command+1 {
			return fmt.Errorf("%w: command %d after %d", ErrMoved, o.Seq, n.command)
		}
		n.command, n.commands = o.Seq, o.ID
	}
	if b := c.Begin; b != nil {
		if b.Epoch < n.tip.Epoch || b.Epoch == n.begun || b.Commands < n.command {
			return fmt.Errorf("%w: epoch %d from command %d after epoch %d at command %d", ErrMoved, b.Epoch, b.Commands, n.tip.Epoch, n.command)
		}
	}
	return nil
}

// seal puts the events of a commit at the end of the outbox and writes the row.
func (n *node) seal(ctx context.Context, tx prepared, c kitchen.Commit, events []link.Event) error {
	if c.Begin != nil {
		if err := n.begin(ctx, tx, *c.Begin); err != nil {
			return err
		}
	}
	for _, e := range events {
		if err := n.append(ctx, tx, e); err != nil {
			return err
		}
	}
	for _, o := range c.Standing {
		if err := n.standing(ctx, tx, c.At, string(o)); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE meta SET board_seq = ?, epoch = ?, next_seq = ?, tip_hash = ?, acked_seq = ?, acked_hash = ?,
		cmd_seq = ?, cmd_id = ?, begun = ?`, n.board, n.tip.Epoch, n.tip.Seq+1, n.tip.Hash[:], n.acked.Seq, n.acked.Hash[:], n.command, n.commands, n.begun)
	if err != nil {
		return fmt.Errorf("move the node's row on: %w", err)
	}
	return nil
}

func (n *node) append(ctx context.Context, tx prepared, e link.Event) error {
	e = link.Seal(n.tip.Hash, n.tip.Seq+1, e)
	_, err := tx.ExecContext(ctx, `INSERT INTO outbox (epoch, seq, event_id, order_id, kind, at, trace, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		n.tip.Epoch, e.Seq, e.ID, e.Order, e.Kind, e.At.UnixMilli(), e.Trace, string(e.Body), e.Hash[:])
	if err != nil {
		return fmt.Errorf("append event %d to the outbox: %w", e.Seq, err)
	}
	n.tip.Seq, n.tip.Hash = e.Seq, e.Hash
	return nil
}

// standing appends how a ticket stands as this transaction leaves it. One that could not travel is left out: what happened to it has.
func (n *node) standing(ctx context.Context, tx prepared, at time.Time, order string) error {
	t, err := scanTicket(tx.QueryRowContext(ctx, ticketRows+`WHERE t.order_id = ?`, order))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read ticket %s: %w", order, err)
	}
	fact := kitchen.Standing(t)
	fact.Epoch = n.tip.Epoch
	body, err := event.Encode(fact)
	if err != nil {
		return err
	}
	e := link.Event{ID: id.New(), Order: order, Kind: fact.Kind(), At: at, Body: body}
	if fits := e.Check() == nil; !fits {
		return nil
	}
	return n.append(ctx, tx, e)
}
