package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// CodeLife is how long an enrolment code can be used.
const CodeLife = time.Hour

// IssueCode makes a one-time code with which a device can be bound to a restaurant. Only its hash is kept; a new code ends the old ones.
func (s *Store) IssueCode(ctx context.Context, restaurant string) (code string, expires time.Time, err error) {
	code, expires = rand.Text(), s.now().Add(CodeLife)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM enrolment_codes WHERE restaurant = $1 OR expires < $2`, restaurant, s.now()); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO enrolment_codes (code_hash, restaurant, expires) SELECT $1, id, $3 FROM restaurants WHERE id = $2`,
			hashed(code), restaurant, expires)
		if err == nil && tag.RowsAffected() == 0 {
			err = noRestaurant(restaurant)
		}
		return err
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("issue enrolment code for %s: %w", restaurant, err)
	}
	return code, expires, nil
}

// Enrolled is where a device begins.
type Enrolled struct {
	link.LinkRow
	Commands uint64 // those after it are the device's to obey: from the oldest on that concerns an order its kitchen may still have to make
}

// Invited is the restaurant of a code that this key could claim now. Nothing is used up. It reports Refused "bad_code" for a code that is
// unknown, old, or used with another key.
func (s *Store) Invited(ctx context.Context, code, publicKey string) (edge string, err error) {
	edge, _, err = invited(ctx, s.pool, code, publicKey, s.now(), "")
	if err != nil {
		return "", fmt.Errorf("read enrolment code: %w", err)
	}
	return edge, nil
}

// Claim binds the device with this public key to the restaurant of a code, and uses the code up: only the same key may ask again, and is
// told the same. The link begins a new epoch, so that whatever another device still sends goes to quarantine; only the very first device of
// a restaurant begins in link.FirstEpoch. It reports Refused "bad_code" for a code that is unknown, used or old, Invalid "bad_key" and
// Conflict "key_in_use".
func (s *Store) Claim(ctx context.Context, code, publicKey string) (e Enrolled, err error) {
	if publicKey == "" || publicKey != plain(publicKey, 128) {
		return e, problem.New(problem.Invalid, "bad_key", "a public key is clean text of 1 to 128 bytes")
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		edge, again, err := invited(ctx, tx, code, publicKey, s.now(), "FOR UPDATE")
		if err != nil {
			return err
		}
		if !again {
			if err := enrol(ctx, tx, edge, publicKey, hashed(code)); err != nil {
				return err
			}
		}
		e, err = enrolled(ctx, tx, edge)
		return err
	})
	if sqlState(err) == "23505" {
		return e, problem.New(problem.Conflict, "key_in_use", "this device is enrolled already: make a new key")
	}
	if err != nil {
		return e, fmt.Errorf("enrol device: %w", err)
	}
	return e, nil
}

// rowReader is a pool or a transaction.
type rowReader interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// invited is the restaurant of a code; again when it was used with this very key.
func invited(ctx context.Context, q rowReader, code, publicKey string, now time.Time, lock string) (edge string, again bool, err error) {
	var usedBy string
	err = q.QueryRow(ctx, `SELECT restaurant, used_by FROM enrolment_codes WHERE code_hash = $1 AND expires > $2 `+lock, hashed(code), now).Scan(&edge, &usedBy)
	if isNone(err) || err == nil && usedBy != "" && usedBy != publicKey {
		return "", false, problem.New(problem.Refused, "bad_code", "the enrolment code is unknown, used or too old: ask for a new one")
	}
	return edge, usedBy != "", err
}

func hashed(code string) []byte {
	hash := sha256.Sum256([]byte(strings.TrimSpace(code)))
	return hash[:]
}

func enrol(ctx context.Context, tx pgx.Tx, edge, publicKey string, code []byte) error {
	var epoch uint64
	err := tx.QueryRow(ctx, `
		UPDATE edge_link SET epoch = CASE WHEN device = '' AND seq = 0 THEN epoch ELSE epoch + 1 END,
			device = $2, seq = 0, hash = decode(repeat('00', 32), 'hex'), changed = now()
		WHERE edge = $1 RETURNING epoch`, edge, publicKey).Scan(&epoch)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO devices (restaurant, public_key, epoch) VALUES ($1, $2, $3)`, edge, publicKey, bigint(epoch)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE enrolment_codes SET used_by = $2 WHERE code_hash = $1`, code, publicKey)
	return err
}

func enrolled(ctx context.Context, tx pgx.Tx, edge string) (e Enrolled, err error) {
	rows, err := tx.Query(ctx, `SELECT `+linkColumns+` FROM edge_link WHERE edge = $1`, edge)
	if err != nil {
		return e, err
	}
	if e.LinkRow, err = pgx.CollectExactlyOneRow(rows, scanLink); err != nil {
		return e, err
	}
	err = tx.QueryRow(ctx, `
		SELECT coalesce(min(c.cmd_seq) - 1, (SELECT cmd_seq FROM edge_heads WHERE edge = $1))
		FROM edge_commands c LEFT JOIN orders o ON o.id = c.order_id::uuid
		WHERE c.edge = $1 AND (c.answered IS NULL OR o.status NOT IN ('PickedUp', 'OutForDelivery', 'Delivered', 'Cancelled', 'Failed'))`,
		edge).Scan(&e.Commands)
	return e, err
}
