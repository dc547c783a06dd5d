package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// CodeLife is how long an enrolment code can be used, and how long after that its user may ask again.
const CodeLife = time.Hour

// IssueCode makes a one-time code with which a device can be bound to a restaurant. Only its hash is kept; a new code ends the old ones.
func (s *Store) IssueCode(ctx context.Context, restaurant string) (code string, expires time.Time, err error) {
	code, expires, restaurant = rand.Text(), s.now().Add(CodeLife), plain(restaurant, MaxKey)
	err = s.inOne(ctx, func(tx pgx.Tx) error {
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
	Commands  uint64 // those after it are the device's to obey: all that concerns an order which its kitchen may still have to make
	CommandID string // the id that stands there; empty when there is none
	Replaces  bool   // another device was the restaurant's once, so there is one that the hub has to refuse
}

// The states of a device.
const (
	DeviceCurrent = "current" // its restaurant's node
	DeviceFenced  = "fenced"  // another one has taken its place
	DeviceRevoked = "revoked" // a person has cut it off
	DeviceUnknown = "unknown" // never enrolled for this restaurant
)

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
// told the same. The device it replaces is fenced. The link begins a new epoch, so that whatever that one still sends goes to quarantine;
// only the very first device of a restaurant begins in link.FirstEpoch. Who has used a code may ask again for another CodeLife: the answer may be
// lost in the last minute of the first, and by then the restaurant has no other node. It reports Refused "bad_code" for a code that is unknown, used
// or old, and "revoked" when the device was cut off since; Invalid "bad_key" and Conflict "key_in_use".
func (s *Store) Claim(ctx context.Context, code, publicKey string) (e Enrolled, err error) {
	if publicKey == "" || publicKey != plain(publicKey, 128) {
		return e, problem.New(problem.Invalid, "bad_key", "a public key is clean text of 1 to 128 bytes")
	}
	var news []told
	err = s.inOne(ctx, func(tx pgx.Tx) error {
		edge, again, err := invited(ctx, tx, code, publicKey, s.now(), "FOR UPDATE")
		if err != nil {
			return err
		}
		acts.Of(ctx).About(acts.Subject{Kind: acts.OfRestaurant, ID: edge, Restaurant: edge})
		acts.Of(ctx).Say("device", "", publicKey)
		if !again {
			if news, err = enrol(ctx, tx, edge, publicKey, hashed(code), s.now()); err != nil {
				return err
			}
		}
		if e, err = enrolled(ctx, tx, edge); err == nil && e.Device != publicKey {
			err = problem.New(problem.Refused, "revoked", "this device was cut off by a person since: ask for a new code")
		}
		return err
	})
	if sqlState(err) == "23505" {
		return e, problem.New(problem.Conflict, "key_in_use", "this device is enrolled already: make a new key")
	}
	if err != nil {
		return Enrolled{}, fmt.Errorf("enrol device: %w", err)
	}
	s.publish(nil, news)
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

// enrol binds the device, fences the one before, and gives anew what an empty kitchen has to know.
func enrol(ctx context.Context, tx pgx.Tx, edge, publicKey string, code []byte, now time.Time) (news []told, err error) {
	var epoch, head uint64
	err = tx.QueryRow(ctx, `
		UPDATE edge_link SET epoch = CASE WHEN device = '' AND seq = 0 THEN epoch ELSE epoch + 1 END,
			device = $2, seq = 0, hash = decode(repeat('00', 32), 'hex'), boot = '', changed = $3, life = (`+incarnation+`)
		WHERE edge = $1 RETURNING epoch, (SELECT cmd_seq FROM edge_heads h WHERE h.edge = $1)`, edge, publicKey, now).Scan(&epoch, &head)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM stock_purses WHERE restaurant = $1`, edge); err != nil { // nobody has counted for this box yet
		return nil, err
	}
	fenced, err := tx.Exec(ctx, `UPDATE devices SET state = 'fenced', changed = $2 WHERE restaurant = $1 AND state = 'current'`, edge, now)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO devices (restaurant, public_key, epoch) VALUES ($1, $2, $3)`, edge, publicKey, bigint(epoch)); err != nil {
		return nil, err
	}
	// What the box before saw is not what this one sees; it says what is wrong by itself.
	if _, err := tx.Exec(ctx, `UPDATE alerts SET cleared = $2 WHERE restaurant = $1 AND (alert = $3 OR $4 AND device <> 'cloud') AND cleared IS NULL`,
		edge, now, restaurant.TwoNodes, fenced.RowsAffected() > 0); err != nil {
		return nil, err
	}
	if head > 0 {
		if _, _, news, err = anew(ctx, tx, edge, 0, unfinished, now); err != nil {
			return nil, err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE enrolment_codes SET used_by = $2, expires = $3 WHERE code_hash = $1`, code, publicKey, now.Add(CodeLife))
	return news, err
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
		SELECT coalesce(b.cmd_seq, 0), coalesce(b.cmd_id, ''), EXISTS (SELECT FROM devices WHERE restaurant = $1 AND state <> 'current')
		FROM (VALUES (1)) one LEFT JOIN (
			SELECT cmd_seq, cmd_id FROM edge_commands WHERE edge = $1 AND kind = $2 ORDER BY cmd_seq DESC LIMIT 1
		) b ON true`, edge, link.Began).Scan(&e.Commands, &e.CommandID, &e.Replaces) // the very first device begins before all commands
	return e, err
}

// DeviceState says what a device is to a restaurant: one of the states above. It reports NotFound "no_such_restaurant".
func (s *Store) DeviceState(ctx context.Context, edge, device string) (state string, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT coalesce((SELECT state FROM devices WHERE public_key = $2 AND restaurant = l.edge), $3) FROM edge_link l WHERE l.edge = $1`,
		plain(edge, MaxKey), plain(device, 128), DeviceUnknown).Scan(&state)
	if isNone(err) {
		return "", noRestaurant(edge)
	}
	if err != nil {
		return "", fmt.Errorf("read the state of a device of %s: %w", edge, err)
	}
	return state, nil
}

// nobodys stands where a restaurant's device stood that was cut off: no key is like it, so nobody speaks for the restaurant.
const nobodys = "revoked"

// Revoke cuts a restaurant's device off: what it sends goes to quarantine, until another is enrolled. It reports NotFound
// "no_such_restaurant" and Conflict "no_device" when there is none to cut off.
func (s *Store) Revoke(ctx context.Context, edge string) (device string, err error) {
	err = s.inOne(ctx, func(tx pgx.Tx) error {
		row, _, err := lockLink(ctx, tx, edge)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `UPDATE devices SET state = 'revoked', changed = $2 WHERE restaurant = $1 AND state = 'current' RETURNING public_key`,
			row.Edge, s.now()).Scan(&device)
		if isNone(err) {
			return problem.New(problem.Conflict, "no_device", "no device is enrolled for %s", edge)
		}
		if err != nil {
			return err
		}
		acts.Of(ctx).Say("device", device, "")
		return bereave(ctx, tx, row, s.now())
	})
	if problem.Of(err) != nil {
		return "", err
	}
	if err != nil {
		return "", fmt.Errorf("revoke the device of %s: %w", edge, err)
	}
	return device, nil
}

// RevokeDevice cuts off the device with this key, whether it is the restaurant's, was, or is unknown: a database that was restored to before
// its enrolment does not know it, and the hub lets it in. It reports NotFound "no_such_restaurant" and Conflict "another_restaurant" for a
// device of another one.
func (s *Store) RevokeDevice(ctx context.Context, edge, device string) error {
	err := s.inOne(ctx, func(tx pgx.Tx) error {
		row, _, err := lockLink(ctx, tx, edge)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO devices (restaurant, public_key, epoch, state, changed) VALUES ($1, $2, 0, 'revoked', $3)
			ON CONFLICT (public_key) DO UPDATE SET state = 'revoked', changed = excluded.changed WHERE devices.restaurant = excluded.restaurant`,
			row.Edge, plain(device, 128), s.now())
		switch {
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			return problem.New(problem.Conflict, "another_restaurant", "the device is not of %s", edge)
		case row.Device == device:
			return bereave(ctx, tx, row, s.now())
		}
		return nil
	})
	if err != nil && problem.Of(err) == nil {
		return fmt.Errorf("revoke a device of %s: %w", edge, err)
	}
	return err
}

// bereave leaves a restaurant without a device.
func bereave(ctx context.Context, tx pgx.Tx, row link.LinkRow, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE edge_link SET device = $2, changed = $3 WHERE edge = $1`, row.Edge, nobodys, now)
	return err
}

// Revoked are the public keys of all devices that the hub must refuse: fenced and revoked ones.
func (s *Store) Revoked(ctx context.Context) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT public_key FROM devices WHERE state <> 'current' ORDER BY public_key`)
	if err != nil {
		return nil, fmt.Errorf("read revoked devices: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read revoked devices: %w", err)
	}
	return keys, nil
}
