package pgdev

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATEs that pass by themselves, and one that says that somebody was faster.
const (
	cannotConnectNow   = "57P03"
	tooManyConnections = "53300"
	duplicateDatabase  = "42P04"
)

// await returns when the process answers for this house's data, or with errGone when it has ended.
func (h *house) await(ctx context.Context, pid int) error {
	var last error
	err := poll(ctx, 10*time.Millisecond, func() (bool, error) {
		if last = h.ask(ctx); last == nil {
			return true, nil
		}
		if !h.serves(pid) {
			return false, errGone
		}
		var refused *pgconn.PgError
		if errors.As(last, &refused) && refused.Code != cannotConnectNow && refused.Code != tooManyConnections {
			return false, last
		}
		return false, nil
	})
	if err != nil && last != nil && !errors.Is(err, errGone) {
		return fmt.Errorf("it does not answer: %w", last)
	}
	return err
}

func (h *house) ask(ctx context.Context) error {
	p, err := h.readPid()
	if err != nil {
		return err
	}
	return session(ctx, socketURL(p.socket, p.port, "postgres"), func(c *pgx.Conn) error {
		var data string
		if err := c.QueryRow(ctx, `SHOW data_directory`).Scan(&data); err != nil {
			return err
		}
		if data != h.data() {
			return fmt.Errorf("the socket in %s belongs to another server, of %s", p.socket, data)
		}
		return nil
	})
}

func (h *house) ensureDatabase(ctx context.Context, p postmaster) error {
	return session(ctx, socketURL(p.socket, p.port, "postgres"), func(c *pgx.Conn) error {
		var there bool
		const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
		if err := c.QueryRow(ctx, query, h.cfg.Database).Scan(&there); err != nil || there {
			return err
		}
		_, err := c.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{h.cfg.Database}.Sanitize())
		var made *pgconn.PgError
		if errors.As(err, &made) && made.Code == duplicateDatabase {
			return nil
		}
		return err
	})
}

// session runs do on a connection of its own.
func session(ctx context.Context, url string, do func(*pgx.Conn) error) (err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, c.Close(end))
	}()
	return do(c)
}
