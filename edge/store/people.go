package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
)

// writeShift writes what a commit changes of people and money.
func writeShift(ctx context.Context, tx prepared, s kitchen.Shift) error {
	if s.People != nil {
		if err := writePeople(ctx, tx, s.People); err != nil {
			return err
		}
	}
	if err := writeSessions(ctx, tx, s); err != nil {
		return err
	}
	if err := writeDoor(ctx, tx, s); err != nil {
		return err
	}
	if err := writeAudit(ctx, tx, s.Audit); err != nil {
		return err
	}
	for _, g := range s.Guests {
		if err := writeGuest(ctx, tx, g); err != nil {
			return err
		}
	}
	if len(s.Forget) > 0 {
		if err := forgetGuest(ctx, tx, s.Forget); err != nil {
			return err
		}
	}
	return writeCash(ctx, tx, s)
}

// loadShift is what a kitchen has to know of people and money when it starts.
func loadShift(ctx context.Context, tx *sql.Tx, s *kitchen.ShiftState) (err error) {
	s.People, err = list(ctx, tx, func(row scanner) (p staff.Person, err error) { return p, row.Scan(&p.ID, &p.Name, &p.Role, &p.PIN) },
		`SELECT id, name, role, pin FROM people ORDER BY id`)
	if err != nil {
		return err
	}
	s.Sessions, err = list(ctx, tx, scanSession, `SELECT name, who, screen, began, seen, until FROM sessions`)
	if err != nil {
		return err
	}
	if err := loadDoor(ctx, tx, s); err != nil {
		return err
	}
	return loadCash(ctx, tx, s)
}

func writePeople(ctx context.Context, tx prepared, people []staff.Person) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM people`); err != nil {
		return fmt.Errorf("write people: %w", err)
	}
	for _, p := range people {
		if _, err := tx.ExecContext(ctx, `INSERT INTO people (id, name, role, pin) VALUES (?, ?, ?, ?)`, p.ID, p.Name, string(p.Role), p.PIN); err != nil {
			return fmt.Errorf("write person %s: %w", p.ID, err)
		}
	}
	return nil
}

func writeSessions(ctx context.Context, tx prepared, s kitchen.Shift) error {
	for _, name := range s.Ended {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE name = ?`, name); err != nil {
			return fmt.Errorf("end a session: %w", err)
		}
	}
	for _, x := range s.Sessions {
		_, err := tx.ExecContext(ctx, `INSERT INTO sessions (name, who, screen, began, seen, until) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET began = excluded.began, seen = excluded.seen, until = excluded.until`,
			x.Name, x.Who, x.Screen, x.Began.UnixMilli(), x.Seen.UnixMilli(), x.Until.UnixMilli())
		if err != nil {
			return fmt.Errorf("write a session of %s: %w", x.Who, err)
		}
	}
	return nil
}

func scanSession(row scanner) (s staff.Session, err error) {
	var began, seen, until int64
	err = row.Scan(&s.Name, &s.Who, &s.Screen, &began, &seen, &until)
	s.Began, s.Seen, s.Until = instant(began), instant(seen), instant(until)
	return s, err
}

// writeAudit puts lines at the end of the audit log: it numbers and chains them.
func writeAudit(ctx context.Context, tx prepared, lines []staff.Record) error {
	if len(lines) == 0 {
		return nil
	}
	var last staff.Record
	var hash []byte
	err := tx.QueryRowContext(ctx, `SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1`).Scan(&last.N, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the end of the audit log: %w", err)
	}
	copy(last.Hash[:], hash)
	for _, r := range lines {
		r.N = last.N + 1
		r.Hash = r.Chain(last.Hash)
		_, err := tx.ExecContext(ctx, `INSERT INTO audit (n, at, day, who, screen, action, subject, manager, reason, detail, hash)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.N, r.At.UnixMilli(), r.Day, r.Who, r.Screen, string(r.Action), r.Subject, r.Manager, r.Reason, r.Detail, r.Hash[:])
		if err != nil {
			return fmt.Errorf("write line %d of the audit log: %w", r.N, err)
		}
		last = r
	}
	return nil
}

const auditRows = `SELECT n, at, day, who, screen, action, subject, manager, reason, detail, hash FROM audit `

func scanAudit(row scanner) (r staff.Record, err error) {
	var at int64
	var hash []byte
	err = row.Scan(&r.N, &at, &r.Day, &r.Who, &r.Screen, &r.Action, &r.Subject, &r.Manager, &r.Reason, &r.Detail, &hash)
	r.At = instant(at)
	copy(r.Hash[:], hash)
	return r, err
}

// Audit is the log of a business day, from the line behind after. intact says that its lines, and the one before them, follow each other as they
// were written.
func (s *Store) Audit(ctx context.Context, day string, after int64, most int) (lines []staff.Record, intact bool, err error) {
	lines, err = list(ctx, &s.reads, scanAudit, auditRows+`WHERE day = ? AND n > ? ORDER BY n LIMIT ?`, day, after, most)
	if err != nil || len(lines) == 0 {
		return lines, err == nil, err
	}
	// A clock that was put right leaves lines of another day in between: the chain goes through all of them.
	all, err := list(ctx, &s.reads, scanAudit, auditRows+`WHERE n BETWEEN ? AND ? ORDER BY n`, lines[0].N-1, lines[len(lines)-1].N)
	return lines, err == nil && staff.Intact(nil, all), err
}

// pruneShift forgets lines of the audit log, ledger and customers that are older than anybody may ask for. The last line of the log stays: its
// hash is the chain's.
func (s *Store) pruneShift(ctx context.Context, now time.Time) error {
	for _, p := range []struct {
		what, query string
		bound       any
	}{
		{"the audit log", `DELETE FROM audit WHERE n IN (SELECT n FROM audit WHERE n < coalesce((SELECT min(n) FROM audit WHERE at >= ?),
			(SELECT max(n) FROM audit)) ORDER BY n LIMIT ?)`, now.Add(-staff.AuditKept).UnixMilli()},
		{"customers", `DELETE FROM guests WHERE phone IN (SELECT phone FROM guests WHERE seen < ? ORDER BY seen LIMIT ?)`, now.Add(-kitchen.GuestsKept).UnixMilli()},
		{"the ledger", `DELETE FROM cash WHERE n IN (SELECT n FROM cash WHERE day < ? ORDER BY n LIMIT ?)`, now.Add(-staff.AuditKept).Format(time.DateOnly)},
		{"tills", `DELETE FROM tills WHERE id IN (SELECT id FROM tills WHERE day < ? AND open = 0 ORDER BY day LIMIT ?)`, now.Add(-staff.AuditKept).Format(time.DateOnly)},
	} {
		if err := s.pruneSlices(ctx, p.what, p.query, p.bound); err != nil {
			return err
		}
	}
	return nil
}
