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
	parsed map[string]statement
	wanted map[string]bool // by a transaction that had to do without
}

// statement is a query that is parsed. It is closed with all the others, not by who asks it.
type statement struct{ *sql.Stmt }

func (s *statements) find(query string) (st statement, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok = s.parsed[query]
	return st, ok
}

// parse is not ok for a query that cannot be parsed; whoever asks it without hears why.
func (s *statements) parse(ctx context.Context, query string) (st statement, ok bool) {
	if st, ok := s.find(query); ok {
		return st, true
	}
	made, err := s.db.PrepareContext(ctx, query)
	if err != nil {
		return st, false
	}
	return s.keep(query, statement{made}), true
}

func (s *statements) keep(query string, made statement) statement {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st, ok := s.parsed[query]; ok { // somebody else was faster
		_ = made.Close()
		return st
	}
	if s.parsed == nil {
		s.parsed = map[string]statement{}
	}
	s.parsed[query] = made
	return made
}

// QueryContext asks for rows.
func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st, ok := s.parse(ctx, query); ok {
		return st.QueryContext(ctx, args...)
	}
	return s.db.QueryContext(ctx, query, args...)
}

// QueryRowContext asks for one row.
func (s *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st, ok := s.parse(ctx, query); ok {
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

// statement is not ok for a query that is to be asked as it is.
func (p prepared) statement(ctx context.Context, query string) (st statement, ok bool) {
	if st, ok = p.of.find(query); !ok {
		p.of.want(query)
		return st, false
	}
	return statement{p.tx.StmtContext(ctx, st.Stmt)}, true
}

// ExecContext changes rows.
func (p prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if st, ok := p.statement(ctx, query); ok {
		return st.ExecContext(ctx, args...)
	}
	return p.tx.ExecContext(ctx, query, args...)
}

// QueryContext asks for rows.
func (p prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st, ok := p.statement(ctx, query); ok {
		return st.QueryContext(ctx, args...)
	}
	return p.tx.QueryContext(ctx, query, args...)
}

// QueryRowContext asks for one row.
func (p prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st, ok := p.statement(ctx, query); ok {
		return st.QueryRowContext(ctx, args...)
	}
	return p.tx.QueryRowContext(ctx, query, args...)
}
