package pgtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/pgdev"
)

const (
	clonePrefix    = "clone_"
	templatePrefix = "template_of_"
	draftPrefix    = "draft_of_"
	keepTemplates  = 8 // of earlier hashes, at a server's start
)

// ensureTemplate returns the template database of a hash, and makes it when it is missing. Who comes meanwhile, from whatever process,
// waits for it. A database gets its template's name only when its migration is through, so a half-made one is never cloned.
func ensureTemplate(ctx context.Context, s *pgdev.Server, hash string, migrate func(context.Context, string) error) (string, error) {
	key := fmt.Sprintf("%x", sha256.Sum256([]byte(hash)))[:16]
	template, draft := templatePrefix+key, draftPrefix+key
	return template, admin(ctx, s, func(c *pgx.Conn) error {
		if there, err := exists(ctx, c, template); err != nil || there {
			return err
		}
		if _, err := c.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended($1, 0))`, template); err != nil {
			return fmt.Errorf("wait for another process that migrates %s: %w", hash, err)
		}
		if there, err := exists(ctx, c, template); err != nil || there {
			return err // the lock ends with the connection
		}
		if err := run(ctx, c, `DROP DATABASE IF EXISTS %s WITH (FORCE)`, draft); err != nil {
			return err
		}
		if err := run(ctx, c, `CREATE DATABASE %s`, draft); err != nil {
			return err
		}
		if err := migrate(ctx, s.URLOf(draft)); err != nil {
			return errors.Join(fmt.Errorf("migrate %s: %w", hash, err), run(ctx, c, `DROP DATABASE %s WITH (FORCE)`, draft))
		}
		if err := run(ctx, c, `ALTER DATABASE %s WITH ALLOW_CONNECTIONS false`, draft); err != nil {
			return err
		}
		if err := run(ctx, c, `ALTER DATABASE %s RENAME TO %s`, draft, template); err != nil {
			return fmt.Errorf("does migrate close its connections? %w", err)
		}
		return nil
	})
}

func clone(ctx context.Context, s *pgdev.Server, name, template string) error {
	return admin(ctx, s, func(c *pgx.Conn) error { return run(ctx, c, `CREATE DATABASE %s TEMPLATE %s`, name, template) })
}

func drop(ctx context.Context, s *pgdev.Server, name string) error {
	return admin(ctx, s, func(c *pgx.Conn) error { return run(ctx, c, `DROP DATABASE IF EXISTS %s WITH (FORCE)`, name) })
}

// sweep drops what processes that were killed left behind, and templates of hashes long gone. It runs before anybody uses the server.
func sweep(ctx context.Context, s *pgdev.Server) error {
	return admin(ctx, s, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, `
			SELECT datname FROM pg_database WHERE starts_with(datname, $1) OR starts_with(datname, $2)
			UNION ALL
			(SELECT datname FROM pg_database WHERE starts_with(datname, $3) ORDER BY oid DESC OFFSET $4)`,
			clonePrefix, draftPrefix, templatePrefix, keepTemplates)
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := run(ctx, c, `DROP DATABASE %s WITH (FORCE)`, name); err != nil {
				return err
			}
		}
		return nil
	})
}

func exists(ctx context.Context, c *pgx.Conn, name string) (there bool, err error) {
	err = c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there)
	return there, err
}

// run executes a statement about databases, whose names cannot be parameters.
func run(ctx context.Context, c *pgx.Conn, statement string, names ...string) error {
	quoted := make([]any, len(names))
	for i, name := range names {
		quoted[i] = pgx.Identifier{name}.Sanitize()
	}
	statement = fmt.Sprintf(statement, quoted...)
	if _, err := c.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// admin runs do on a connection of its own to the database that is nobody's.
func admin(ctx context.Context, s *pgdev.Server, do func(*pgx.Conn) error) (err error) {
	c, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = errors.Join(err, c.Close(end))
	}()
	return do(c)
}
