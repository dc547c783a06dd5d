package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// statements are the queries of one database that are asked again and again, each parsed once per connection and not every time: the triggers
// that keep the sums are parsed with every statement that sets them off. Only queries with a constant text belong here. They are parsed when
// they are first asked, so after the schema is what it will be; SQLite parses again by itself what the schema has left behind.
type statements struct {
	db *sql.DB

	mu     sync.Mutex // not held while waiting for a connection: who has it may be waiting for mu
	parsed map[string]*sql.Stmt
	wanted map[string]bool // by a transaction that had to do without
}

// find is nil for a query that is not parsed yet.
func (s *statements) find(query string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parsed[query]
}

// parse is nil for a query that cannot be parsed; whoever asks it without hears why.
func (s *statements) parse(ctx context.Context, query string) *sql.Stmt {
	if st := s.find(query); st != nil {
		return st
	}
	made, err := s.db.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.parsed[query]; st != nil { // somebody else was faster
		_ = made.Close()
		return st
	}
	if s.parsed == nil {
		s.parsed = map[string]*sql.Stmt{}
	}
	s.parsed[query] = made
	return made
}

// QueryContext asks for rows.
func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := s.parse(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return s.db.QueryContext(ctx, query, args...)
}

// QueryRowContext asks for one row.
func (s *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := s.parse(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return s.db.QueryRowContext(ctx, query, args...)
}

// ready parses what earlier transactions wanted. It takes a connection, so it comes before a transaction and never within.
func (s *statements) ready(ctx context.Context) {
	s.mu.Lock()
	wanted := s.wanted
	s.wanted = nil
	s.mu.Unlock()
	for query := range wanted {
		s.parse(ctx, query)
	}
}

func (s *statements) want(query string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wanted == nil {
		s.wanted = map[string]bool{}
	}
	s.wanted[query] = true
}

// close gives all of them back; the database is closed after.
func (s *statements) close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.parsed {
		err = errors.Join(err, st.Close())
	}
	s.parsed, s.wanted = nil, nil
	return err
}

// in makes a transaction use the statements.
func (s *statements) in(tx *sql.Tx) prepared { return prepared{tx, s} }

// prepared is a transaction whose queries are parsed already, from the second time on that one is asked. The rows of a query are read to the
// end or closed before the same one is asked again: the two would be one statement.
type prepared struct {
	tx *sql.Tx
	of *statements
}

// statement is nil for a query that is to be asked as it is.
func (p prepared) statement(ctx context.Context, query string) *sql.Stmt {
	st := p.of.find(query)
	if st == nil {
		p.of.want(query)
		return nil
	}
	return p.tx.StmtContext(ctx, st)
}

// ExecContext changes rows.
func (p prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if st := p.statement(ctx, query); st != nil {
		return st.ExecContext(ctx, args...)
	}
	return p.tx.ExecContext(ctx, query, args...)
}

// QueryContext asks for rows.
func (p prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := p.statement(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return p.tx.QueryContext(ctx, query, args...)
}

// QueryRowContext asks for one row.
func (p prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := p.statement(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return p.tx.QueryRowContext(ctx, query, args...)
}
