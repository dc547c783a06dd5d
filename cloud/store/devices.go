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
	hash := sha256.Sum256([]byte(code))
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM enrolment_codes WHERE restaurant = $1 OR expires < $2`, restaurant, s.now()); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO enrolment_codes (code_hash, restaurant, expires) SELECT $1, id, $3 FROM restaurants WHERE id = $2`,
			hash[:], restaurant, expires)
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

// Claim binds the device with this public key to the restaurant of a code, and uses the code up. The link begins a new epoch, so that
// whatever another device still sends goes to quarantine; only the very first device of a restaurant begins in link.FirstEpoch. It reports
// Refused "bad_code" for a code that is unknown, used or old, and Invalid "bad_key".
func (s *Store) Claim(ctx context.Context, code, publicKey string) (row link.LinkRow, err error) {
	if publicKey == "" || publicKey != plain(publicKey, 128) {
		return row, problem.New(problem.Invalid, "bad_key", "a public key is clean text of 1 to 128 bytes")
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(code)))
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var edge string
		err := tx.QueryRow(ctx, `DELETE FROM enrolment_codes WHERE code_hash = $1 AND expires > $2 RETURNING restaurant`, hash[:], s.now()).Scan(&edge)
		if isNone(err) {
			return problem.New(problem.Refused, "bad_code", "the enrolment code is unknown, used or too old: ask for a new one")
		}
		if err != nil {
			return err
		}
		row, err = enrol(ctx, tx, edge, publicKey)
		return err
	})
	if sqlState(err) == "23505" {
		return row, problem.New(problem.Conflict, "key_in_use", "this device is enrolled already: make a new key")
	}
	if err != nil {
		return row, fmt.Errorf("enrol device: %w", err)
	}
	return row, nil
}

func enrol(ctx context.Context, tx pgx.Tx, edge, publicKey string) (link.LinkRow, error) {
	rows, err := tx.Query(ctx, `
		UPDATE edge_link SET epoch = CASE WHEN device = '' AND seq = 0 THEN epoch ELSE epoch + 1 END,
			device = $2, seq = 0, hash = decode(repeat('00', 32), 'hex'), changed = now()
		WHERE edge = $1 RETURNING `+linkColumns, edge, publicKey)
	if err != nil {
		return link.LinkRow{}, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, scanLink)
	if err != nil {
		return row, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO devices (restaurant, public_key, epoch) VALUES ($1, $2, $3)`, edge, publicKey, bigint(row.Epoch))
	return row, err
}

// Device is the restaurant and epoch that a public key was enrolled for last, and whether it still is. It reports NotFound "no_such_device".
func (s *Store) Device(ctx context.Context, publicKey string) (row link.LinkRow, current bool, err error) {
	var edge string
	var epoch uint64
	err = s.pool.QueryRow(ctx, `SELECT restaurant, epoch FROM devices WHERE public_key = $1`, plain(publicKey, 128)).Scan(&edge, &epoch)
	if isNone(err) {
		return row, false, problem.New(problem.NotFound, "no_such_device", "no such device was enrolled")
	}
	if err != nil {
		return row, false, fmt.Errorf("read device: %w", err)
	}
	row, _, err = s.Link(ctx, edge)
	return row, row.Device == publicKey && row.Epoch == epoch, err
}
