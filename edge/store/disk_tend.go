package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"awesome.pizza/shared/link"
)

// Tended is what Tend found and did.
type Tended struct {
	Pressure Pressure
	Room     Room
	Freed    bool  // the reserve was given up
	Remade   bool  // … or made again
	Refused  error // by the disk at the last write, for whatever reason; nil when it can be written to
}

// Tend looks at the disk, decides how short of room it is and does what that asks for: from Scarce on it prunes what the cloud has
// acknowledged, however young; when the disk is full it gives up the reserve first, and makes it again when there is room. It is to be
// called every few seconds, and when Full receives.
func (s *Store) Tend(ctx context.Context, now time.Time) (Tended, error) {
	var t Tended
	if err := s.look(ctx, &t); err != nil {
		return t, err
	}
	var err error
	if t.Pressure == Exhausted && t.Room.Reserve {
		err = releaseReserve(s.path)
		t.Freed = err == nil
	}
	if t.Pressure >= Scarce && s.due(t.Pressure, now) {
		err = errors.Join(err, s.relieve(ctx, now))
		err = errors.Join(err, s.look(ctx, &t))
	}
	if t.Pressure < Exhausted && !t.Room.Reserve && t.Room.Free >= ReserveBytes+walRoom {
		made := makeReserve(s.path)
		t.Remade = made == nil
		err = errors.Join(err, made)
	}
	if s.lastRefused() != nil && t.Pressure < Exhausted { // perhaps it takes writes again, and nobody has written since
		_ = s.probe(ctx)
	}
	t.Refused = s.lastRefused()
	return t, err
}

func (s *Store) lastRefused() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// relieveEvery is how often a scarce disk is relieved; a full one is whenever it is tended.
const relieveEvery = time.Minute

func (s *Store) due(p Pressure, now time.Time) bool {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	if ago := now.Sub(s.disk.relieved).Abs(); p < Exhausted && ago < relieveEvery {
		return false
	}
	s.disk.relieved = now
	return true
}

// look measures the disk and moves along the ladder.
func (s *Store) look(ctx context.Context, t *Tended) error {
	room, err := s.room(ctx)
	if err != nil {
		return err
	}
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	s.disk.pressure = s.disk.pressure.Next(room)
	t.Room, t.Pressure = room, s.disk.pressure
	return nil
}

// relieve prunes what nobody needs, whatever its age, and gives the log's room back. Its first write tells whether the disk takes one.
func (s *Store) relieve(ctx context.Context, now time.Time) error {
	if err := s.probe(ctx); err != nil {
		return err
	}
	if err := s.PruneAcked(ctx); err != nil {
		return err
	}
	if err := s.Prune(ctx, now); err != nil {
		return err
	}
	return s.checkpoint(ctx)
}

// probe tries to write.
func (s *Store) probe(ctx context.Context) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE meta SET one = one`)
		return err
	})
}

// PruneAcked deletes the acknowledged events, however young. The last one stays: its hash is the chain's.
func (s *Store) PruneAcked(ctx context.Context) error {
	if err := s.writeAcked(ctx); err != nil {
		return err
	}
	return s.pruneEvents(ctx, link.Place{Epoch: math.MaxInt64}, pruneOutbox)
}

// checkpoint moves the log into the database and cuts it to nothing; readers that are in the way are waited for another time.
func (s *Store) checkpoint(ctx context.Context) error {
	var busy, log, moved int
	if err := s.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &moved); err != nil {
		err = unwritable(fmt.Errorf("checkpoint: %w", err))
		s.noteWrite(err)
		return err
	}
	return nil
}
